import { afterEach, describe, expect, test, vi } from 'vitest'
import { retryAfterMs } from './retry-hint.ts'

const headers = (init: Record<string, string>): Headers => new Headers(init)

afterEach(() => {
  vi.useRealTimers()
})

describe('T51 retry hints', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['fractions of a second', { 'retry-after': '0.25' }, 250],
    ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
    ['milliseconds go over seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
    ['Azure’s 0 ms is not believed', { 'retry-after-ms': '0', 'retry-after': '1' }, 1000],
    ['0 ms alone', { 'retry-after-ms': '0' }, 0],
    ['an absurd time is handed on', { 'retry-after': '3600' }, 3_600_000],
    ['what no timer can take is bounded', { 'retry-after': '9'.repeat(300) }, 2_592_000_000],
  ])('%s', (_, init: Record<string, string>, expected) => {
    expect(retryAfterMs(headers(init), undefined)).toBe(expected)
  })

  test.each([{ 'retry-after': 'soon' }, { 'retry-after': '-5' }, { 'retry-after-ms': 'NaN' }, {}])(
    'nonsense is no hint: %o',
    (init: Record<string, string>) => {
      expect(retryAfterMs(headers(init), undefined)).toBeUndefined()
    },
  )

  test('a date', () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-01T12:00:00Z') })
    expect(
      retryAfterMs(headers({ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }), undefined),
    ).toBe(30_000)
    expect(
      retryAfterMs(headers({ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }), undefined),
    ).toBe(0)
  })

  test('Google’s RetryInfo in the body', () => {
    const body = {
      error: { details: [{ '@type': 'Help' }, { '@type': 'RetryInfo', retryDelay: '48.5s' }] },
    }
    expect(retryAfterMs(undefined, body)).toBe(48_500)
    expect(retryAfterMs(headers({ 'retry-after': '1' }), [body])).toBe(1000)
  })
})
