import { ERROR_CODES, errorInfo, isRetryable } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AttemptLimits, type Failure, nextStep, type Progress } from './attempts.ts'

const LIMITS: AttemptLimits = { maxAttempts: 3, maxWaitMs: 20_000 }
const FRESH: Progress = { spoken: false, retries: 0, hasFallback: false }

const busy = (retryAfterMs?: number): Failure => ({
  error: errorInfo('upstream_rate_limited', 'busy', retryAfterMs),
  blocked: false,
})
const blocked: Failure = { error: errorInfo('upstream_overloaded', 'open', 4000), blocked: true }

describe('T50–T52, T54: what comes after a failed call', () => {
  test('full jitter, doubling from a second', () => {
    const limits = { ...LIMITS, maxAttempts: 0 }
    const steps = [0, 1, 2, 3, 50].map((retries) =>
      nextStep({ ...FRESH, retries }, busy(), limits, 0.5),
    )
    expect(steps).toEqual(
      [500, 1000, 2000, 4000, 20_000].map((waitMs) => ({ kind: 'retry', waitMs })),
    )
    expect(nextStep(FRESH, busy(), limits, 0)).toEqual({ kind: 'retry', waitMs: 0 })
  })

  test('T51 a hint is honoured, up to the longest wait and no further', () => {
    expect(nextStep(FRESH, busy(3000), LIMITS, 0.9)).toEqual({ kind: 'retry', waitMs: 3000 })
    expect(nextStep(FRESH, busy(20_000), LIMITS, 0)).toEqual({ kind: 'retry', waitMs: 20_000 })
    expect(nextStep(FRESH, busy(20_001), LIMITS, 0)).toEqual({ kind: 'end' })
    const unlimited = { ...LIMITS, maxWaitMs: 0 }
    expect(nextStep(FRESH, busy(90_000), unlimited, 0)).toEqual({ kind: 'retry', waitMs: 90_000 })
  })

  test('a fallback is asked when the budget is used up, and at once where waiting is too long or blocked', () => {
    const rich = { ...FRESH, hasFallback: true }
    expect(nextStep(rich, busy(), LIMITS, 0)).toEqual({ kind: 'retry', waitMs: 0 })
    expect(nextStep({ ...rich, retries: 2 }, busy(), LIMITS, 0)).toEqual({ kind: 'fallback' })
    expect(nextStep(rich, busy(60_000), LIMITS, 0)).toEqual({ kind: 'fallback' })
    expect(nextStep(rich, blocked, LIMITS, 0)).toEqual({ kind: 'fallback' })
    expect(nextStep(FRESH, blocked, LIMITS, 0)).toEqual({ kind: 'retry', waitMs: 4000 })
  })

  test('L5: whatever happens, nothing after a delta, nothing that is not retryable, and never beyond the budget', () => {
    const limits = fc.record({ maxAttempts: fc.nat(6), maxWaitMs: fc.nat(60_000) })
    const progress = fc.record({
      spoken: fc.boolean(),
      retries: fc.nat(10),
      hasFallback: fc.boolean(),
    })
    const failure = fc.record({
      error: fc
        .tuple(fc.constantFrom(...ERROR_CODES), fc.option(fc.nat(120_000), { nil: undefined }))
        .map(([code, hint]) => errorInfo(code, 'x', hint)),
      blocked: fc.boolean(),
    })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(progress, failure, limits, chance, (done, failed, limit, random) => {
        const step = nextStep(done, failed, limit, random)
        const { code, retryAfterMs = 0 } = failed.error
        const wait = step.kind === 'retry' ? step.waitMs : undefined
        const longest = limit.maxWaitMs || Infinity
        const rules = {
          'only before a delta': step.kind === 'end' || !done.spoken,
          'only what is retryable': step.kind === 'end' || isRetryable(code),
          'a fallback where there is one': step.kind !== 'fallback' || done.hasFallback,
          'within the budget':
            wait === undefined || done.retries + 1 < (limit.maxAttempts || Infinity),
          'not before the hint': wait === undefined || wait >= retryAfterMs,
          'not too long': wait === undefined || wait <= longest,
        }
        expect(Object.entries(rules).filter(([, kept]) => !kept)).toEqual([])
      }),
    )
  })
})
