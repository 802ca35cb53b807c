/** Whole runs that fail and try again, against a mock upstream in another process, whose own record counts the calls. */
import { MAX_FRAME_BYTES, type ChatRequest, type EndChunk } from '@speak-code/protocol'
import { type MockUpstream, type Reply, startMockUpstream } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Chat } from './chat/chat.ts'
import { Config } from './config/index.ts'
import { Breakers } from './providers/breakers.ts'
import { createProviders } from './providers/index.ts'
import { type Clock, realClock } from './providers/wait.ts'
import { openMemoryStore } from './store/index.ts'
import { chatRequest, SessionClient } from './testing/session-client.ts'

const EVENT = (data: object): string => `data: ${JSON.stringify(data)}\n\n`
const delta = (content: string): string => EVENT({ choices: [{ index: 0, delta: { content } }] })
const ERROR = EVENT({ error: { message: 'Overloaded', type: 'server_error', code: 503 } })

const answers = (text: string): Reply => ({ deltas: { texts: [text] } })
const status = (code: number, headers: Record<string, string> = {}, error: object = {}): Reply => ({
  status: code,
  headers: { 'content-type': 'application/json', ...headers },
  body: [JSON.stringify({ error: { message: 'no', ...error } })],
})
const BUSY = status(429, { 'retry-after-ms': '30' })
const LATER = status(429, { 'retry-after': '60' })
const OVERLOADED = status(503)

let mock: MockUpstream
let chat: Chat
let client: SessionClient
let breakers: Breakers
let waits: number[]
let clock: Clock
const store = openMemoryStore()

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(async () => {
  await store.close()
  await mock.stop()
})
beforeEach(async () => {
  await mock.reset()
  waits = []
  clock = {
    random: () => 0,
    wait: async (ms) => {
      waits.push(ms)
      await new Promise(setImmediate)
    },
  }
  breakers = new Breakers()
  open()
})
afterEach(() => close())

function open(fallback: Record<string, string[]> = {}, maxAttempts = 3): void {
  const table = { kind: 'openai-compatible', base_url: mock.url }
  const hasty = { ...table, total_timeout_secs: 0.3 }
  const impatient = { ...table, stream_timeout_secs: 0.2 }
  const providers = { lab: table, other: table, hasty, impatient }
  const config = Config.parse({ fallback, providers })
  chat = new Chat({
    store,
    memory: store,
    maxFrameBytes: MAX_FRAME_BYTES,
    orphanTimeoutMs: () => 0,
    router: {
      limits: () => ({ maxAttempts, maxWaitMs: 20_000 }),
      breakers,
      clock: { random: () => clock.random(), wait: (ms, signal) => clock.wait(ms, signal) },
    },
    warn: () => {},
  })
  client = new SessionClient(chat, createProviders(config, {})).hello()
}

async function close(): Promise<void> {
  client.drop()
  await chat.drain(0)
  chat.close()
}

async function reopen(fallback: Record<string, string[]>, maxAttempts = 3): Promise<void> {
  await close()
  open(fallback, maxAttempts)
}

async function run(model: string): Promise<EndChunk & { readonly text: string }> {
  const request: ChatRequest = chatRequest({ model })
  client.send(request)
  const isEnd = (chunk: { readonly id: string; readonly done: boolean }): boolean =>
    chunk.id === request.id && chunk.done
  const end = await client.wait('chunk', isEnd)
  if (!end.done) throw new Error('no end')
  return { ...end, text: client.textOf(request.id) }
}

const notices = (): unknown[] => client.of('notice').map(({ code, message }) => [code, message])

const models = async (): Promise<unknown[]> => {
  const calls = await mock.calls()
  expect(calls.filter(({ overlapping }) => overlapping > 0)).toEqual([])
  return calls.map(({ body }) => (body instanceof Object && 'model' in body ? body.model : body))
}

describe('T45, T50–T52, T54: before the first delta', () => {
  test('T50 a rate limit is waited out, and people are told', async () => {
    await mock.script([BUSY, BUSY, answers('hello')])
    expect(await run('lab/a')).toMatchObject({ status: 'completed', text: 'hello', model: 'a' })
    expect(waits).toEqual([30, 30])
    expect(client.of('notice')).toMatchObject([
      { code: 'retrying', attempt: 2, retryAfterMs: 30 },
      { code: 'retrying', attempt: 3, retryAfterMs: 30 },
    ])
    expect(notices()[0]).toEqual(['retrying', 'rate limited, trying again in 1 s (2/3)'])
  })

  test('T54 one budget: the SDK does not try by itself', async () => {
    await mock.script(OVERLOADED)
    expect(await run('lab/a')).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_overloaded', retryable: true },
    })
    expect(await models()).toEqual(['a', 'a', 'a'])
  })

  test('T50 a quota that is used up is not tried again', async () => {
    await mock.script(status(429, { 'retry-after-ms': '1' }, { code: 'insufficient_quota' }))
    expect(await run('lab/a')).toMatchObject({ error: { code: 'quota_exhausted' } })
    expect(await models()).toEqual(['a'])
  })

  test('T51 a hint beyond the longest wait ends the run with it', async () => {
    await mock.script([LATER, answers('never')])
    expect(await run('lab/a')).toMatchObject({
      error: { code: 'upstream_rate_limited', retryAfterMs: 60_000 },
    })
    expect(waits).toEqual([])
    expect(await models()).toEqual(['a'])
  })

  test('T51 or the fallback answers at once', async () => {
    await reopen({ 'lab/a': ['other/b'] })
    await mock.script([LATER, answers('from b')])
    expect(await run('lab/a')).toMatchObject({ text: 'from b', model: 'b', provider: 'other' })
    expect(await models()).toEqual(['a', 'b'])
    expect(notices()).toEqual([['fallback', 'rate limited, asking other/b instead']])
  })

  test('T52 overloaded: tried again, then the fallback; its end tells who spoke', async () => {
    await reopen({ default: ['other/b', 'other/c'] }, 2)
    await mock.script(OVERLOADED)
    await mock.script(answers('from c'), { model: 'c' })
    expect(await run('lab/a')).toMatchObject({ text: 'from c', model: 'c', provider: 'other' })
    expect(await models()).toEqual(['a', 'a', 'b', 'c'])
    expect(client.of('accepted')).toMatchObject([{ provider: 'lab', model: 'a' }])
    const { conversationId } = client.of('accepted')[0] ?? {}
    const stored = await store.messages('local', conversationId ?? '')
    expect(stored.at(-1)).toMatchObject({ content: 'from c', model: 'c' })
  })

  test('T45 an error as the first event of a 200', async () => {
    await mock.script([{ body: [ERROR] }, answers('well')])
    expect(await run('lab/a')).toMatchObject({ status: 'completed', text: 'well' })
  })

  test('T53 silence before the head, and after it', async () => {
    await mock.script([{ silent: true }, { body: [': ping\n\n'], end: 'never' }, answers('well')])
    expect(await run('impatient/a')).toMatchObject({ status: 'completed', text: 'well' })
    expect(await models()).toEqual(['a', 'a', 'a'])
  })

  test('usage of failed calls is not summed', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 7 }
    await mock.script([{ body: [EVENT({ choices: [], usage }), ERROR] }, answers('x')])
    expect(await run('lab/a')).toMatchObject({ usage: { completionTokens: 1 } })
  })
})

describe('T46, L5: after the first delta', () => {
  test.each([
    ['an error', { body: [delta('part'), ERROR] }],
    ['a body that ends', { body: [delta('part')] }],
    ['a reset', { body: [delta('part'), { delayMs: 20 }], end: 'reset' as const }],
  ])('%s: the partial is kept, no other call is made', async (_, reply: Reply) => {
    await reopen({ default: ['other/b'] })
    await mock.script(reply)
    expect(await run('lab/a')).toMatchObject({ status: 'failed', text: 'part', model: 'a' })
    expect(await models()).toEqual(['a'])
    expect(notices()).toEqual([])
  })

  test('a piece of a tool call is a delta too', async () => {
    const call = { index: 0, id: 'c1', function: { name: 'f', arguments: '{' } }
    await mock.script({ body: [EVENT({ choices: [{ delta: { tool_calls: [call] } }] })] })
    expect(await run('lab/a')).toMatchObject({ status: 'failed', error: { code: 'upstream_eof' } })
    expect(await models()).toEqual(['a'])
  })
})

describe('T53: time-outs are the relay’s', () => {
  test('a stall', async () => {
    await mock.script({ body: [delta('part')], end: 'never' })
    expect(await run('impatient/a')).toMatchObject({
      text: 'part',
      status: 'failed',
      endedBy: 'relay',
      error: { code: 'upstream_timeout', retryable: true },
    })
  })

  test('the total limit, which nothing follows', async () => {
    clock = realClock
    await reopen({ default: ['other/b'] })
    const pings = Array.from({ length: 100 }, () => [{ delayMs: 20 }, ': ping\n\n']).flat()
    await mock.script({ body: pings, end: 'never' })
    expect(await run('hasty/a')).toMatchObject({
      status: 'failed',
      endedBy: 'relay',
      error: {
        code: 'upstream_timeout',
        message: 'hasty: the answer was not complete within the time limit of 0.3 s',
      },
    })
    expect(await models()).toEqual(['a'])
    expect(notices()).toEqual([])
  })

  test('a provider’s own, which it tells of, is not', async () => {
    await mock.script(status(504))
    expect(await run('lab/a')).toMatchObject({
      endedBy: 'provider',
      error: { code: 'upstream_timeout' },
    })
  })
})

test('cancel during a wait ends the run at once, and no call comes after it', async () => {
  clock = realClock
  await mock.script(status(429, { 'retry-after': '19' }))
  const request = chatRequest({ model: 'lab/a' })
  client.send(request)
  await client.wait('notice')
  const before = performance.now()
  client.send({ type: 'cancel', id: request.id })
  expect(await client.wait('chunk')).toMatchObject({ status: 'cancelled', endedBy: 'user' })
  expect(performance.now() - before).toBeLessThan(900)
  expect(await models()).toEqual(['a'])
  expect(chat.liveRuns).toBe(0)
})

test('notices go to every socket that follows the run, and to no other', async () => {
  const waiting = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  clock = {
    random: () => 0,
    wait: async () => {
      waiting.resolve()
      await gate.promise
    },
  }
  await mock.script([BUSY, BUSY, answers('hello')])
  const providers = createProviders(Config.parse({}), {})
  const [follower, watcher] = [0, 1].map(() => new SessionClient(chat, providers).hello())
  const request = chatRequest({ model: 'lab/a' })
  watcher?.send({ type: 'attach', conversationId: request.conversationId })
  client.send(request)
  await waiting.promise
  follower?.send({ type: 'resume', id: request.id, after: 0 })
  await follower?.wait('resumed')
  gate.resolve()
  await follower?.wait('chunk', ({ done }) => done)
  await watcher?.wait('run', ({ status: news }) => news === 'completed')
  expect(client.of('notice')).toHaveLength(2)
  expect(follower?.of('notice')).toMatchObject([{ code: 'retrying', attempt: 3 }])
  expect(watcher?.of('notice')).toEqual([])
})

test('a model that keeps failing is left alone, and the fallback is asked at once', async () => {
  await mock.script(OVERLOADED, { model: 'a' })
  await run('lab/a')
  await run('lab/a')
  expect(breakers.report()).toMatchObject([{ provider: 'lab', model: 'a', state: 'open' }])
  expect(await models()).toHaveLength(5)
  await reopen({ default: ['other/b'] })
  expect(await run('lab/a')).toMatchObject({ status: 'completed', provider: 'other' })
  expect((await models()).slice(5)).toEqual(['b'])
})

describe('L5: whatever the upstream does', () => {
  /** A reply, whether it has a delta, and whether it may be followed by the same model, or by another one. */
  const kinds = [
    { reply: answers('fine'), spoken: true, again: false, elsewhere: false },
    { reply: { body: [delta('part')] }, spoken: true, again: false, elsewhere: false },
    { reply: { body: [delta('part'), ERROR] }, spoken: true, again: false, elsewhere: false },
    { reply: { body: [ERROR] }, spoken: false, again: true, elsewhere: true },
    { reply: { body: [] }, spoken: false, again: true, elsewhere: true },
    { reply: { body: [], end: 'reset' as const }, spoken: false, again: true, elsewhere: true },
    { reply: OVERLOADED, spoken: false, again: true, elsewhere: true },
    { reply: BUSY, spoken: false, again: true, elsewhere: true },
    { reply: LATER, spoken: false, again: false, elsewhere: true },
    { reply: status(401), spoken: false, again: false, elsewhere: false },
    { reply: status(400), spoken: false, again: false, elsewhere: false },
  ]

  /** The models that should be asked, by the rules alone. */
  function expected(script: readonly (typeof kinds)[number][], maxAttempts: number): string[] {
    const chain = ['a', 'b', 'c']
    const asked: string[] = []
    let retries = 0
    for (const { again, elsewhere } of script) {
      asked.push(chain[0] ?? '')
      if (again && retries + 1 < maxAttempts) retries += 1
      else if (elsewhere && chain.length > 1) chain.shift()
      else break
    }
    return asked
  }

  test('the calls are those of the rules, one at a time, and the end is that of the last', async () => {
    const script = fc.array(fc.constantFrom(...kinds), { minLength: 8, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 4 }), async (replies, maxAttempts) => {
        await mock.reset()
        breakers = new Breakers()
        await reopen({ default: ['other/b', 'other/c'] }, maxAttempts)
        await mock.script(replies.map(({ reply }) => reply))
        const end = await run('lab/a')
        const asked = await models()
        expect(asked).toEqual(expected(replies, maxAttempts))
        const last = replies[asked.length - 1]
        expect(end.model).toBe(asked.at(-1))
        expect(end.text !== '').toBe(last?.spoken)
        expect(end.status).toBe(last === kinds[0] ? 'completed' : 'failed')
        expect(client.of('notice')).toHaveLength(asked.length - 1)
        expect(client.received.at(-1)).toMatchObject({ type: 'chunk', done: true })
      }),
      { numRuns: 40 },
    )
  })
})
