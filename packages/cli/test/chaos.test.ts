/** What faults do to an answer, case by case: real clients, real sockets, a relay that is killed. */
import { randomUUID } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHttpApi } from '../src/client/http-api.ts'
import { FakeClock } from '../src/client/testing/fake-clock.ts'
import { ChaosGround, DRAIN_SECS, until, untilEnded, untilRead } from './fixtures/chaos-ground.ts'

let ground: ChaosGround

beforeAll(async () => {
  ground = await ChaosGround.start()
})
afterEach(() => ground.clean())
afterAll(() => ground.stop())

describe('lines that break', () => {
  it('T82: an answer with six cuts and resets inside, some in mid-frame, is exact and asked once', async () => {
    const pieces = Array.from({ length: 8 }, (_, index) => `piece ${index} 🧵 `)
    const answer = await ground.answer(...pieces.map((piece) => [piece]))
    const terminal = await ground.terminal()
    const question = answer.question(randomUUID())
    terminal.client.send(question)
    for (const index of pieces.keys()) {
      if (index > 0 && index < 7) {
        if (index % 2 === 0) terminal.line.strikeAfter('reset', 40 * index)
        else terminal.line.strike('cut')
      }
      await answer.emit()
      await untilRead(terminal, question.id, pieces.slice(0, index + 1).join(''))
    }
    await answer.finish()
    const told = await untilEnded(terminal, question.id)
    expect(told).toMatchObject({ text: answer.whole, end: { status: 'completed', seq: 9 } })
    expect(terminal.witness.complaints).toEqual([])
    expect(terminal.line.struck.cut + terminal.line.struck.reset).toBeGreaterThanOrEqual(3)
    expect(await ground.upstream.take(answer.model)).toHaveLength(1)
  })

  it('a black hole is noticed by the heartbeat, and only what is missing is read', async () => {
    const clock = new FakeClock()
    const answer = await ground.answer(['before '], ['within '], ['after'])
    const terminal = await ground.terminal(clock)
    const question = answer.question(randomUUID())
    terminal.client.send(question)
    await answer.emit()
    await untilRead(terminal, question.id, 'before ')
    expect(terminal.line.strike('blackHole')).toBe(1)
    await answer.emit()
    await clock.advance(24_000)
    expect(terminal.connected).toBe(true)
    await clock.advance(1000)
    await clock.advance(9000)
    expect(terminal.connected).toBe(true)
    await clock.advance(1000)
    expect(terminal.connected).toBe(false)
    await clock.advance(60_000)
    await untilRead(terminal, question.id, 'before within ')
    await answer.finish()
    const told = await untilEnded(terminal, question.id)
    expect(told).toMatchObject({ text: answer.whole, end: { status: 'completed', seq: 4 } })
    expect(terminal.witness.complaints).toEqual([])
    expect(terminal.line.struck).toEqual({ cut: 0, reset: 0, blackHole: 1 })
  })

  it('T83: two terminals read one answer, each over its own bad line, and are told the same', async () => {
    const answer = await ground.answer(['one '], ['two '], ['thr\uD83D', '\uDE00ee '], ['four'])
    const [asker, other] = [await ground.terminal(), await ground.terminal()]
    const question = answer.question(randomUUID())
    const seen: unknown[] = []
    other.client.on((event) => {
      if (event.type === 'run' && event.run.status === 'started') seen.push(event.run.messages)
    })
    other.join(question.conversationId)
    await until(other.witness, 'a connection', () => other.connected)
    asker.client.send(question)
    await answer.emit()
    await untilRead(other, question.id, 'one ')
    expect(seen).toEqual([question.messages])
    other.line.strike('cut')
    await answer.emit()
    await untilRead(asker, question.id, 'one two ')
    asker.line.strike('reset')
    await answer.emit()
    await untilRead(other, question.id, 'one two thr😀ee ')
    await answer.finish()
    const told = await untilEnded(asker, question.id)
    expect(told).toMatchObject({ text: 'one two thr😀ee four', end: { status: 'completed' } })
    expect((await untilEnded(other, question.id)).end).toEqual(told.end)
    expect(other.witness.of(question.id).text).toBe(told.text)
    expect([...asker.witness.complaints, ...other.witness.complaints]).toEqual([])
  })

  it('L6: a cancel that is given while the line is down stops the upstream call once it is up', async () => {
    const answer = await ground.answer(['a part '], ['never asked for'])
    const terminal = await ground.terminal()
    const question = answer.question(randomUUID())
    terminal.client.send(question)
    await answer.emit()
    await untilRead(terminal, question.id, 'a part ')
    terminal.line.strike('cut')
    await until(terminal.witness, 'the cut', () => !terminal.connected)
    terminal.client.cancel(question.id)
    const told = await untilEnded(terminal, question.id)
    expect(told).toMatchObject({ text: 'a part ', end: { status: 'cancelled', endedBy: 'user' } })
    const { calls } = await ground.upstream.until(({ open }) => open === 0)
    expect(calls.at(-1)).toHaveProperty('closedAt')
    expect(terminal.witness.complaints).toEqual([])
  })

  it('T102: a cancel that comes after the end does nothing to the next run', async () => {
    const [first, second] = [await ground.answer(['first']), await ground.answer(['sec'], ['ond'])]
    const terminal = await ground.terminal()
    const question = first.question(randomUUID())
    terminal.client.send(question)
    await first.finish()
    const { messageId } = await untilEnded(terminal, question.id)
    const next = second.question(question.conversationId, messageId)
    terminal.client.send(next)
    await second.emit()
    await untilRead(terminal, next.id, 'sec')
    terminal.client.cancel(question.id)
    // Once more over a line that was cut, so that it goes out with the resume.
    terminal.line.strike('cut')
    await until(terminal.witness, 'the cut', () => !terminal.connected)
    terminal.client.cancel(question.id)
    await until(terminal.witness, 'a connection', () => terminal.connected)
    await second.finish()
    const told = await untilEnded(terminal, next.id)
    expect(told).toMatchObject({ text: 'second', end: { status: 'completed' } })
    expect(terminal.witness.of(question.id).end).toMatchObject({ status: 'completed' })
    expect(terminal.witness.complaints).toEqual([])
  })
})

describe('kill -9 of the relay', () => {
  it('T80: between the end’s entry and its sending: the end that was kept is told', async () => {
    const answer = await ground.answer(['the whole answer'])
    const terminal = await ground.terminal()
    const question = answer.question(randomUUID())
    terminal.client.send(question)
    await answer.emit()
    await untilRead(terminal, question.id, answer.whole)
    // What the relay sends from now on does not arrive.
    terminal.line.strikeAfter('blackHole', 0)
    await answer.finish()
    const files = ground.relay.files()
    const deadline = performance.now() + 10_000
    while (files.started > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(files.run(question.id)).toMatchObject({ status: 'completed' })
    files.close()
    await ground.relay.kill()
    const told = await untilEnded(terminal, question.id)
    expect(told).toMatchObject({ text: answer.whole, end: { status: 'completed', seq: 2 } })
    expect(terminal.witness.complaints).toEqual([])
    expect(await ground.upstream.take(answer.model)).toHaveLength(1)
    expect(ground.relay.damages).toEqual([])
  })

  it.each([
    { statement: 'INSERT INTO runs', when: 'before', calls: 1, status: 'completed' },
    { statement: 'INSERT INTO runs', when: 'after', calls: 1, status: 'completed' },
    { statement: 'append', when: 'before', calls: 1, status: 'failed' },
    { statement: 'append', when: 'after', calls: 1, status: 'failed' },
    { statement: 'UPDATE runs SET status', when: 'before', calls: 1, status: 'failed' },
    { statement: 'UPDATE runs SET status', when: 'after', calls: 1, status: 'failed' },
    { statement: 'INSERT INTO usage', when: 'after', calls: 1, status: 'failed' },
  ] as const)(
    'L1 L3 L5: $when $statement: known as far as it was told, one end, asked once',
    async ({ statement, when, calls, status }) => {
      const answer = await ground.answer(['one ', 'two ', 'three '], ['four ', 'five '])
      const terminal = await ground.terminal()
      await until(terminal.witness, 'a connection', () => terminal.connected)
      const question = answer.question(randomUUID())
      const dying = ground.relay.killAt({ statement, when, skip: 0 }, 10_000)
      terminal.client.send(question)
      await answer.finish()
      expect(await dying).toBe(true)
      const { end, text } = await untilEnded(terminal, question.id)
      expect(end).toMatchObject({
        status,
        ...(status === 'failed' ? { error: { code: 'interrupted' } } : {}),
      })
      expect(answer.whole.startsWith(text)).toBe(true)
      expect(statement === 'append' || text === answer.whole).toBe(true)
      expect(await ground.upstream.take(answer.model)).toHaveLength(calls)
      expect(terminal.witness.complaints).toEqual([])
      expect(ground.relay.damages).toEqual([])
      expect(terminal.store.openRuns()).toEqual([])
    },
  )

  it('`lost`, because the relay was set back: the conversation is read, and the history has what it says', async () => {
    const answer = await ground.answer(['kept '], ['not ', 'kept'])
    const terminal = await ground.terminal()
    const question = answer.question(randomUUID())
    terminal.client.send(question)
    await answer.emit()
    await untilRead(terminal, question.id, 'kept ')
    const { dataDir } = ground.relay
    const backup = join(ground.folder.path, 'backup')
    cpSync(dataDir, backup, { recursive: true })
    await answer.finish()
    await untilEnded(terminal, question.id)
    const { messageId } = terminal.witness.of(question.id)
    const reader = await ground.terminal()
    await ground.relay.kill(() => {
      rmSync(dataDir, { recursive: true })
      cpSync(backup, dataDir, { recursive: true })
    })
    const lost: string[] = []
    reader.client.on((event) => {
      if (event.type === 'lost') lost.push(event.runId)
    })
    reader.client.follow(question.id, 3, 'kept not kept')
    await until(reader.witness, '`lost`', () => lost.length > 0)
    const { url } = ground.relay
    const api = createHttpApi({
      relay: { token: undefined, target: () => Promise.resolve({ url }) },
    })
    const found = await api.getConversation(question.conversationId)
    expect(found?.messages.at(-1)).toMatchObject({
      id: messageId,
      content: 'kept ',
      status: 'failed',
    })
    if (found !== undefined) reader.store.recordConversation(found, found.messages)
    const kept = reader.store.messages(question.conversationId)
    expect(kept.map(({ content }) => content)).toEqual([question.messages[0]?.content, 'kept '])
  })
})

describe('kill -9 of the client', () => {
  it('L7: the history has the question and what had arrived; the next process goes on from there', async () => {
    const answer = await ground.answer(['what had ', 'arrived '], ['and 🧵 '], ['the rest'])
    const client = await ground.process()
    const question = answer.question(randomUUID())
    client.ask(question)
    await answer.emit()
    await untilRead(client, question.id, 'what had arrived ')
    client.line.strike('cut')
    await answer.emit()
    await untilRead(client, question.id, 'what had arrived and 🧵 ')
    await client.kill()
    const [asked, partial] = client.messages(question.conversationId)
    expect(asked).toMatchObject({ content: question.messages[0]?.content, role: 'user' })
    // The last pieces may have been on their way to the disk.
    expect('what had arrived and 🧵 '.startsWith(partial?.content ?? '-')).toBe(true)
    client.restart()
    await answer.finish()
    const told = await untilEnded(client, question.id)
    expect(told).toMatchObject({ text: answer.whole, end: { status: 'completed' } })
    await client.kill()
    expect(client.witness.complaints).toEqual([])
    expect(await ground.upstream.take(answer.model)).toHaveLength(1)
  })

  it('L5 L7: killed with the question on its way: it goes out again, once', async () => {
    const answer = await ground.answer(['asked once'])
    const client = await ground.process()
    client.line.aim()
    const question = answer.question(randomUUID())
    client.ask(question)
    while (!client.asked.has(question.id)) await new Promise((resolve) => setTimeout(resolve, 5))
    await client.kill()
    expect(client.messages(question.conversationId)).toMatchObject([{ role: 'user' }])
    client.line.aim({ port: Number(new URL(ground.relay.url).port) })
    client.restart()
    await answer.finish()
    const told = await untilEnded(client, question.id)
    expect(told).toMatchObject({ text: 'asked once', end: { status: 'completed' } })
    expect(await ground.upstream.take(answer.model)).toHaveLength(1)
    expect(client.witness.complaints).toEqual([])
  })
})

describe('SIGTERM', () => {
  it('L2 L3: under 200 streams: none loses a chunk, all end within the drain time, every client comes back by itself', async () => {
    const terminals = await Promise.all(Array.from({ length: 20 }, () => ground.terminal()))
    const answer = await ground.answer(['one '], ['two '], ['three'])
    const asked = terminals.flatMap((terminal) =>
      Array.from({ length: 10 }, () => ({ terminal, question: answer.question(randomUUID()) })),
    )
    for (const { terminal, question } of asked) terminal.client.send(question)
    await answer.emit()
    for (const { terminal, question } of asked) await untilRead(terminal, question.id, 'one ')
    // An end that came after the drain time would be `interrupted`.
    await ground.relay.drain(() => answer.finish())
    for (const { terminal, question } of asked) {
      const told = await untilEnded(terminal, question.id)
      expect(told).toMatchObject({ text: 'one two three', end: { status: 'completed' } })
    }
    for (const { witness, client } of terminals) {
      await until(witness, 'a connection', () => client.status.state.name === 'Connected')
      expect(witness.complaints).toEqual([])
    }
    expect(await ground.upstream.take(answer.model)).toHaveLength(200)
    expect(ground.relay.damages).toEqual([])
  }, 60_000)

  it.each(['the drain time passes', 'a second SIGTERM'] as const)(
    '%s: what had arrived is kept, marked `interrupted`, and never asked again',
    async (when) => {
      const answer = await ground.answer(['kept ', 'so far'], ['never sent'])
      const terminal = await ground.terminal()
      const question = answer.question(randomUUID())
      terminal.client.send(question)
      await answer.emit()
      await untilRead(terminal, question.id, 'kept so far')
      const began = performance.now()
      await ground.relay.drain(async () => {
        if (when === 'a second SIGTERM') {
          const ready = ground.relay.url.replace(/^ws/, 'http').replace('/ws/chat', '/ready')
          await vi.waitUntil(async () => (await fetch(ready)).status === 503)
          ground.relay.hurry()
        }
      })
      const hurried = performance.now() - began < DRAIN_SECS * 1000
      expect(hurried).toBe(when === 'a second SIGTERM')
      const told = await untilEnded(terminal, question.id)
      expect(told).toMatchObject({
        text: 'kept so far',
        end: {
          status: 'failed',
          endedBy: 'relay',
          error: { code: 'interrupted', retryable: true },
        },
      })
      const files = ground.relay.files()
      expect(files.run(question.id)).toMatchObject({ status: 'failed', content: 'kept so far' })
      files.close()
      await until(terminal.witness, 'a connection', () => terminal.connected)
      expect(terminal.witness.complaints).toEqual([])
      expect(await ground.upstream.take(answer.model)).toHaveLength(1)
    },
  )
})
