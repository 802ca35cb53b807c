import { listFixtures } from '@speak-code/testkit'
import { describe, expect, test } from 'vitest'
import { parseJson } from './json.ts'
import { upstreamError } from './upstream-errors.ts'

const audience = {
  provider: 'acme',
  keyHint: 'Type: export ACME_KEY=your-key',
  secrets: ['s3cr3t-value'],
}

const told = (status: number | undefined, body: unknown, headers: Record<string, string> = {}) =>
  upstreamError({ status, body, headers: new Headers(headers) }, audience)

describe('HTTP status and body → code', () => {
  test.each([
    [400, { error: { message: 'bad value', type: 'invalid_request_error' } }, 'bad_request'],
    [400, { error: { message: 'x', code: 'context_length_exceeded' } }, 'context_too_long'],
    [400, { error: { message: 'prompt is too long: 9 tokens > 8 maximum' } }, 'context_too_long'],
    [400, { error: { message: 'Please reduce the length of the messages.' } }, 'context_too_long'],
    [400, { error: { message: 'x', code: 'content_filter' } }, 'content_filtered'],
    [
      400,
      { error: { message: 'x', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      'content_filtered',
    ],
    [403, { error: { message: 'Your input was flagged by the moderator' } }, 'content_filtered'],
    [400, { error: { message: 'openai/nope is not a valid model ID' } }, 'model_not_found'],
    [400, { error: { message: 'Model Not Exist' } }, 'model_not_found'],
    [401, { error: { message: 'no' } }, 'upstream_auth'],
    [401, '', 'upstream_auth'],
    [403, { error: { message: 'not your country' } }, 'upstream_auth'],
    [402, { error: { message: 'Insufficient Balance' } }, 'quota_exhausted'],
    [
      404,
      { error: { message: 'The model `x` does not exist', code: 'model_not_found' } },
      'model_not_found',
    ],
    [404, { error: { message: 'model "x" not found, try pulling it first' } }, 'model_not_found'],
    [404, { detail: 'Not Found' }, 'upstream_bad_response'],
    [404, '404 page not found', 'upstream_bad_response'],
    [404, '<html><title>404</title></html>', 'upstream_bad_response'],
    [408, '', 'upstream_timeout'],
    [409, { error: { message: 'conflict' } }, 'bad_request'],
    [413, { error: { message: 'Request too large', code: 'rate_limit_exceeded' } }, 'too_large'],
    [422, { detail: [{ loc: ['body'], msg: 'field required' }] }, 'bad_request'],
    [500, '<html>oops</html>', 'upstream_overloaded'],
    [502, '', 'upstream_overloaded'],
    [503, { error: { code: 'model_not_found', message: 'no channel' } }, 'upstream_overloaded'],
    [504, '', 'upstream_timeout'],
    [529, { error: { type: 'overloaded_error', message: 'Overloaded' } }, 'upstream_overloaded'],
  ])('%i %o is %s', (status, body, code) => {
    expect(told(status, body).code).toBe(code)
  })

  test('T50 429: a rate limit and slow_down may be tried again, a quota may not', () => {
    const hint = { 'retry-after': '2' }
    const limit = told(
      429,
      { error: { message: 'slow', type: 'tokens', code: 'rate_limit_exceeded' } },
      hint,
    )
    const slowDown = told(429, { error: { message: 'slow', code: 'slow_down' } }, hint)
    const quota = told(429, { error: { message: 'pay', code: 'insufficient_quota' } }, hint)
    expect(limit).toMatchObject({
      code: 'upstream_rate_limited',
      retryable: true,
      retryAfterMs: 2000,
    })
    expect(slowDown).toMatchObject({
      code: 'upstream_rate_limited',
      retryable: true,
      retryAfterMs: 2000,
    })
    expect(quota).toMatchObject({ code: 'quota_exhausted', retryable: false })
    expect(quota).not.toHaveProperty('retryAfterMs')
  })

  test('T52 an overloaded provider’s hint is kept', () => {
    expect(told(503, '', { 'retry-after': '3' })).toMatchObject({ retryAfterMs: 3000 })
  })

  test('T49 a refused key: our own sentence, nothing of theirs', () => {
    const { message } = told(401, {
      error: { message: 'Incorrect API key: s3cr3t-value of operator Bob' },
    })
    expect(message).toBe('acme refused the key (HTTP 401). Type: export ACME_KEY=your-key')
  })

  test('T56 other texts are scrubbed', () => {
    const { message } = told(400, {
      error: { message: 'bad header s3cr3t-value for org-AbC123456' },
    })
    expect(message).toBe('acme: bad header [redacted] for [redacted]')
  })

  test('T47 HTML is never quoted', () => {
    expect(told(502, '<html>Bob’s proxy</html>').message).toBe(
      'acme: it is overloaded or out of order (HTTP 502)',
    )
  })

  test('what a gateway says about the provider behind it is shown', () => {
    const body = {
      error: { code: 429, message: 'Provider returned error', metadata: { raw: 'x is busy' } },
    }
    expect(told(429, body).message).toBe('acme: Provider returned error: x is busy')
  })
})

describe('errors told in a stream', () => {
  test.each([
    [{ error: { message: 'x', type: 'server_error' } }, 'upstream_overloaded'],
    [{ error: { message: 'x', code: 502 } }, 'upstream_overloaded'],
    [{ error: { message: 'x', code: '529' } }, 'upstream_overloaded'],
    [{ error: { message: 'x', code: 504 } }, 'upstream_timeout'],
    [{ error: { message: 'x', code: 429 } }, 'upstream_rate_limited'],
    [{ error: { message: 'x', type: 'insufficient_quota' } }, 'quota_exhausted'],
    [{ error: { message: 'x', type: 'invalid_request_error', status_code: 400 } }, 'bad_request'],
    [{ error: { message: 'x', type: 'invalid_request_error' } }, 'bad_request'],
    [{ error: { message: 'x', code: 'invalid_prompt' } }, 'bad_request'],
    [{ error: { message: 'x', code: 'bio_policy' } }, 'content_filtered'],
    [{ error: { message: 'x', code: 'rate_limit_exceeded' } }, 'upstream_rate_limited'],
    [{ error: { message: 'x', code: 'context_length_exceeded' } }, 'context_too_long'],
    [{ error: 'something broke' }, 'upstream_overloaded'],
    [{ message: 'x', type: 'overloaded_error' }, 'upstream_overloaded'],
    ['plain words', 'upstream_overloaded'],
    [null, 'upstream_overloaded'],
  ])('%o is %s', (body, code) => {
    expect(upstreamError({ body }, audience).code).toBe(code)
  })
})

const RECORDED: Readonly<Record<string, string>> = {
  'anthropic/error-400-prompt-too-long': 'context_too_long',
  'anthropic/error-401': 'upstream_auth',
  'gemini/error-400-api-key': 'upstream_auth',
  'gemini/error-429': 'upstream_rate_limited',
  'mistral/error-401': 'upstream_auth',
  'openai-chat/azure-error-429': 'upstream_rate_limited',
  'openai-chat/error-404-model': 'model_not_found',
  'openai-responses/error-400-context-length': 'context_too_long',
  'openai-responses/error-401': 'upstream_auth',
  'openrouter/error-400-context-length': 'context_too_long',
  'openrouter/error-429': 'upstream_rate_limited',
  'xai/error-400-api-key': 'upstream_auth',
}

const fixtures = listFixtures()

describe.skipIf(fixtures === undefined)('recorded error bodies', () => {
  const errors = (fixtures ?? []).filter(({ meta }) => meta.wire === 'http')

  test('each one is expected here', () => {
    expect(errors.map(({ name }) => name).toSorted()).toEqual(Object.keys(RECORDED).toSorted())
  })

  test.each(errors.map((fixture) => [fixture.name, fixture] as const))('%s', (name, fixture) => {
    const { status, headers } = fixture.meta
    const error = told(status, parseJson(fixture.body.toString()), headers)
    expect(error.code).toBe(RECORDED[name])
  })

  test.each([
    ['gemini/error-429', 48_000],
    ['openai-chat/azure-error-429', 1000],
    ['openrouter/error-429', undefined],
  ])('the hint of %s', (name, expected) => {
    const found = errors.filter((fixture) => fixture.name === name)
    const hints = found.map(
      ({ meta, body }) => told(meta.status, parseJson(body.toString()), meta.headers).retryAfterMs,
    )
    expect(hints).toEqual([expected])
  })
})
