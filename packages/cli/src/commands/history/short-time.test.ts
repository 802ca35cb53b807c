import { expect, it } from 'vitest'
import { shortTime } from './short-time.ts'

const NOW = new Date(2026, 2, 20, 12, 0, 0).getTime()
const SECOND = 1000
const HOUR = 3600 * SECOND

it.each([
  [0, 'just now'],
  [59 * SECOND, 'just now'],
  [-30 * SECOND, 'just now'],
  [60 * SECOND, '1 min ago'],
  [2 * HOUR, '2 h ago'],
  [24 * HOUR, '1 day ago'],
  [6 * 24 * HOUR, '6 days ago'],
  [7 * 24 * HOUR, '2026-03-13'],
  [-48 * HOUR, '2026-03-22'],
])('%i ms ago is %s', (ago, text) => {
  expect(shortTime(new Date(NOW - ago).toISOString(), NOW)).toBe(text)
})
