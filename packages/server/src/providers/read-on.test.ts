import { errorInfo, type ErrorCode } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import type { Checkpoint, ProviderCall, ProviderEnd, ResolvedModel } from './provider.ts'
import { readOn } from './read-on.ts'
import type { Notice } from './router.ts'

const at = (sequence: number): Checkpoint => ({ response: 'r', sequence, account: 'a' })

const lost = (sequence: number, code: ErrorCode = 'upstream_eof', hint?: number): ProviderEnd => ({
  outcome: 'failed',
  error: errorInfo(code, 'lost', hint),
  from: at(sequence),
})
const DONE: ProviderEnd = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}

/** Reads on after `first` from a provider whose calls end like these. */
async function play(
  first: ProviderEnd,
  ends: readonly ProviderEnd[],
  options: { maxAttempts?: number; onWait?: (abort: AbortController) => void } = {},
) {
  const calls: ProviderCall[] = []
  const waits: number[] = []
  const notices: Notice[] = []
  const abort = new AbortController()
  const target: ResolvedModel = {
    provider: {
      name: 'p',
      models: undefined,
      stream: async (call) => {
        calls.push(call)
        return ends[calls.length - 1] ?? { outcome: 'aborted' }
      },
    },
    model: 'm',
    defaults: {},
  }
  const end = await readOn(
    target,
    first,
    abort.signal,
    { delta: () => {}, notice: (notice) => notices.push(notice) },
    {
      limits: () => ({ maxAttempts: options.maxAttempts ?? 3, maxWaitMs: 20_000 }),
      clock: {
        random: () => 0.5,
        wait: async (ms) => {
          waits.push(ms)
          options.onWait?.(abort)
        },
      },
    },
  )
  return { end, waits, notices, from: calls.map((call) => call.from?.sequence) }
}

describe('readOn', () => {
  test('an end that is one is left alone', async () => {
    const told: ProviderEnd = { outcome: 'failed', error: errorInfo('upstream_overloaded', 'x') }
    for (const end of [DONE, told, { outcome: 'aborted' } as const]) {
      expect(await play(end, [])).toMatchObject({ end, from: [] })
    }
  })

  test('goes on from the last place each time, with growing waits, and tells people', async () => {
    const { end, waits, notices, from } = await play(lost(3), [lost(3), lost(3), DONE])
    expect(end).toBe(DONE)
    expect(from).toEqual([3, 3, 3])
    expect(waits).toEqual([500, 1000, 2000])
    expect(notices.map(({ message }) => message)).toEqual([
      'the connection to the model was lost, reading on in 1 s (1/5)',
      'the connection to the model was lost, reading on in 1 s (2/5)',
      'the connection to the model was lost, reading on in 2 s (3/5)',
    ])
  })

  test('gives up after as many calls in a row that brought nothing', async () => {
    const nothing = Array.from({ length: 20 }, () => lost(3))
    expect((await play(lost(3), nothing)).from).toHaveLength(5)
    expect((await play(lost(3), nothing, { maxAttempts: 9 })).from).toHaveLength(8)
    const some = Array.from({ length: 20 }, (_, index) => lost(4 + index))
    expect((await play(lost(3), [...some, DONE])).end).toBe(DONE)
  })

  test.each([
    ['a key that is refused', lost(3, 'upstream_auth')],
    ['a hint beyond the longest wait', lost(3, 'upstream_rate_limited', 60_000)],
  ])('not after %s', async (_, first) => {
    expect(await play(first, [DONE])).toMatchObject({ end: first, from: [] })
  })

  test('the person who stops it while it waits has stopped it', async () => {
    const stopped = await play(lost(3), [], { onWait: (abort) => abort.abort() })
    expect(stopped.end).toEqual({ outcome: 'aborted' })
  })
})
