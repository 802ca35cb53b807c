/** What the provider sends, and how it tells the ends of a stream apart. */
import {
  deltaEvent,
  DONE_EVENT,
  event,
  finishEvent,
  type MockUpstream,
  type Reply,
  startMockUpstream,
  usageEvent,
} from '@speak-code/testkit'
import { createServer } from 'node:net'
import { brotliCompressSync, constants, createGzip, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OpenAiOptions } from './openai.ts'
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
afterEach(() => {
  vi.unstubAllEnvs()
})

const M = 'test-model'
const say = (...texts: string[]): string => texts.map((text) => deltaEvent(M, text)).join('')
const STOP = finishEvent(M, 'stop')

async function play(reply: Reply, options: Partial<OpenAiOptions> = {}): Promise<Told> {
  await mock.script(reply)
  return listen(providerAt(mock.url, options))
}

describe('the request', () => {
  test('key, model, messages and parameters go to the base URL', async () => {
    await listen(providerAt(mock.url, { headers: { 'X-Team': 'physics' } }), {
      params: { maxTokens: 5 },
    })
    const [call] = await mock.calls()
    expect(call).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-test-0123456789', 'x-team': 'physics' },
      body: {
        model: M,
        messages: [{ role: 'user', content: 'Hello?' }],
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 5,
      },
    })
  })

  test('a base URL without a key is a call without Authorization', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-of-somebody-else')
    await listen(providerAt(`${mock.url}/`, { apiKey: undefined }))
    const [call] = await mock.calls()
    expect(call?.path).toBe('/v1/chat/completions')
    expect(call?.headers).not.toHaveProperty('authorization')
  })

  test('L10 nothing else of this process’s environment is sent', async () => {
    vi.stubEnv('OPENAI_ORG_ID', 'org-env')
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-env')
    vi.stubEnv('OPENAI_ADMIN_KEY', 'sk-admin-env')
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-secret: env\nauthorization: Bearer env')
    await listen(providerAt(mock.url))
    const [call] = await mock.calls()
    expect(JSON.stringify(call)).not.toMatch(/env/)
    expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ])
  })

  test('configured headers go over ours', async () => {
    await listen(providerAt(mock.url, { headers: { Authorization: 'Token abc' } }))
    expect((await mock.calls())[0]?.headers).toMatchObject({ authorization: 'Token abc' })
  })

  test('T54 one call for each question, whatever comes of it', async () => {
    for (const status of [408, 429, 500, 503])
      await play({ status, headers: { 'x-should-retry': 'true' } })
    await play({ body: [], end: 'reset' })
    expect(await mock.calls()).toHaveLength(5)
  })

  test('an obstacle is told and nothing is sent', async () => {
    const obstacle = { code: 'upstream_auth', message: 'set a key', retryable: false } as const
    const { end } = await listen(providerAt(mock.url, { obstacle }))
    expect(end).toEqual({ outcome: 'failed', error: obstacle })
    expect(await mock.calls()).toEqual([])
  })

  test('connections are used again after an end mark', async () => {
    const provider = providerAt(mock.url)
    await mock.script({ deltas: { texts: ['a'] } })
    for (let index = 0; index < 3; index += 1) {
      await listen(provider)
      await mock.until(({ open }) => open === 0)
    }
    expect((await mock.calls()).every(({ closedAt }) => closedAt === undefined)).toBe(true)
  })

  test('HTTPS_PROXY is honoured, loopback and NO_PROXY are not sent through it', async () => {
    const asked: string[] = []
    const proxy = createServer((socket) => {
      socket.once('data', (data) => {
        asked.push(data.toString().split('\r\n')[0] ?? '')
        socket.end('HTTP/1.1 502 No\r\n\r\n')
      })
    })
    const port = await portOf(proxy)
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
    vi.stubEnv('NO_PROXY', 'direct.invalid')
    const { end } = await listen(providerAt('https://llm.invalid/v1'))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
    expect(asked).toEqual(['CONNECT llm.invalid:443 HTTP/1.1'])
    await listen(providerAt('https://direct.invalid/v1'))
    await listen(providerAt('https://127.0.0.1:1/v1'))
    expect(asked).toHaveLength(1)
    proxy.close()
  })
})

describe('termination', () => {
  test('the provider’s own end, with its usage', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    const told = await play({ body: [say('a', 'b'), STOP, usageEvent(M, usage), DONE_EVENT] })
    expect(told.text).toBe('ab')
    expect(told.end).toEqual({ ...COMPLETED, usage: { promptTokens: 3, completionTokens: 2 } })
  })

  test('T38 what follows [DONE] is ignored, and the end does not wait for it', async () => {
    const { text, end } = await play({
      body: [say('a'), STOP, DONE_EVENT, say('b'), event({ error: { message: 'late' } })],
      end: 'never',
    })
    expect(text).toBe('a')
    expect(end).toEqual(COMPLETED)
    await mock.until(({ open }) => open === 0)
  })

  test('T40 a finish reason without [DONE]', async () => {
    expect((await play({ body: [say('a'), STOP] })).end).toEqual(UNMARKED)
  })

  test('T41 [DONE] without a finish reason', async () => {
    const reply = { body: [say('a'), DONE_EVENT] }
    const unknown = { outcome: 'finished', finishReason: 'unknown', certainty: 'end_mark' }
    expect((await play(reply)).end).toEqual({ ...unknown, status: 'incomplete' })
    expect((await play(reply, { laxDone: true })).end).toEqual({ ...unknown, status: 'completed' })
  })

  test.each(['complete', 'close', 'reset'] as const)(
    'T42 T43 a body that ends by %s with neither keeps its part',
    async (end) => {
      const told = await play({ body: [say('a', 'b'), 'data: {"choices":[{"del'], end })
      expect(told.text).toBe('ab')
      expect(told.end).toMatchObject(failed('upstream_eof', true))
    },
  )

  test.each(['close', 'reset'] as const)('T44 %s after the finish reason', async (end) => {
    const told = await play({ body: [say('a'), finishEvent(M, 'length')], end })
    expect(told.end).toEqual({ ...UNMARKED, status: 'incomplete', finishReason: 'length' })
  })

  test('silence after the finish reason, with or without comments', async () => {
    const silent = await play({ body: [say('a'), STOP], end: 'never' }, limits({ silenceMs: 100 }))
    expect(silent.end).toEqual(UNMARKED)
    const endless = await play(
      { body: [say('a'), STOP, { delayMs: 20 }, ': ping\n\n'], end: 'endless' },
      limits({ silenceMs: 100 }),
    )
    expect(endless.end).toEqual(UNMARKED)
    await mock.until(({ open }) => open === 0)
  })

  test('T45 an error as the first event', async () => {
    const told = await play({ body: [event({ error: { message: 'Overloaded', code: 529 } })] })
    expect(told).toMatchObject({ deltas: [], end: failed('upstream_overloaded', true) })
  })

  test('T46 an error after deltas keeps them', async () => {
    const told = await play({
      body: [say('a'), event({ error: { message: 'x', code: 502 } }), DONE_EVENT],
    })
    expect(told).toMatchObject({ text: 'a', end: failed('upstream_overloaded', true) })
  })

  test('T55 an error after the finish reason changes nothing', async () => {
    const warn = vi.fn<(oddity: string) => void>()
    const told = await play(
      { body: [say('a'), STOP, event({ error: { message: 'x' } })] },
      { warn },
    )
    expect(told.end).toEqual(UNMARKED)
    expect(warn).toHaveBeenCalledWith('testing: upstream_overloaded after the finish reason')
  })

  test('a finish reason “error” is explained by its error', async () => {
    const bare = await play({ body: [say('a'), finishEvent(M, 'error'), DONE_EVENT] })
    expect(bare.end).toMatchObject(failed('upstream_overloaded', true))
    const chunk = { choices: [{ index: 0, delta: {}, finish_reason: 'error' }] }
    const told = await play({ body: [event({ ...chunk, error: { message: 'slow', code: 429 } })] })
    expect(told.end).toMatchObject(failed('upstream_rate_limited', true))
  })

  test('MALFORMED_FUNCTION_CALL is a bad response', async () => {
    const told = await play({ body: [finishEvent(M, 'malformed_function_call'), DONE_EVENT] })
    expect(told.end).toMatchObject(failed('upstream_bad_response', false))
  })

  test('a filter told in the stream is an incomplete answer, by a 400 it is a failure', async () => {
    const error = { message: 'no', code: 'content_filter' }
    expect((await play({ body: [say('a'), event({ error })] })).end).toMatchObject({
      outcome: 'finished',
      status: 'incomplete',
      finishReason: 'content_filter',
    })
    const refused = await play({ status: 400, body: [JSON.stringify({ error })] })
    expect(refused.end).toMatchObject(failed('content_filtered', false))
  })

  test.each([
    ['text/html', '<html><body>Sign in</body></html>'],
    ['application/json', '{"choices":[{"message":{"content":"a"}}]}'],
    ['application/json; charset=utf-8', '{\n  "error": {"message": "x", "code": 429}\n}\n'],
    ['text/event-stream', '<!doctype html>\n<html></html>\n'],
    ['text/event-stream', '{"object":"chat.completion"}'],
  ])('T47 %s: %j is a bad response, not quoted', async (type, body) => {
    for (const cut of ['whole', 'bytes'] as const) {
      const told = await play({ headers: { 'content-type': type }, body: [body], cut })
      expect(told).toMatchObject({ deltas: [], end: failed('upstream_bad_response', false) })
      expect(JSON.stringify(told.end)).not.toMatch(/Sign in|doctype|choices/)
    }
  })

  test.each(['text/event-stream', 'application/json', 'text/html'])(
    'T48 an empty 200 of %s',
    async (type) => {
      const told = await play({ headers: { 'content-type': type }, body: [] })
      expect(told.end).toMatchObject(failed('upstream_eof', true))
    },
  )

  test('a bare JSON error in an event stream has its code (Gemini)', async () => {
    const body = JSON.stringify(
      { error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } },
      null,
      2,
    )
    for (const cut of ['whole', 'bytes'] as const) {
      const told = await play({ body: [body], cut })
      expect(told.end).toMatchObject(failed('upstream_rate_limited', true))
    }
  })

  test('a bare error line (GPUStack)', async () => {
    for (const cut of ['whole', 'bytes'] as const) {
      const told = await play({ body: [say('a'), 'error: {"code": 500, "message": "x"}\n\n'], cut })
      expect(told).toMatchObject({ text: 'a', end: failed('upstream_overloaded', true) })
    }
  })

  test('a redirect is not followed', async () => {
    const told = await play({ status: 307, headers: { location: `${mock.url}/elsewhere` } })
    expect(told.end).toMatchObject(failed('upstream_bad_response', false))
    expect(await mock.calls()).toHaveLength(1)
  })

  test('T10 endless noise is a bad response', async () => {
    const told = await play({ body: [say('a'), 'data: keep-alive\n\n'], end: 'endless' })
    expect(told).toMatchObject({ text: 'a', end: failed('upstream_bad_response', false) })
  })

  test('T13 an event without end is given up, with bounded memory', async () => {
    const before = process.memoryUsage().rss
    const told = await play({
      body: [say('a'), `data: "${'x'.repeat(60_000)}`, { delayMs: 1 }, 'y'.repeat(60_000)],
      end: 'endless',
    })
    expect(told).toMatchObject({ text: 'a', end: failed('upstream_bad_response', false) })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
    await mock.until(({ open }) => open === 0)
  })

  test('usage is kept by a failure too', async () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    const told = await play({ body: [say('a'), usageEvent(M, usage)], end: 'reset' })
    expect(told.end.usage).toEqual({ promptTokens: 3, completionTokens: 2 })
  })
})

describe('T15 compressed bodies', () => {
  const body = Buffer.from(say('a', '😀') + STOP + DONE_EVENT)
  const encodings = {
    gzip: gzipSync(body),
    br: brotliCompressSync(body),
    zstd: zstdCompressSync(body),
  }

  test.each(Object.entries(encodings))('%s', async (encoding, bytes) => {
    for (const cut of ['whole', 'bytes'] as const) {
      const told = await play({
        headers: { 'content-encoding': encoding },
        body: [{ base64: bytes.toString('base64') }],
        cut,
      })
      expect(told).toMatchObject({ text: 'a😀', end: COMPLETED })
    }
  })

  test('each chunk comes out as it came in', async () => {
    const gzip = createGzip()
    const parts: Buffer[] = []
    gzip.on('data', (part: Buffer) => parts.push(part))
    const flushed = (text: string): Promise<void> =>
      new Promise((resolve) => {
        gzip.write(text)
        gzip.flush(constants.Z_SYNC_FLUSH, resolve)
      })
    await flushed(say('a'))
    const first = Buffer.concat(parts.splice(0)).toString('base64')
    await flushed(STOP + DONE_EVENT)
    const second = Buffer.concat(parts.splice(0)).toString('base64')
    await mock.script({
      headers: { 'content-encoding': 'gzip' },
      body: [{ base64: first }, { gate: 'rest' }, { base64: second }],
    })
    const end = await providerAt(mock.url).stream(
      { model: M, messages: [], params: {}, signal: new AbortController().signal },
      () => void mock.open('rest'),
    )
    expect(end).toEqual(COMPLETED)
  })

  test('a cut or broken one is a broken body', async () => {
    const cut = { base64: encodings.gzip.subarray(0, 60).toString('base64') }
    for (const bytes of [cut, 'this is no gzip']) {
      const told = await play({ headers: { 'content-encoding': 'gzip' }, body: [bytes] })
      expect(told.end).toMatchObject(failed('upstream_eof', true))
    }
  })
})
