/** Errors over HTTP, no answer at all, time-outs and aborts. */
import {
  deltaEvent,
  DONE_EVENT,
  finishEvent,
  type MockUpstream,
  type Reply,
  startMockUpstream,
} from '@speak-code/testkit'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { OpenAiOptions } from './openai.ts'
import type { ProviderDelta } from './provider.ts'
import {
  COMPLETED,
  failed,
  limits,
  listen,
  portOf,
  providerAt,
  type Told,
  UNMARKED,
} from './testing.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())

const M = 'test-model'
const say = (...texts: string[]): string => texts.map((text) => deltaEvent(M, text)).join('')
const STOP = finishEvent(M, 'stop')

async function play(reply: Reply, options: Partial<OpenAiOptions> = {}): Promise<Told> {
  await mock.script(reply)
  return listen(providerAt(mock.url, options))
}

describe('HTTP errors', () => {
  const json = { 'content-type': 'application/json' }

  test.each([
    [400, '{"error":{"message":"bad"}}', 'bad_request'],
    [400, '{"code":"invalid-argument","error":"Incorrect API key provided."}', 'upstream_auth'],
    [401, '{"detail":"Invalid API Key"}', 'upstream_auth'],
    [403, '', 'upstream_auth'],
    [
      404,
      '{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}',
      'model_not_found',
    ],
    [404, '404 page not found', 'upstream_bad_response'],
    [413, '', 'too_large'],
    [429, '{"error":{"code":"insufficient_quota","message":"pay"}}', 'quota_exhausted'],
    [429, '[{"error":{"code":429,"message":"slow"}}]', 'upstream_rate_limited'],
    [500, '<html>', 'upstream_overloaded'],
    [503, '', 'upstream_overloaded'],
    [504, '', 'upstream_timeout'],
  ])('%i %s is %s', async (status, body, code) => {
    const told = await play({ status, headers: json, body: [body] })
    expect(told).toMatchObject({ deltas: [], end: { outcome: 'failed', error: { code } } })
  })

  test('T51 the hint comes along', async () => {
    const told = await play({ status: 429, headers: { 'retry-after': '61' } })
    expect(told.end).toMatchObject({ error: { retryAfterMs: 61_000 } })
  })

  test('T49 what to type is said; the key and their words are not', async () => {
    const told = await play({
      status: 401,
      headers: json,
      body: ['{"error":{"message":"Incorrect: sk-test-0123456789"}}'],
    })
    expect(told.end).toMatchObject({
      error: { message: 'testing refused the key (HTTP 401). export TEST_KEY=your-key' },
    })
  })

  test('an error’s body without end does not hold up its status', async () => {
    const told = await play({ status: 429, headers: json, body: ['{"error":'], end: 'endless' })
    expect(told.end).toMatchObject(failed('upstream_rate_limited', true))
    await mock.until(({ open }) => open === 0)
  })
})

describe('no answer', () => {
  test('nothing listens', async () => {
    const { end } = await listen(providerAt('http://127.0.0.1:1/v1'))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
    expect(end).toMatchObject({ error: { message: expect.stringContaining('127.0.0.1:1') } })
  })

  test('no such host', async () => {
    const { end } = await listen(providerAt('http://speak-code.invalid/v1'))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
  })

  test('no TLS', async () => {
    const { end } = await listen(providerAt(mock.url.replace('http:', 'https:')))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
  })

  test.each(['close', 'reset'] as const)('%s before the headers', async (how) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => (how === 'reset' ? socket.resetAndDestroy() : socket.end()))
    })
    const port = await portOf(server)
    const { end } = await listen(providerAt(`http://127.0.0.1:${port}/v1`))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
    server.close()
  })

  test('what is no HTTP', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('220 smtp.example.com ESMTP\r\n\r\n'))
    })
    const port = await portOf(server)
    const { end } = await listen(providerAt(`http://127.0.0.1:${port}/v1`))
    expect(end).toMatchObject(failed('upstream_bad_response', false))
    server.close()
  })
})

function messageOf({ end }: Told): string {
  expect(end).toMatchObject({ ...failed('upstream_timeout', true), timedOut: true })
  return end.outcome === 'failed' ? end.error.message : ''
}

describe('T53 time-outs', () => {
  test('four of a call, each in its own words; the fifth is the router’s', async () => {
    // A server that says nothing when TLS begins.
    const mute = createServer((socket) => socket.on('error', () => {}))
    const connect = messageOf(
      await listen(
        providerAt(`https://127.0.0.1:${await portOf(mute)}/v1`, limits({ connectMs: 100 })),
      ),
    )
    mute.close()
    const headers = messageOf(await play({ silent: true }, limits({ silenceMs: 100 })))
    const firstToken = messageOf(
      await play({ body: [': ping\n\n'], end: 'never' }, limits({ firstTokenMs: 100 })),
    )
    const stall = messageOf(
      await play({ body: [say('a')], end: 'never' }, limits({ silenceMs: 100 })),
    )
    expect([connect, headers, firstToken, stall]).toEqual([
      'testing: no connection within 0.1 s',
      'testing: connected, but no answer began within 0.1 s',
      'testing: the answer began, but no first token came within 0.1 s',
      'testing: the answer stalled: nothing came for 0.1 s',
    ])
    await mock.until(({ open }) => open === 0)
  })

  test('silence after the headers is told as no first token', async () => {
    const told = await play({ body: [], end: 'never' }, limits({ silenceMs: 100 }))
    expect(messageOf(told)).toContain('no first token')
  })

  test('the first token may be slow under way, as long as there is life (T5)', async () => {
    const pings = Array.from({ length: 20 }, () => [{ delayMs: 25 }, ': ping\n\n']).flat()
    const told = await play(
      { body: [...pings, say('a'), STOP, DONE_EVENT] },
      limits({ silenceMs: 400 }),
    )
    expect(told).toMatchObject({ text: 'a', end: COMPLETED })
  })

  test('a stall keeps the part', async () => {
    const told = await play({ body: [say('a', 'b')], end: 'never' }, limits({ silenceMs: 100 }))
    expect(told.text).toBe('ab')
  })

  test('0 is no time-out', async () => {
    const told = await play(
      { before: [{ delayMs: 50 }], deltas: { texts: ['a'] } },
      { limits: { connectMs: 0, silenceMs: 0, firstTokenMs: 0 } },
    )
    expect(told.end).toMatchObject(COMPLETED)
  })
})

describe('abort', () => {
  test('before the call nothing is sent', async () => {
    const { end } = await listen(providerAt(mock.url), { signal: AbortSignal.abort() })
    expect(end).toEqual({ outcome: 'aborted' })
    expect(await mock.calls()).toEqual([])
  })

  test.each([
    ['T97 before the headers', { silent: true }],
    ['before the first token', { body: [': ping\n\n'], end: 'never' }],
    ['T99 between tokens', { body: [say('a')], end: 'never' }],
    ['in a flood', { body: [say('a')], end: 'endless' }],
    ['in the body of an error', { status: 500, body: ['{'], end: 'never' }],
  ] satisfies [string, Reply][])('%s the upstream sees the connection close', async (_, reply) => {
    await mock.script(reply)
    const abort = new AbortController()
    const told = listen(providerAt(mock.url), { signal: abort.signal })
    await mock.until(({ open }) => open === 1)
    const began = performance.timeOrigin + performance.now()
    abort.abort()
    expect((await told).end).toEqual({ outcome: 'aborted' })
    const { calls } = await mock.until(({ open }) => open === 0)
    expect((calls[0]?.closedAt ?? Infinity) - began).toBeLessThan(200)
  })

  test('from within a delta nothing more is told', async () => {
    await mock.script({ body: [say('a', 'b', 'c')], end: 'never' })
    const abort = new AbortController()
    const deltas: ProviderDelta[] = []
    const end = await providerAt(mock.url).stream(
      { model: M, messages: [], params: {}, signal: abort.signal },
      (delta) => {
        deltas.push(delta)
        abort.abort()
      },
    )
    expect(end).toEqual({ outcome: 'aborted' })
    expect(deltas).toHaveLength(1)
  })

  // In one write, so that the reason has been read when the delta was told.
  test('after the finish reason the answer is finished', async () => {
    await mock.script({ body: [`${say('a')}${STOP}`, { gate: 'never' }] })
    const abort = new AbortController()
    let came: (() => void) | undefined
    const delta = new Promise<void>((resolve) => {
      came = resolve
    })
    const told = providerAt(mock.url).stream(
      { model: M, messages: [], params: {}, signal: abort.signal },
      () => came?.(),
    )
    await delta
    await new Promise(setImmediate)
    abort.abort()
    expect(await told).toEqual(UNMARKED)
  })

  test('a consumer that throws ends the call, and only it', async () => {
    await mock.script({ body: [say('a', 'b')], end: 'never' })
    const end = await providerAt(mock.url).stream(
      { model: M, messages: [], params: {}, signal: new AbortController().signal },
      () => {
        throw new Error('full')
      },
    )
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'internal' } })
    await mock.until(({ open }) => open === 0)
  })
})
