/** How long a run may take (`total_timeout_secs`), over all of its calls and the waits between them. */
import { errorInfo } from '@speak-code/protocol'
import type { FailedEnd, Provider, ProviderEnd, ResolvedModel } from './provider.ts'
import { explainTimeOut } from './time-outs.ts'
import type { Clock } from './wait.ts'

export class RunTimeLimit {
  /** Aborted when the run is stopped, and when it has taken too long. */
  readonly signal: AbortSignal
  readonly #stopped: AbortSignal
  readonly #clock: Clock
  readonly #expiry = new AbortController()
  readonly #over = new AbortController()
  readonly #counting = new Set<Provider>()
  #failure: FailedEnd | undefined

  /** `stopped` is the run's own signal. */
  constructor(stopped: AbortSignal, clock: Clock) {
    this.#stopped = stopped
    this.#clock = clock
    this.signal = AbortSignal.any([stopped, this.#expiry.signal])
  }

  /** The target is about to be asked: its provider's limit counts from the first such moment on, whoever is asked later. */
  begin({ provider, totalMs = 0 }: ResolvedModel): void {
    if (totalMs === 0 || this.#counting.has(provider)) return
    this.#counting.add(provider)
    void this.#clock.wait(totalMs, this.#over.signal).then(() => {
      if (!this.#over.signal.aborted) this.#expire(provider, totalMs)
    })
  }

  /** What the end of a call with {@link signal} is to the run: one that was aborted by the limit has failed. */
  endOf(end: ProviderEnd): ProviderEnd {
    if (end.outcome !== 'aborted' || this.#failure === undefined || this.#stopped.aborted)
      return end
    return end.usage === undefined ? this.#failure : { ...this.#failure, usage: end.usage }
  }

  /** The run is over: nothing counts any more. */
  stop(): void {
    this.#over.abort()
  }

  #expire(provider: Provider, totalMs: number): void {
    this.#failure ??= {
      outcome: 'failed',
      error: errorInfo('upstream_timeout', `${provider.name}: ${explainTimeOut('total', totalMs)}`),
      timedOut: true,
    }
    this.#expiry.abort()
  }
}
