/** What comes after a call that failed: the same model again, another one, or the end of the run. Pure. */
import type { ErrorInfo } from '@speak-code/protocol'

/** `[run]` of the configuration. */
export interface AttemptLimits {
  /** How often a run may ask one model, all in all; each fallback may be asked once more. 0: without limit. */
  readonly maxAttempts: number
  /** The longest wait between two calls, in ms; a longer hint is not waited out. 0: without limit. */
  readonly maxWaitMs: number
}

/** What a run has done so far. */
export interface Progress {
  /** A delta came, of whatever channel: from then on no other call may be made (L5). */
  readonly spoken: boolean
  /** Waits for the same model so far: the run's one budget, whichever models it asks. */
  readonly retries: number
  /** A model is left in the fallback chain. */
  readonly hasFallback: boolean
}

export interface Failure {
  readonly error: ErrorInfo
  /** The circuit breaker let no call through: there is no reason to wait where another model is left. */
  readonly blocked: boolean
}

export type Step =
  | { readonly kind: 'end' }
  | { readonly kind: 'fallback' }
  /** Ask the same model again after so many ms. */
  | { readonly kind: 'retry'; readonly waitMs: number }

/** The first wait is up to this long; it doubles with each further one. */
const FIRST_WAIT_MS = 1000
/** No wait without a hint is longer, also where `max_retry_wait_secs` is unlimited. */
const LONGEST_BACKOFF_MS = 60_000
/** 2 to the power of more than this is beyond every limit. */
const MOST_DOUBLINGS = 16

const END: Step = { kind: 'end' }
const FALLBACK: Step = { kind: 'fallback' }

/**
 * Only failures that are retryable by the protocol's table and came before the first delta are tried again: exponential
 * with full jitter, but never before the provider's hint. `random` is from 0 to less than 1.
 */
export function nextStep(
  progress: Progress,
  { error, blocked }: Failure,
  limits: AttemptLimits,
  random: number,
): Step {
  if (progress.spoken || !error.retryable) return END
  const elsewhere = progress.hasFallback ? FALLBACK : END
  const longest = limits.maxWaitMs === 0 ? Infinity : limits.maxWaitMs
  const hint = error.retryAfterMs ?? 0
  const usedUp = limits.maxAttempts !== 0 && progress.retries + 1 >= limits.maxAttempts
  if (usedUp || hint > longest || (blocked && progress.hasFallback)) return elsewhere
  const doubled = FIRST_WAIT_MS * 2 ** Math.min(progress.retries, MOST_DOUBLINGS)
  const jitter = Math.floor(random * Math.min(doubled, LONGEST_BACKOFF_MS))
  return { kind: 'retry', waitMs: Math.min(longest, Math.max(hint, jitter)) }
}
