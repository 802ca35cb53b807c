import { errorInfo, type ErrorCode } from '@speak-code/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Breakers, type CallOutcome } from './breakers.ts'
import { demoProvider } from './demo.ts'
import type { ResolvedModel } from './provider.ts'

const TARGET: ResolvedModel = {
  provider: demoProvider({ name: 'lab' }),
  model: 'm',
  baseUrl: 'http://a/v1',
  defaults: {},
}

const failing = (code: ErrorCode, spoken = false): CallOutcome => ({
  end: { outcome: 'failed', error: errorInfo(code, 'x') },
  spoken,
})
const ANSWERED: CallOutcome = { end: { outcome: 'aborted' }, spoken: true }

let breakers: Breakers
let calls: number

beforeEach(() => {
  vi.useFakeTimers()
  breakers = new Breakers()
  calls = 0
})
afterEach(() => vi.useRealTimers())

async function run(outcome: CallOutcome, target = TARGET, times = 1): Promise<unknown> {
  let last: unknown
  for (let at = 0; at < times; at += 1) {
    last = await breakers.run(target, async () => {
      calls += 1
      return outcome
    })
  }
  return last
}

describe('the circuit breaker', () => {
  test('opens after five failures in a row, says when to come again, and lets one call through then', async () => {
    await run(failing('upstream_overloaded'), TARGET, 4)
    expect(breakers.report()).toEqual([{ provider: 'lab', model: 'm', state: 'closed' }])
    await run(failing('upstream_unreachable'))
    vi.advanceTimersByTime(2000)
    expect(await run(ANSWERED)).toEqual({
      blocked: {
        code: 'upstream_overloaded',
        message: 'lab: m has failed time after time and is left alone for a moment',
        retryable: true,
        retryAfterMs: 3000,
      },
      spoken: false,
    })
    expect(calls).toBe(5)
    expect(breakers.report()).toEqual([
      { provider: 'lab', model: 'm', state: 'open', retryAfterMs: 3000 },
    ])
    vi.advanceTimersByTime(3000)
    expect(await run(failing('upstream_eof'))).toMatchObject({ end: { outcome: 'failed' } })
    expect(await run(ANSWERED)).toMatchObject({ blocked: { retryAfterMs: 5000 } })
    vi.advanceTimersByTime(5000)
    expect(await run(ANSWERED)).toBe(ANSWERED)
    expect(breakers.report()).toMatchObject([{ state: 'closed' }])
  })

  test('while one call is tried, others are told to look again', async () => {
    await run(failing('upstream_timeout'), TARGET, 5)
    vi.advanceTimersByTime(5000)
    const trial = Promise.withResolvers<CallOutcome>()
    const tried = breakers.run(TARGET, () => trial.promise)
    expect(breakers.report()).toMatchObject([{ state: 'half_open' }])
    expect(await run(ANSWERED)).toMatchObject({ blocked: { retryAfterMs: 1000 } })
    trial.resolve(ANSWERED)
    await tried
    expect(await run(ANSWERED)).toBe(ANSWERED)
  })

  test.each([
    ['an answer that broke off after it began', failing('upstream_eof', true)],
    ['a refused key', failing('upstream_auth')],
    ['a bad request', failing('bad_request')],
    ['a rate limit', failing('upstream_rate_limited')],
  ])('%s says nothing of the provider’s health', async (_, outcome) => {
    await run(outcome, TARGET, 20)
    expect(calls).toBe(20)
  })

  test('another model and another address have circuits of their own', async () => {
    await run(failing('upstream_overloaded'), TARGET, 5)
    expect(await run(ANSWERED, { ...TARGET, model: 'n' })).toBe(ANSWERED)
    expect(await run(ANSWERED, { ...TARGET, baseUrl: 'http://b/v1' })).toBe(ANSWERED)
    expect(await run(ANSWERED)).toHaveProperty('blocked')
  })
})
