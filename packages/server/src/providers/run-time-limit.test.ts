/** The total limit of a run, on a fake clock. */
import { errorInfo } from '@speak-code/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Breakers } from './breakers.ts'
import type { ProviderCall, ProviderEnd, ResolvedModel } from './provider.ts'
import { callModels, type Notice } from './router.ts'
import { realClock } from './wait.ts'

const BUSY: ProviderEnd = { outcome: 'failed', error: errorInfo('upstream_overloaded', 'busy') }
const LATER: ProviderEnd = {
  outcome: 'failed',
  error: errorInfo('upstream_rate_limited', 'later', 5000),
}
const FINE: ProviderEnd = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}
const ABORTED: ProviderEnd = { outcome: 'aborted' }

let asked: { readonly name: string; readonly at: number; readonly call: ProviderCall }[]
let notices: Notice[]
let stop: AbortController
let began: number

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  notices = []
  stop = new AbortController()
  began = performance.now()
})
afterEach(() => {
  vi.useRealTimers()
})

interface Play {
  readonly totalMs?: number
  /** How long each call takes; without one it lasts until it is aborted. */
  readonly callMs?: number
  readonly end?: ProviderEnd
  readonly abortedEnd?: ProviderEnd
  readonly fallbacks?: readonly ResolvedModel[]
}

function model(name: string, play: Play): ResolvedModel {
  const { callMs, end = BUSY, abortedEnd = ABORTED, ...target } = play
  return {
    ...target,
    model: 'm',
    defaults: {},
    provider: {
      name,
      models: undefined,
      stream(call) {
        asked.push({ name, at: performance.now() - began, call })
        return new Promise((resolve) => {
          const timer = callMs === undefined ? undefined : setTimeout(() => resolve(end), callMs)
          call.signal.addEventListener('abort', () => {
            clearTimeout(timer)
            resolve(abortedEnd)
          })
        })
      },
    },
  }
}

/** Runs it to its end on the fake clock. */
async function run(
  first: ResolvedModel,
  maxAttempts = 0,
): Promise<{ readonly end: ProviderEnd; readonly took: number }> {
  const called = callModels(
    first,
    { messages: [], params: {}, signal: stop.signal },
    { delta() {}, notice: (notice) => notices.push(notice), async target() {} },
    {
      limits: () => ({ maxAttempts, maxWaitMs: 0 }),
      breakers: new Breakers(),
      clock: { ...realClock, random: () => 0 },
    },
  ).then((end) => ({ end, took: performance.now() - began }))
  await vi.advanceTimersByTimeAsync(10_000)
  return called
}

const tooLong = (name: string, seconds: number): object => ({
  outcome: 'failed',
  timedOut: true,
  error: {
    code: 'upstream_timeout',
    message: `${name}: the answer was not complete within the time limit of ${seconds} s`,
  },
})

describe('T53: the total limit is the run’s', () => {
  test('calls and waits count together, and nothing is asked after it', async () => {
    const { end, took } = await run(model('a', { totalMs: 1000, callMs: 400 }))
    expect(end).toMatchObject(tooLong('a', 1))
    expect(took).toBe(1000)
    expect(asked.map(({ at }) => at)).toEqual([0, 410, 820])
    expect(asked.map(({ call }) => call.signal.aborted)).toEqual([true, true, true])
    expect(notices.map(({ code }) => code)).toEqual(['retrying', 'retrying'])
  })

  test('it ends a wait', async () => {
    const { end, took } = await run(model('a', { totalMs: 1000, callMs: 100, end: LATER }))
    expect(end).toMatchObject(tooLong('a', 1))
    expect(took).toBe(1000)
    expect(asked).toHaveLength(1)
  })

  test('the limit of the model that was asked first goes on while its fallback speaks', async () => {
    const fallbacks = [model('b', { totalMs: 5000 })]
    const { end, took } = await run(model('a', { totalMs: 1000, callMs: 600, fallbacks }), 1)
    expect(asked.map(({ name, at }) => [name, at])).toEqual([
      ['a', 0],
      ['b', 610],
    ])
    expect(end).toMatchObject(tooLong('a', 1))
    expect(took).toBe(1000)
  })

  test('a fallback’s own limit counts from when it is asked', async () => {
    const fallbacks = [model('b', { totalMs: 300 })]
    const { end, took } = await run(model('a', { callMs: 600, fallbacks }), 1)
    expect(end).toMatchObject(tooLong('b', 0.3))
    expect(took).toBe(910)
  })

  test('what the provider had counted is kept, and so is an answer that was finished', async () => {
    const usage = { promptTokens: 1, completionTokens: 2 }
    const counted = await run(
      model('a', { totalMs: 1000, abortedEnd: { outcome: 'aborted', usage } }),
    )
    expect(counted.end).toMatchObject({ ...tooLong('a', 1), usage })
    const finished = await run(model('a', { totalMs: 1000, abortedEnd: FINE }))
    expect(finished.end).toBe(FINE)
  })

  test('a person who stops it first has stopped it', async () => {
    setTimeout(() => {
      stop.abort()
    }, 500)
    const { end, took } = await run(model('a', { totalMs: 1000 }))
    expect(end).toEqual(ABORTED)
    expect(took).toBe(500)
  })

  test('0 is none, and after the end nothing counts any more', async () => {
    const { end } = await run(model('a', { totalMs: 0, callMs: 9000, end: FINE }))
    expect(end).toBe(FINE)
    await run(model('b', { totalMs: 1000, callMs: 10, end: FINE }))
    expect(vi.getTimerCount()).toBe(0)
  })
})
