import { ERROR_CODES, type FinishReason, type EndStatus } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import {
  exitCodeOfEnd,
  exitCodeOfFailure,
  exitCodeOfSignal,
  firstFailure,
  type FailureCode,
} from './exit-code.ts'

/** The table of CONTRACT.md §4, "Exit codes", row by row. */
const TABLE: Readonly<Record<number, readonly FailureCode[]>> = {
  1: [
    'upstream_unreachable',
    'upstream_overloaded',
    'upstream_bad_response',
    'internal',
    'context_too_long',
    'bad_request',
    'too_large',
    'idempotency_conflict',
    'unknown_parent',
  ],
  3: ['not_found', 'model_not_found'],
  4: ['unauthenticated', 'token_expired', 'forbidden', 'upstream_auth'],
  5: ['rate_limited', 'concurrency_limited', 'quota_exhausted', 'upstream_rate_limited'],
  6: ['relay_unreachable', 'draining'],
  7: ['client_timeout', 'upstream_timeout'],
  8: ['upstream_eof', 'interrupted'],
  9: ['content_filtered'],
  130: ['cancelled'],
}
const ROWS = Object.entries(TABLE).flatMap(([exit, codes]) =>
  codes.map((code) => [code, Number(exit)] as const),
)

describe('exit codes of failures', () => {
  test('the table has every code of the protocol', () => {
    const known = new Set<string>(ROWS.map(([code]) => code))
    expect(ERROR_CODES.filter((code) => !known.has(code))).toEqual([])
  })

  test.each(ROWS)('%s before text: %i', (code, exit) => {
    expect(exitCodeOfFailure(code, false)).toBe(exit)
  })

  test.each(ROWS)('%s after text: 8, save 7, 9 and the signals (%i)', (code, exit) => {
    expect(exitCodeOfFailure(code, true)).toBe([7, 9, 130].includes(exit) ? exit : 8)
  })
})

describe('exit codes of ends', () => {
  const cases: readonly [EndStatus, FinishReason | null, number, number][] = [
    ['completed', 'stop', 0, 0],
    ['completed', 'tool_calls', 0, 0],
    ['completed', 'unknown', 0, 0],
    ['completed', 'refusal', 9, 9],
    ['incomplete', 'length', 8, 8],
    ['incomplete', 'unknown', 8, 8],
    ['incomplete', 'content_filter', 9, 9],
    ['cancelled', null, 1, 8],
    ['failed', null, 1, 8],
  ]
  test.each(cases)('%s/%s: %i, after text %i', (status, finishReason, before, after) => {
    expect(exitCodeOfEnd({ status, finishReason }, false)).toBe(before)
    expect(exitCodeOfEnd({ status, finishReason }, true)).toBe(after)
  })

  test('a failed end has the code of its error', () => {
    const error = { code: 'upstream_auth', message: 'wrong key', retryable: false } as const
    expect(exitCodeOfEnd({ status: 'failed', finishReason: null, error }, false)).toBe(4)
  })
})

test('signals: 129, 130, 143', () => {
  expect(exitCodeOfSignal('SIGHUP')).toBe(129)
  expect(exitCodeOfSignal('SIGINT')).toBe(130)
  expect(exitCodeOfSignal('SIGTERM')).toBe(143)
})

test('several models: the first code that is not 0, in their order', () => {
  expect(firstFailure([0, 8, 4])).toBe(8)
  expect(firstFailure([0, 0])).toBe(0)
  expect(firstFailure([])).toBe(0)
})
