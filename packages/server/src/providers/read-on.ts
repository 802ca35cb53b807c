/**
 * Reads an answer on that its vendor goes on writing by itself: after the connection to it was lost, and after the relay
 * itself was. Nobody is asked for another answer here, so nothing is paid twice (L5).
 */
import type { ErrorInfo } from '@speak-code/protocol'
import { type AttemptLimits, nextStep } from './attempts.ts'
import type { Checkpoint, ProviderDelta, ProviderEnd, ResolvedModel } from './provider.ts'
import type { Notice, RouterOptions } from './router.ts'
import { RunTimeLimit } from './run-time-limit.ts'
import { BETWEEN_CALLS_MS } from './wait.ts'

/**
 * So many calls in a row, the first one among them, may bring nothing, and it is given up; `max_attempts` where that is
 * more. An answer that is paid for is worth half a minute without a network.
 */
const LEAST_ATTEMPTS = 6

export interface ReadOnEvents {
  /** As a router's. */
  delta(delta: ProviderDelta): void
  notice(notice: Notice): void
  checkpoint?(checkpoint: Checkpoint | undefined): void
}

type Options = Pick<RouterOptions, 'limits' | 'clock'>

/** From a checkpoint to the answer's end, for a relay that has just started. Rejects only where a provider does. */
export async function continueAnswer(
  target: ResolvedModel,
  from: Checkpoint,
  stopped: AbortSignal,
  events: ReadOnEvents,
  options: Options,
): Promise<ProviderEnd> {
  const time = new RunTimeLimit(stopped, options.clock)
  try {
    time.begin(target)
    const { signal } = time
    const end = await readFrom(target, from, signal, events)
    return time.endOf(await readOn(target, end, signal, events, options))
  } finally {
    time.stop()
  }
}

/** The end of the answer whose call has ended like this: where only the connection was lost, that of reading it on. */
export async function readOn(
  target: ResolvedModel,
  end: ProviderEnd,
  signal: AbortSignal,
  events: ReadOnEvents,
  { limits, clock }: Options,
): Promise<ProviderEnd> {
  let last = end
  let tries = 0
  while (last.outcome === 'failed' && last.from !== undefined) {
    if (signal.aborted) return { outcome: 'aborted' }
    const { from, error } = last
    const bounds = patient(limits())
    const progress = { spoken: false, retries: tries, hasFallback: false }
    const step = nextStep(progress, { error, blocked: false }, bounds, clock.random())
    if (step.kind !== 'retry') return last
    tries += 1
    events.notice(readingOn(error, tries, step.waitMs, bounds))
    await clock.wait(Math.max(step.waitMs, BETWEEN_CALLS_MS), signal)
    last = await readFrom(target, from, signal, events)
    if (last.outcome === 'failed' && (last.from?.sequence ?? 0) > from.sequence) tries = 0
  }
  return last
}

function readFrom(
  { provider, model }: ResolvedModel,
  from: Checkpoint,
  signal: AbortSignal,
  events: ReadOnEvents,
): Promise<ProviderEnd> {
  return provider.stream(
    {
      model,
      messages: [],
      params: {},
      signal,
      from,
      checkpoint: (checkpoint) => {
        events.checkpoint?.(checkpoint)
      },
    },
    (delta) => {
      events.delta(delta)
    },
  )
}

function patient({ maxAttempts, maxWaitMs }: AttemptLimits): AttemptLimits {
  return { maxAttempts: maxAttempts === 0 ? 0 : Math.max(maxAttempts, LEAST_ATTEMPTS), maxWaitMs }
}

function readingOn(
  { code }: ErrorInfo,
  attempt: number,
  waitMs: number,
  { maxAttempts }: AttemptLimits,
): Notice {
  const what = code === 'upstream_timeout' ? 'went silent' : 'was lost'
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const count = maxAttempts === 0 ? `(${attempt})` : `(${attempt}/${maxAttempts - 1})`
  return {
    code: 'retrying',
    message: `the connection to the model ${what}, reading on in ${seconds} s ${count}`,
    retryAfterMs: waitMs,
    attempt,
  }
}
