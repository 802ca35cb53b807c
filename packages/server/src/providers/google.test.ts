/** What the provider of the Gemini API sends, and how it ends, over real HTTP. */
import { event, type MockUpstream, type Reply, startMockUpstream } from '@speak-code/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { GoogleOptions } from './google.ts'
import type { ProviderCall } from './provider.ts'
import { googleAt, KEY } from './google-testing.ts'
import { COMPLETED, failed, limits, listen, type Told, UNMARKED } from './testing.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** The mock's address without the version that its `url` ends with. */
const root = (): string => new URL(mock.url).origin

const said = (text: string, rest: object = {}): string =>
  event({ candidates: [{ content: { parts: [{ text }], role: 'model' }, ...rest }] })
const STOP = said('!', { finishReason: 'STOP' })
const STOPPED = { ...COMPLETED, nativeFinishReason: 'STOP' }

async function play(
  reply: Reply,
  options: Partial<GoogleOptions> = {},
  call: Partial<ProviderCall> = {},
): Promise<Told> {
  await mock.script(reply)
  return listen(googleAt(mock.url, options), { model: 'gemini-2.5-flash', ...call })
}

const error = (code: number, status: string, message: string, details: unknown[] = []) =>
  JSON.stringify({ error: { code, message, status, details } })
const JSON_BODY = { 'content-type': 'application/json; charset=UTF-8' }

describe('the request', () => {
  test('key, model, messages and parameters go to the base URL', async () => {
    const { text, end } = await play(
      { body: [said('Hi'), STOP] },
      { headers: { 'X-Team': 'a' } },
      {
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'Hello?' },
          {
            role: 'assistant',
            content: 'Yes?',
            replay: { kind: 'google', data: '[{"signature":"Uw==","from":0,"to":4}]' },
          },
          { role: 'user', content: 'Well' },
        ],
        params: { temperature: 0, maxTokens: 5, reasoningEffort: 'low' },
      },
    )
    expect(text).toBe('Hi!')
    expect(end).toEqual(STOPPED)
    const [call, ...others] = await mock.calls()
    expect(others).toEqual([])
    expect(call).toMatchObject({
      method: 'POST',
      path: '/v1/models/gemini-2.5-flash:streamGenerateContent',
      headers: { 'x-goog-api-key': KEY, 'x-team': 'a' },
    })
    expect(call?.body).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'Hello?' }] },
        { role: 'model', parts: [{ text: 'Yes?', thoughtSignature: 'Uw==' }] },
        { role: 'user', parts: [{ text: 'Well' }] },
      ],
      systemInstruction: { role: 'user', parts: [{ text: 'be brief' }] },
      generationConfig: {
        temperature: 0,
        maxOutputTokens: 5,
        thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 },
      },
    })
  })

  test('a base URL without a version gets v1beta', async () => {
    await listen(googleAt(`${root()}/`), { model: 'models/gemini-x' })
    expect((await mock.calls())[0]?.path).toBe('/v1beta/models/gemini-x:streamGenerateContent')
  })

  test('L10 nothing of this process’s environment is sent, or asked', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue()
    for (const name of [
      'GOOGLE_API_KEY',
      'GEMINI_API_KEY',
      'GOOGLE_CLOUD_PROJECT',
      'GOOGLE_CLOUD_LOCATION',
      'GOOGLE_GENAI_API_VERSION',
      'GOOGLE_GEMINI_BASE_URL',
      'GOOGLE_VERTEX_BASE_URL',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ])
      vi.stubEnv(name, 'from-env')
    vi.stubEnv('GOOGLE_GENAI_USE_VERTEXAI', 'true')
    vi.stubEnv('GOOGLE_GENAI_USE_ENTERPRISE', 'true')
    await play({ body: [STOP] })
    const [call] = await mock.calls()
    expect(JSON.stringify(call)).not.toMatch(/env/)
    expect(call?.path).toBe('/v1/models/gemini-2.5-flash:streamGenerateContent')
    expect(Object.keys(call?.headers ?? {}).toSorted()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-goog-api-key',
    ])
    expect(call?.headers['user-agent']).not.toContain(process.version)
    expect(warned).not.toHaveBeenCalled()
  })

  test('L10 without a key of ours none is sent', async () => {
    vi.stubEnv('GEMINI_API_KEY', 'of-somebody-else')
    const { end } = await play({ body: [STOP] }, { apiKey: undefined })
    expect(end).toEqual(STOPPED)
    expect((await mock.calls())[0]?.headers).not.toHaveProperty('x-goog-api-key')
  })

  test('configured headers go over ours', async () => {
    await play({ body: [STOP] }, { headers: { 'X-Goog-Api-Key': 'own', 'User-Agent': 'me' } })
    expect((await mock.calls())[0]?.headers).toMatchObject({
      'x-goog-api-key': 'own',
      'user-agent': 'me',
    })
  })

  test('T54 one call for each question, whatever comes of it', async () => {
    for (const status of [408, 429, 500, 503]) await play({ status })
    await play({ body: [], end: 'reset' })
    await play({
      body: [event({ continuationToken: 'more' }), said('a', { finishReason: 'CONTINUATION' })],
    })
    expect(await mock.calls()).toHaveLength(6)
  })

  test.each(['../x', 'x?key=1', 'x#', 'x&y', 'x%2f', 'x\\y'])(
    'the model’s name %s is not made a part of the address',
    async (model) => {
      expect((await play({ body: [STOP] }, {}, { model })).end).toMatchObject(
        failed('model_not_found', false),
      )
      expect(await mock.calls()).toEqual([])
    },
  )

  test('a parameter that the model does not take is told, and not sent', async () => {
    const dropped: string[] = []
    const call = {
      model: 'gemini-2.0-flash',
      params: { reasoningEffort: 'high', topP: 1 },
      dropped: (param: string) => dropped.push(param),
    } as const
    await play({ body: [STOP] }, {}, call)
    expect(dropped).toEqual(['reasoningEffort'])
    expect((await mock.calls())[0]?.body).toMatchObject({ generationConfig: { topP: 1 } })
  })

  test('an obstacle is told and nothing is sent', async () => {
    const obstacle = { code: 'upstream_auth', message: 'set a key', retryable: false } as const
    expect((await play({ body: [STOP] }, { obstacle })).end).toEqual({
      outcome: 'failed',
      error: obstacle,
    })
    expect(await mock.calls()).toEqual([])
  })
})

describe('ends', () => {
  test('T69 the finish reason, confirmed by the end of the body', async () => {
    const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2 }
    const { end } = await play({ body: [said('a'), STOP, event({ usageMetadata })] })
    expect(end).toEqual({ ...STOPPED, usage: { promptTokens: 3, completionTokens: 2 } })
  })

  test('T42 T43 a body that ends or breaks off before one', async () => {
    for (const end of ['complete', 'close', 'reset'] as const) {
      const told = await play({ body: [said('a')], end })
      expect(told).toMatchObject({ text: 'a', end: failed('upstream_eof', true) })
    }
  })

  test('T44 a body that breaks off, or falls silent, after one', async () => {
    expect((await play({ body: [STOP], end: 'reset' })).end).toEqual(STOPPED)
    const silent = await play({ body: [STOP], end: 'never' }, limits({ silenceMs: 50 }))
    expect(silent.end).toEqual({ ...UNMARKED, nativeFinishReason: 'STOP' })
  })

  test('T48 an empty body', async () => {
    expect((await play({ body: [] })).end).toMatchObject(failed('upstream_eof', true))
  })

  test('T97 a call that is aborted closes the connection', async () => {
    const stop = new AbortController()
    await mock.script({ body: [said('a')], end: 'never' })
    const told = listen(googleAt(mock.url), { model: 'gemini-x', signal: stop.signal })
    await mock.until(({ open }) => open === 1)
    stop.abort()
    expect((await told).end).toMatchObject({ outcome: 'aborted' })
    await mock.until(({ open }) => open === 0)
    expect((await mock.calls())[0]?.closedAt).toBeDefined()
  })

  test('T68 a JSON array where a stream should be is refused', async () => {
    const chunk = { candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }] }
    const body = [JSON.stringify([chunk, chunk], null, 2)]
    expect(await play({ headers: JSON_BODY, body })).toMatchObject({
      deltas: [],
      end: failed('upstream_bad_response', false),
    })
    expect((await play({ body })).end).toMatchObject(failed('upstream_bad_response', false))
  })

  test('T74 a malformed call of a function', async () => {
    const { end } = await play({
      body: [said('a'), said('', { finishReason: 'MALFORMED_FUNCTION_CALL' })],
    })
    expect(end).toMatchObject(failed('upstream_bad_response', false))
  })

  test.each(['an object', 'an array'])('T78 an error in a 200, as %s', async (shape) => {
    const told = error(503, 'UNAVAILABLE', 'The model is overloaded.')
    const body = shape === 'an array' ? `[${told}]` : told
    const streamed = await play({ body: [said('a'), `data: ${body}\n\n`] })
    expect(streamed).toMatchObject({ text: 'a', end: failed('upstream_overloaded', true) })
    for (const whole of [body, JSON.stringify(JSON.parse(body), null, 2)])
      expect((await play({ body: [whole] })).end).toMatchObject(failed('upstream_overloaded', true))
    // Where not even the type is a stream's it is T47.
    expect((await play({ headers: JSON_BODY, body: [body] })).end).toMatchObject(
      failed('upstream_bad_response', false),
    )
  })
})

describe('errors', () => {
  const perMinute = [
    { violations: [{ quotaId: 'GenerateRequestsPerMinute', quotaValue: '10' }] },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48s' },
  ]
  const perDay = [{ violations: [{ quotaId: 'GenerateRequestsPerDay', quotaValue: '250' }] }]

  test.each([
    [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'upstream_auth'],
    [403, 'PERMISSION_DENIED', 'no', 'upstream_auth'],
    [400, 'INVALID_ARGUMENT', 'temperature is wrong', 'bad_request'],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      'context_too_long',
    ],
    [404, 'NOT_FOUND', 'models/x is not found for API version v1beta', 'model_not_found'],
    [500, 'INTERNAL', 'oops', 'upstream_overloaded'],
    [503, 'UNAVAILABLE', 'The model is overloaded.', 'upstream_overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'too slow', 'upstream_timeout'],
  ])('%i %s: %s', async (status, word, message, code) => {
    for (const body of [error(status, word, message), `[${error(status, word, message)}]`]) {
      const { end } = await play({ status, headers: JSON_BODY, body: [body] })
      expect(end).toMatchObject({ outcome: 'failed', error: { code } })
    }
  })

  test('T51 a limit per minute may be tried again after RetryInfo’s delay', async () => {
    const body = [error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', perMinute)]
    const { end } = await play({ status: 429, headers: JSON_BODY, body })
    expect(end).toMatchObject({
      error: { code: 'upstream_rate_limited', retryable: true, retryAfterMs: 48_000 },
    })
  })

  test('T50 a limit per day may not', async () => {
    const body = [error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', perDay)]
    const { end } = await play({ status: 429, headers: JSON_BODY, body })
    expect(end).toMatchObject(failed('quota_exhausted', false))
  })

  test('T49 of a refused key nothing is repeated; T56 the rest is scrubbed', async () => {
    const refused = await play({
      status: 400,
      headers: JSON_BODY,
      body: [error(400, 'INVALID_ARGUMENT', `API key not valid: ${KEY}`)],
    })
    expect(JSON.stringify(refused.end)).toMatch(/export TEST_KEY/)
    const other = await play({
      status: 400,
      headers: JSON_BODY,
      body: [error(400, 'INVALID_ARGUMENT', `consumer 'projects/123456' said ${KEY}`)],
    })
    for (const { end } of [refused, other]) expect(JSON.stringify(end)).not.toMatch(/AIza|123456'/)
  })

  test.each([
    ['HTML', 'text/html', '<html>502</html>'],
    ['broken JSON', 'application/json', '{"error":'],
    ['nothing', 'application/json', ''],
  ])('a 502 with %s', async (_, type, body) => {
    const { end } = await play({ status: 502, headers: { 'content-type': type }, body: [body] })
    expect(end).toMatchObject(failed('upstream_overloaded', true))
  })

  test('nobody there', async () => {
    const { end } = await listen(googleAt('http://127.0.0.1:1'), { model: 'gemini-x' })
    expect(end).toMatchObject(failed('upstream_unreachable', true))
  })

  test('a redirect is not followed', async () => {
    const { end } = await play({ status: 302, headers: { location: `${root()}/elsewhere` } })
    expect(end).toMatchObject(failed('upstream_bad_response', false))
    expect(await mock.calls()).toHaveLength(1)
  })
})
