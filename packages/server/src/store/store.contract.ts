/** What every store has to do. Run by each implementation's own test. */
import { createHash, randomUUID } from 'node:crypto'
import type { ChatMessage, RunEnd } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  JournalChunk,
  LogEntry,
  RunCheckpoint,
  RunRow,
  StartOutcome,
  StartRun,
  Store,
  UnfinishedRun,
} from './store.ts'

/** A store for one test, and how to close and open it again (undefined where nothing survives that). */
export interface StoreUnderTest {
  readonly store: Store
  readonly reopen?: () => Promise<Store>
  readonly remove: () => Promise<void>
}

const user = (content: string, id: string = randomUUID()): ChatMessage => ({
  id,
  role: 'user',
  content,
})

export function request(fields: Partial<StartRun> = {}): StartRun {
  return {
    userId: 'local',
    id: randomUUID(),
    bodyHash: 'hash',
    conversationId: randomUUID(),
    parentId: null,
    messages: [user('What is a relay?')],
    messageId: randomUUID(),
    model: 'test-model',
    provider: 'test',
    now: 1_700_000_000_000,
    ...fields,
  }
}

export function endOf(text: string, fields: Partial<RunEnd> = {}): RunEnd {
  return {
    status: 'completed',
    finishReason: 'stop',
    endedBy: 'provider',
    model: 'test-model',
    provider: 'test',
    usage: { promptTokens: 4, completionTokens: 2, totalTokens: 6, source: 'provider' },
    textSha256: createHash('sha256').update(text).digest('hex'),
    ...fields,
  }
}

function started(outcome: StartOutcome): Extract<StartOutcome, { kind: 'started' }> {
  if (outcome.kind !== 'started') throw new Error(`not started but ${outcome.kind}`)
  return outcome
}

async function readAll(store: Store, run: number): Promise<JournalChunk[]> {
  const all: JournalChunk[] = []
  for (;;) {
    const next = await store.readSegments(run, all.at(-1)?.seq ?? 0)
    if (next.length === 0) return all
    all.push(...next)
  }
}

/** A chunk on its way into the log of this run. */
export const logged = (run: number, chunk: JournalChunk): LogEntry => ({
  ...chunk,
  run,
  json: JSON.stringify(chunk.delta),
})

const numbered = (deltas: readonly string[]): JournalChunk[] =>
  deltas.map((delta, index) => ({ seq: index + 1, delta }))

/** `survives`: what it keeps is there when it is opened again. */
export function storeContract(
  name: string,
  survives: boolean,
  open: () => Promise<StoreUnderTest>,
): void {
  describe(`${name} keeps the store's contract`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(async () => {
      await store.close()
      await under.remove()
    })

    const start = async (fields: Partial<StartRun> = {}): Promise<RunRow> =>
      started(await store.startRun(request(fields))).run

    const finish = (run: RunRow, text: string): Promise<void> =>
      store.endRun({
        run: run.key,
        end: endOf(text),
        endSeq: 2,
        answer: { text, reasoning: 'hm', refusal: '' },
        rest: [{ seq: 1, delta: text }],
        now: 1_700_000_001_000,
      })

    it('L5: the same id with the same body is the run that exists, with another body a conflict', async () => {
      const first = request()
      await store.startRun(first)
      expect(await store.startRun(first)).toMatchObject({
        kind: 'duplicate',
        run: { id: first.id },
      })
      expect(await store.startRun({ ...first, bodyHash: 'other' })).toEqual({ kind: 'conflict' })
    })

    it('L4: a run that another model answers is found with it; one that has ended is left as it is', async () => {
      const run = await start()
      await store.redirectRun(run.key, { provider: 'other', model: 'b' })
      const [unfinished] = await store.unfinishedRuns()
      expect(unfinished?.run).toMatchObject({ provider: 'other', model: 'b' })
      await finish(run, 'x')
      await store.redirectRun(run.key, { provider: 'third', model: 'c' })
      expect(await store.findRun('local', run.id)).toMatchObject({ provider: 'other', model: 'b' })
    })

    it('a refused request leaves nothing behind and has not taken its id', async () => {
      const orphan = request({ parentId: randomUUID() })
      expect(await store.startRun(orphan)).toEqual({ kind: 'unknown_parent' })
      expect(await store.findRun('local', orphan.id)).toBeUndefined()
      expect(await store.conversation('local', orphan.conversationId)).toBeUndefined()
      const whole = { ...orphan, parentId: null }
      expect((await store.startRun(whole)).kind).toBe('started')
    })

    it('the branch comes from its root to the question, other branches left out', async () => {
      const conversationId = randomUUID()
      const question = user('one')
      const first = await start({ conversationId, messages: [question] })
      await finish(first, 'answer one')
      const follow = started(
        await store.startRun(
          request({ conversationId, parentId: first.messageId, messages: [user('two')] }),
        ),
      )
      expect(follow.context.map((message) => message.content)).toEqual(['one', 'answer one', 'two'])
      const retry = started(await store.startRun(request({ conversationId, messages: [question] })))
      expect(retry.context.map((message) => message.content)).toEqual(['one'])
    })

    it('what a provider wants back with its answer comes with the branch', async () => {
      const conversationId = randomUUID()
      const first = await start({ conversationId, messages: [user('one')] })
      const replay = { kind: 'vendor', data: '["signed"]' }
      await store.endRun({
        run: first.key,
        end: endOf('text'),
        endSeq: 1,
        answer: { text: 'text', reasoning: '', refusal: '' },
        rest: [],
        toolCalls: '[]',
        replay,
        now: 1,
      })
      const follow = started(
        await store.startRun(
          request({ conversationId, parentId: first.messageId, messages: [user('two')] }),
        ),
      )
      expect(follow.context.map((message) => message.replay)).toEqual([
        undefined,
        replay,
        undefined,
      ])
    })

    it('a known message with other content, role or parent is refused', async () => {
      const conversationId = randomUUID()
      const question = user('one')
      await finish(await start({ conversationId, messages: [question] }), 'x')
      expect(
        await store.startRun(
          request({ conversationId, messages: [{ ...question, content: 'other' }] }),
        ),
      ).toEqual({ kind: 'message_mismatch', messageId: question.id })
      expect(await store.startRun(request({ messages: [question] }))).toMatchObject({
        kind: 'message_mismatch',
      })
    })

    it('an answer that is still being written can not be followed', async () => {
      const run = await start()
      expect(
        await store.startRun(
          request({ conversationId: run.conversationId, parentId: run.messageId }),
        ),
      ).toEqual({ kind: 'parent_is_live' })
    })

    it('L9: a foreign id answers as an unknown one, and two users may use the same id', async () => {
      const run = await start({ userId: 'alice' })
      expect(await store.findRun('bob', run.id)).toBeUndefined()
      expect(await store.conversation('bob', run.conversationId)).toBeUndefined()
      expect(await store.messages('bob', run.conversationId)).toEqual([])
      expect(await store.deleteConversation('bob', run.conversationId)).toBe(false)
      const same = request({ userId: 'bob', id: run.id, conversationId: run.conversationId })
      expect((await store.startRun(same)).kind).toBe('started')
    })

    it('L11: a second end changes nothing, usage counts once', async () => {
      const run = await start()
      await finish(run, 'first')
      await finish(run, 'second')
      const [, answer] = await store.messages('local', run.conversationId)
      expect(answer).toMatchObject({ content: 'first', status: 'completed', finishReason: 'stop' })
      expect(await store.conversation('local', run.conversationId)).toMatchObject({
        totalTokens: 6,
        messageCount: 2,
        title: 'What is a relay?',
        model: 'test/test-model',
      })
    })

    it('an end carries its words and the answer all its channels', async () => {
      const run = await start()
      await finish(run, 'done')
      expect(await store.findRun('local', run.id)).toMatchObject({
        status: 'completed',
        endSeq: 2,
        end: endOf('done'),
        trimmed: false,
      })
      expect(await store.answer(run.key)).toEqual({ text: 'done', reasoning: 'hm', refusal: '' })
    })

    it('L2: the log and any segments give the chunks back in order, without holes', async () => {
      const shapes = { segments: 0, channels: 0 }
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              delta: fc.string({ minLength: 1, unit: 'binary' }).map((text) => text.toWellFormed()),
              channel: fc.constantFrom(undefined, 'reasoning' as const, 'refusal' as const),
              segment: fc.boolean(),
            }),
            { minLength: 1, maxLength: 30 },
          ),
          async (steps) => {
            const run = await start()
            let waiting: JournalChunk[] = []
            const all: JournalChunk[] = []
            for (const [index, { delta, channel, segment }] of steps.entries()) {
              const seq = index + 1
              const chunk = channel === undefined ? { seq, delta } : { seq, delta, channel }
              all.push(chunk)
              waiting.push(chunk)
              await store.append([logged(run.key, chunk)])
              if (channel !== undefined) shapes.channels += 1
              if (!segment) continue
              shapes.segments += 1
              await store.addSegment({ run: run.key, chunks: waiting })
              waiting = []
            }
            const unfinished = (await store.unfinishedRuns()).find((one) => one.run.key === run.key)
            expect(unfinished).toMatchObject({ chunks: all, rest: waiting })
            await store.endRun({
              run: run.key,
              end: endOf(''),
              endSeq: all.length + 1,
              answer: { text: '', reasoning: '', refusal: '' },
              rest: waiting,
              now: 0,
            })
            expect(await readAll(store, run.key)).toEqual(all)
          },
        ),
        { numRuns: 40 },
      )
      expect(shapes.segments).toBeGreaterThan(40)
      expect(shapes.channels).toBeGreaterThan(40)
    })

    it('L1: a checkpoint is never ahead of the chunks, nor behind them, whatever was gathered', async () => {
      const shapes = { alone: 0, segments: 0, empty: 0 }
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              deltas: fc.array(fc.constantFrom('a', '漢', '😀'), { maxLength: 3 }),
              marked: fc.boolean(),
              segment: fc.boolean(),
            }),
            { minLength: 1, maxLength: 20 },
          ),
          async (steps) => {
            const { key: run } = await start()
            const all: JournalChunk[] = []
            let waiting: JournalChunk[] = []
            let newest: RunCheckpoint | undefined
            for (const [index, { deltas, marked, segment }] of steps.entries()) {
              const chunks = deltas.map((delta, at) => ({ seq: all.length + 1 + at, delta }))
              all.push(...chunks)
              waiting.push(...chunks)
              // The data may hold what has no form in UTF-8.
              const data = JSON.stringify({ index, half: '\ud83d' })
              if (marked) newest = { run, seq: all.length, data }
              await store.append(
                chunks.map((chunk) => logged(run, chunk)),
                marked && newest !== undefined ? [newest] : [],
              )
              if (marked && chunks.length === 0) shapes.alone += 1
              if (!segment) continue
              shapes.segments += 1
              if (waiting.length === 0) shapes.empty += 1
              await store.addSegment({ run, chunks: waiting, checkpoint: newest })
              waiting = []
            }
            const isOurs = (one: UnfinishedRun): boolean => one.run.key === run
            const unfinished = (await store.unfinishedRuns()).find(isOurs)
            expect(unfinished).toMatchObject({ chunks: all, rest: waiting })
            expect(unfinished?.checkpoint).toEqual(newest)
            const end = { run, end: endOf(''), endSeq: all.length + 1, rest: waiting, now: 0 }
            await store.endRun({ ...end, answer: { text: '', reasoning: '', refusal: '' } })
            expect((await store.unfinishedRuns()).some(isOurs)).toBe(false)
          },
        ),
        { numRuns: 120 },
      )
      for (const count of Object.values(shapes)) expect(count).toBeGreaterThan(15)
    })

    it('one append takes chunks of many runs', async () => {
      const runs = [await start(), await start(), await start()]
      await store.append(
        runs.flatMap(({ key: run }) => numbered(['a', 'b']).map((chunk) => logged(run, chunk))),
      )
      for (const unfinished of await store.unfinishedRuns()) {
        expect(unfinished.chunks).toEqual(numbered(['a', 'b']))
      }
    })

    it('trimming takes journals of runs that ended before, never messages, never live runs', async () => {
      const live = await start()
      const ended = await start()
      await store.addSegment({ run: live.key, chunks: numbered(['still here']) })
      await finish(ended, 'kept')
      expect(await store.trimJournals(1_700_000_000_500)).toBe(0)
      expect(await store.trimJournals(1_700_000_002_000)).toBe(1)
      expect(await readAll(store, ended.key)).toEqual([])
      expect(await readAll(store, live.key)).toEqual(numbered(['still here']))
      expect(await store.findRun('local', ended.id)).toMatchObject({ trimmed: true })
      expect(await store.answer(ended.key)).toMatchObject({ text: 'kept' })
    })

    it('deleting takes messages and runs along; a late end of one of them changes nothing (T133)', async () => {
      const run = await start()
      expect(await store.deleteConversation('local', run.conversationId)).toBe(true)
      await finish(run, 'late')
      expect(await store.findRun('local', run.id)).toBeUndefined()
      expect(await store.messages('local', run.conversationId)).toEqual([])
      expect(await store.deleteConversation('local', run.conversationId)).toBe(false)
    })

    it('deletes a branch of 3,000 messages', async () => {
      const conversationId = randomUUID()
      const messages = Array.from({ length: 3000 }, (_, index) => user(`message ${index}`))
      await start({ conversationId, messages })
      expect(await store.deleteConversation('local', conversationId)).toBe(true)
    })

    it('forgets idle conversations, not those with a live run', async () => {
      const live = await start()
      const ended = await start()
      await finish(ended, 'x')
      expect(await store.forgetConversations(1_800_000_000_000)).toBe(1)
      expect(await store.findRun('local', ended.id)).toBeUndefined()
      expect(await store.findRun('local', live.id)).toBeDefined()
    })

    it('is healthy', async () => {
      expect(await store.healthy()).toBe(true)
    })

    if (!survives) return

    it('what was appended is there after closing and opening again', async () => {
      const run = await start()
      await store.append(numbered(['a', 'b']).map((chunk) => logged(run.key, chunk)))
      await store.addSegment({ run: run.key, chunks: numbered(['a', 'b']) })
      const checkpoint = { run: run.key, seq: 3, data: '{"held":"\\ud83d"}' }
      await store.append([logged(run.key, { seq: 3, delta: 'c' })], [checkpoint])
      if (under.reopen === undefined) throw new Error('a store that survives can be opened again')
      store = await under.reopen()
      const [unfinished] = await store.unfinishedRuns()
      expect(unfinished?.chunks).toEqual(numbered(['a', 'b', 'c']))
      expect(unfinished?.rest).toEqual([{ seq: 3, delta: 'c' }])
      expect(unfinished?.checkpoint).toEqual(checkpoint)
    })
  })
}
