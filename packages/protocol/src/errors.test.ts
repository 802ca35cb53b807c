import { describe, expect, test } from 'vitest'
import { ERROR_CODES, errorInfo, isRetryable, SpeakCodeError } from './errors.ts'

const RETRYABLE =
  'unknown_parent rate_limited concurrency_limited upstream_rate_limited upstream_overloaded ' +
  'upstream_timeout upstream_unreachable upstream_eof interrupted draining internal'
const FINAL =
  'bad_request unauthenticated token_expired forbidden not_found model_not_found ' +
  'idempotency_conflict context_too_long content_filtered quota_exhausted too_large ' +
  'upstream_auth upstream_bad_response'

describe('the table', () => {
  test('retryable are these and no others', () => {
    expect(ERROR_CODES.filter((code) => isRetryable(code)).join(' ')).toBe(RETRYABLE)
  })

  test('not retryable are these and no others', () => {
    expect(ERROR_CODES.filter((code) => !isRetryable(code)).join(' ')).toBe(FINAL)
  })
})

describe('an error’s information', () => {
  test('has `retryable` from the table, and `retryAfterMs` only where there is one', () => {
    expect(errorInfo('rate_limited', 'Slow down.', 0)).toEqual({
      code: 'rate_limited',
      message: 'Slow down.',
      retryable: true,
      retryAfterMs: 0,
    })
    expect(Object.keys(errorInfo('too_large', 'Too large.'))).not.toContain('retryAfterMs')
  })

  test('of a SpeakCodeError is its own', () => {
    const cause = new Error('socket hang up')
    const error = new SpeakCodeError('upstream_eof', 'It broke off.', { retryAfterMs: 5, cause })
    expect(error.info).toEqual(errorInfo('upstream_eof', 'It broke off.', 5))
    expect(error.cause).toBe(cause)
    expect('cause' in new SpeakCodeError('internal', 'It failed.')).toBe(false)
  })
})
