/** What the provider sends, and how it tells the ends of a Messages stream apart. */
import { type MockUpstream, type Reply, startMockUpstream } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AnthropicOptions } from './anthropic.ts'
import {
  anthropicAt,
  blockStart,
  errorEvent,
  events,
  KEY,
  MESSAGE_STOP,
  messageDelta,
  messageStart,
  PING,
  textBlock,
  textDelta,
  thinkingBlock,
} from './anthropic-testing.ts'
import type { ProviderCall } from './provider.ts'
import { COMPLETED, failed, limits, listen, type Told, UNMARKED } from './testing.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())
afterEach(() => {
  vi.unstubAllEnvs()
})

const OPENING = [messageStart(), ...textBlock(0, 'a')]
const STOP = messageDelta('end_turn')
const USAGE = { promptTokens: 3, completionTokens: 2 }
const STOPPED = { nativeFinishReason: 'end_turn', usage: USAGE }
const ANSWER: Reply = { body: [events(...OPENING, STOP, MESSAGE_STOP)] }

async function play(reply: Reply, options: Partial<AnthropicOptions> = {}): Promise<Told> {
  await mock.script(reply)
  return listen(anthropicAt(mock.url, options))
}

describe('the request', () => {
  beforeEach(() => mock.script(ANSWER))

  test('T67 key, version, model, messages and max_tokens go to the base URL', async () => {
    const told = await listen(anthropicAt(mock.url, { headers: { 'X-Team': 'physics' } }), {
      params: { stop: 'END' },
    })
    expect(told.end).toEqual({ ...COMPLETED, ...STOPPED })
    expect(await mock.calls()).toMatchObject([
      {
        method: 'POST',
        path: '/v1/messages',
        headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'x-team': 'physics' },
        body: {
          model: 'test-model',
          max_tokens: 8192,
          messages: [{ role: 'user', content: 'Hello?' }],
          stop_sequences: ['END'],
          stream: true,
        },
      },
    ])
  })

  test('the base URL with or without /v1 and a slash', async () => {
    const root = mock.url.replace(/\/v1$/, '')
    for (const url of [root, `${root}/`, mock.url, `${mock.url}/`, `${root}/team`]) {
      await listen(anthropicAt(url))
    }
    const paths = (await mock.calls()).map(({ path }) => path)
    expect(paths).toEqual([
      '/v1/messages',
      '/v1/messages',
      '/v1/messages',
      '/v1/messages',
      '/team/v1/messages',
    ])
  })

  test('the caller’s max_tokens for the model', async () => {
    await listen(anthropicAt(mock.url, { maxTokensOf: (model) => model.length }))
    expect((await mock.calls())[0]?.body).toMatchObject({ max_tokens: 'test-model'.length })
  })

  test('a parameter that is not taken is left out and told', async () => {
    const dropped = vi.fn<NonNullable<ProviderCall['dropped']>>()
    await listen(anthropicAt(mock.url), {
      model: 'claude-opus-4-8',
      params: { temperature: 0.5, maxTokens: 9 },
      dropped,
    })
    const [call] = await mock.calls()
    expect(call?.body).toMatchObject({ max_tokens: 9 })
    expect(call?.body).not.toHaveProperty('temperature')
    expect(dropped.mock.calls).toEqual([['temperature']])
  })

  test('a base URL without a key is a call without one', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-of-somebody-else')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-of-somebody-else')
    const told = await listen(anthropicAt(mock.url, { apiKey: undefined }))
    expect(told.end).toMatchObject(COMPLETED)
    const [call] = await mock.calls()
    expect(call?.headers).not.toHaveProperty('x-api-key')
    expect(call?.headers).not.toHaveProperty('authorization')
  })

  test('L10 nothing else of this process’s environment is sent or heeded', async () => {
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://env.invalid')
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-env')
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'token-env')
    vi.stubEnv('ANTHROPIC_PROFILE', 'env')
    const lines = ['x-secret', 'X-Api-Key', 'x-api-key', 'Authorization', 'User-Agent', 'accept']
    vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', lines.map((name) => `${name}: env`).join('\n'))
    for (const apiKey of [KEY, undefined]) await listen(anthropicAt(mock.url, { apiKey }))
    const calls = await mock.calls()
    expect(calls).toHaveLength(2)
    expect(JSON.stringify(calls)).not.toMatch(/env/)
    expect(Object.keys(calls[0]?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'anthropic-version',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-api-key',
    ])
  })

  test('configured headers go over ours', async () => {
    const headers = { Authorization: 'Token abc', 'X-API-Key': 'own', 'Anthropic-Beta': 'b' }
    await listen(anthropicAt(mock.url, { headers }))
    expect((await mock.calls())[0]?.headers).toMatchObject({
      authorization: 'Token abc',
      'x-api-key': 'own',
      'anthropic-beta': 'b',
    })
  })

  test('T61 an answer’s thinking goes back with it', async () => {
    const body = [messageStart(), ...thinkingBlock(0, 'hm', 'sig'), ...textBlock(1, 'a'), STOP]
    const provider = anthropicAt(mock.url)
    await mock.script({ body: [events(...body, MESSAGE_STOP)] })
    const asked = { role: 'user', content: 'q' } as const
    const { end } = await listen(provider, { messages: [asked] })
    const replay = end.outcome === 'finished' ? end.replay : undefined
    if (replay === undefined) throw new Error('nothing is kept')
    const answer = { role: 'assistant', content: 'a', replay } as const
    await listen(provider, { messages: [asked, answer, { role: 'user', content: 'r' }] })
    expect((await mock.calls())[1]?.body).toMatchObject({
      messages: [
        { role: 'user', content: 'q' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'a' },
          ],
        },
        { role: 'user', content: 'r' },
      ],
    })
  })

  test('T54 one call for each question, whatever comes of it', async () => {
    for (const status of [408, 429, 500, 529])
      await play({ status, headers: { 'x-should-retry': 'true' } })
    await play({ body: [], end: 'reset' })
    expect(await mock.calls()).toHaveLength(5)
  })

  test('an obstacle is told and nothing is sent', async () => {
    const obstacle = { code: 'upstream_auth', message: 'set a key', retryable: false } as const
    const { end } = await listen(anthropicAt(mock.url, { obstacle }))
    expect(end).toEqual({ outcome: 'failed', error: obstacle })
    expect(await mock.calls()).toEqual([])
  })

  test('the upstream connection is closed by an abort', async () => {
    await mock.script({ body: [events(...OPENING)], end: 'never' })
    const stop = new AbortController()
    const end = await anthropicAt(mock.url).stream(
      { model: 'm', messages: [], params: {}, signal: stop.signal },
      () => {
        stop.abort()
      },
    )
    expect(end.outcome).toBe('aborted')
    await mock.until(({ open }) => open === 0)
  })
})

describe('termination', () => {
  test('T58 pings are life and nothing else', async () => {
    const ping: Reply['body'] = [{ delayMs: 150 }, events(PING)]
    const told = await play(
      { body: [events(...OPENING), ...ping, ...ping, ...ping, events(PING, STOP, MESSAGE_STOP)] },
      limits({ silenceMs: 400 }),
    )
    expect(told.text).toBe('a')
    expect(told.end).toEqual({ ...COMPLETED, ...STOPPED })
  })

  test('T38 what follows message_stop is ignored, and the end does not wait for it', async () => {
    const told = await play({
      body: [events(...OPENING, STOP, MESSAGE_STOP, textDelta(0, 'b'))],
      end: 'never',
    })
    expect(told.text).toBe('a')
    expect(told.end).toEqual({ ...COMPLETED, ...STOPPED })
    await mock.until(({ open }) => open === 0)
  })

  test.each(['complete', 'close', 'reset'] as const)(
    'T64 a stop_reason without message_stop, by %s',
    async (end) => {
      const told = await play({ body: [events(...OPENING, STOP)], end })
      expect(told.end).toEqual({ ...UNMARKED, ...STOPPED })
    },
  )

  test.each(['complete', 'close', 'reset'] as const)(
    'T64 neither, by %s: its part is kept',
    async (end) => {
      const told = await play({ body: [events(...OPENING), 'event: content_bl'], end })
      expect(told).toMatchObject({ text: 'a', end: failed('upstream_eof', true) })
      expect(told.end.usage).toEqual({ promptTokens: 3, completionTokens: 1 })
    },
  )

  test('T59 overloaded at once or after deltas', async () => {
    const error = errorEvent('overloaded_error', 'Overloaded')
    expect(await play({ body: [events(error)] })).toMatchObject({
      deltas: [],
      end: failed('upstream_overloaded', true),
    })
    expect(await play({ body: [events(...OPENING, error)] })).toMatchObject({
      text: 'a',
      end: failed('upstream_overloaded', true),
    })
  })

  test('T55 an error after the stop_reason changes nothing', async () => {
    const warn = vi.fn<(oddity: string) => void>()
    const body = [events(...OPENING, STOP, errorEvent('api_error', 'x'))]
    expect((await play({ body }, { warn })).end).toEqual({ ...UNMARKED, ...STOPPED })
    expect(warn).toHaveBeenCalledWith('testing: upstream_overloaded after the finish reason')
  })

  test('T47 a JSON answer is a bad response', async () => {
    const told = await play({
      headers: { 'content-type': 'application/json' },
      body: ['{"type":"message","content":[{"type":"text","text":"a"}]}'],
    })
    expect(told).toMatchObject({ deltas: [], end: failed('upstream_bad_response', false) })
  })

  test('any cut of any body tells the same deltas and the same end', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => events(textDelta(0, text))),
      fc.string({ unit: 'binary' }).map((text) => events(textDelta(1, `${text}\uD83D`))),
      fc.constantFrom(
        ': ping\n\n',
        'data:\n\n',
        events(PING).replaceAll('\n', '\r\n'),
        events(...thinkingBlock(2, 'hm')),
        events(blockStart(3, { type: 'tool_use', id: 'i', name: 'f', input: {} })),
        events(STOP),
        events(messageDelta('max_tokens')),
        events(errorEvent('api_error', 'x')),
        events(MESSAGE_STOP),
        'data: {"type":"cont',
      ),
    )
    const ends = fc.constantFrom('complete', 'close', 'reset')
    const provider = anthropicAt(mock.url)
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        ends,
        fc.nat(),
        async (body, end, seed) => {
          await mock.script([
            { body, end },
            { body, end, cut: 'bytes' },
            { body, end, cut: { seed, longest: 20 } },
          ])
          const whole = await listen(provider)
          expect(await listen(provider)).toEqual(whole)
          expect(await listen(provider)).toEqual(whole)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('errors, over HTTP and in the stream', () => {
  const json = { 'content-type': 'application/json' }

  test.each([
    [400, 'invalid_request_error', 'max_tokens: Field required', 'bad_request'],
    [400, 'invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum', 'context_too_long'],
    [
      400,
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 9 + 8 > 16',
      'context_too_long',
    ],
    [
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API.',
      'quota_exhausted',
    ],
    [
      400,
      'invalid_request_error',
      'You have reached your specified API usage limits.',
      'quota_exhausted',
    ],
    [
      400,
      'invalid_request_error',
      'Output blocked by content filtering policy',
      'content_filtered',
    ],
    [401, 'authentication_error', 'invalid x-api-key', 'upstream_auth'],
    [402, 'billing_error', 'check your payment details', 'quota_exhausted'],
    [403, 'permission_error', 'not for your key', 'upstream_auth'],
    [404, 'not_found_error', 'model: claude-nope', 'model_not_found'],
    [413, 'request_too_large', 'too many bytes', 'too_large'],
    [429, 'rate_limit_error', 'slow down', 'upstream_rate_limited'],
    [500, 'api_error', 'Internal server error', 'upstream_overloaded'],
    [504, 'timeout_error', 'took too long', 'upstream_timeout'],
    [529, 'overloaded_error', 'Overloaded', 'upstream_overloaded'],
  ])('%i %s “%s” is %s', async (status, type, message, code) => {
    const error = errorEvent(type, message)
    const told = await play({ status, headers: json, body: [JSON.stringify(error)] })
    expect(told).toMatchObject({ deltas: [], end: { outcome: 'failed', error: { code } } })
    expect(JSON.stringify(told.end)).not.toContain('req_')
    if (status === 404 || code === 'content_filtered') return
    const inStream = await play({ body: [events(error)] })
    expect(inStream.end).toMatchObject({ outcome: 'failed', error: { code } })
  })

  test('a spend limit by its code', async () => {
    const error = { type: 'rate_limit_error', message: 'x' }
    const details = { error_code: 'enforced_spend_limit_reached' }
    const body = [JSON.stringify({ type: 'error', error: { ...error, details } })]
    const told = await play({ status: 429, headers: json, body })
    expect(told.end).toMatchObject(failed('quota_exhausted', false))
  })

  test('a filter told in the stream is an incomplete answer', async () => {
    const error = errorEvent('invalid_request_error', 'Output blocked by content filtering policy')
    const told = await play({ body: [events(...OPENING, error)] })
    expect(told).toMatchObject({
      text: 'a',
      end: { outcome: 'finished', status: 'incomplete', finishReason: 'content_filter' },
    })
  })

  test('T51 the hint comes along', async () => {
    const body = [JSON.stringify(errorEvent('rate_limit_error', 'slow'))]
    const told = await play({ status: 429, headers: { ...json, 'retry-after': '61' }, body })
    expect(told.end).toMatchObject({ error: { retryAfterMs: 61_000 } })
  })

  test('T49 T56 L10 the key is said nowhere', async () => {
    const auth = errorEvent('authentication_error', `bad: ${KEY}`)
    const refused = await play({ status: 401, headers: json, body: [JSON.stringify(auth)] })
    expect(refused.end).toMatchObject({
      error: { message: 'testing refused the key (HTTP 401). export TEST_KEY=your-key' },
    })
    const told = await play({ body: [events(errorEvent('api_error', `bad: ${KEY}`))] })
    expect(JSON.stringify(told.end)).not.toContain(KEY)
  })

  test('a redirect is not followed', async () => {
    const told = await play({ status: 307, headers: { location: `${mock.url}/elsewhere` } })
    expect(told.end).toMatchObject(failed('upstream_bad_response', false))
    expect(await mock.calls()).toHaveLength(1)
  })

  test('an address where nobody answers', async () => {
    const { end } = await listen(anthropicAt('http://127.0.0.1:1'))
    expect(end).toMatchObject(failed('upstream_unreachable', true))
  })
})
