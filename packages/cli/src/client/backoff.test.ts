import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'

describe('Back-off: full jitter from reconnect_interval_ms, doubling, capped at 30 s', () => {
  it('doubles its ceiling with each attempt', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(attempt, 1000, 0.999999))
    expect(ceilings).toEqual([999, 1999, 3999, 7999, 15999, 29999, 29999])
  })

  it('may come down to nothing, which is what full jitter means', () => {
    expect(backoffMs(5, 1000, 0)).toBe(0)
  })

  it('stays between 0 and its ceiling, however many attempts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, interval, random) => {
          const ms = backoffMs(attempt, interval, random)
          expect(Number.isInteger(ms)).toBe(true)
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThan(Math.max(1, Math.min(30_000, interval * 2 ** (attempt - 1))))
        },
      ),
    )
  })
})
