/** Circuit breakers: a model that keeps failing is left alone for a while. They live as long as the relay. */
import { type CircuitView, errorInfo, type ErrorCode, type ErrorInfo } from '@speak-code/protocol'
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
} from 'cockatiel'
import type { ProviderEnd, ResolvedModel } from './provider.ts'

/** So many calls in a row without a word of an answer open the circuit. */
const FAILURES_IN_A_ROW = 5
/** After this long a single call is let through, to see. */
const HALF_OPEN_AFTER_MS = 5000
/** While that call is under way, others look again after this long. */
const LOOK_AGAIN_MS = 1000
/** Models that people ask for are without number; the oldest circuits are forgotten. */
const MAX_KEPT = 1000

/**
 * What tells of the provider's health. A rate limit, a refused key or a bad request does not: the provider is well, and
 * its hint says when to come again.
 */
const UNWELL: ReadonlySet<ErrorCode> = new Set([
  'upstream_overloaded',
  'upstream_timeout',
  'upstream_unreachable',
  'upstream_eof',
])

/** How a call went. */
export interface CallOutcome {
  readonly end: ProviderEnd
  /** At least one delta came. */
  readonly spoken: boolean
}

/** No call was made: the circuit is open. */
export interface Blocked {
  readonly blocked: ErrorInfo
  readonly spoken: false
}

interface Circuit {
  readonly provider: string
  readonly model: string
  readonly policy: CircuitBreakerPolicy
  openedAt: number
}

export class Breakers {
  readonly #circuits = new Map<string, Circuit>()

  /**
   * Makes the call, unless the model's circuit is open: then resolves with why not, and with when to come again. `call`
   * may not reject.
   */
  async run(
    target: ResolvedModel,
    call: () => Promise<CallOutcome>,
  ): Promise<CallOutcome | Blocked> {
    const circuit = this.#of(target)
    // Cockatiel would let it wait for the call that is under way, and no cancel would reach it.
    if (circuit.policy.state === CircuitState.HalfOpen) return blockedBy(circuit)
    try {
      return await circuit.policy.execute(call)
    } catch (error) {
      if (error instanceof BrokenCircuitError) return blockedBy(circuit)
      throw error
    }
  }

  /** Every model that was asked of late. */
  report(): readonly CircuitView[] {
    return [...this.#circuits.values()].map((circuit) => {
      const { provider, model } = circuit
      const state = stateOf(circuit)
      return state === 'open'
        ? { provider, model, state, retryAfterMs: remainingMs(circuit) }
        : { provider, model, state }
    })
  }

  #of({ provider, model, baseUrl }: ResolvedModel): Circuit {
    const key = JSON.stringify([provider.name, model, baseUrl])
    const circuit = this.#circuits.get(key) ?? newCircuit(provider.name, model)
    this.#circuits.delete(key)
    this.#circuits.set(key, circuit)
    for (const oldest of this.#circuits.keys()) {
      if (this.#circuits.size <= MAX_KEPT) break
      this.#circuits.delete(oldest)
    }
    return circuit
  }
}

function newCircuit(provider: string, model: string): Circuit {
  const policy = circuitBreaker(handleWhenResult(isUnwell), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  })
  const circuit: Circuit = { provider, model, policy, openedAt: 0 }
  policy.onBreak(() => {
    circuit.openedAt = Date.now()
  })
  return circuit
}

function isUnwell(result: unknown): boolean {
  return isOutcome(result) && !result.spoken && result.end.outcome === 'failed'
    ? UNWELL.has(result.end.error.code)
    : false
}

const isOutcome = (result: unknown): result is CallOutcome =>
  typeof result === 'object' && result !== null && 'end' in result && 'spoken' in result

function remainingMs({ openedAt }: Circuit): number {
  return Math.max(0, openedAt + HALF_OPEN_AFTER_MS - Date.now())
}

function stateOf(circuit: Circuit): CircuitView['state'] {
  switch (circuit.policy.state) {
    case CircuitState.Closed:
      return 'closed'
    case CircuitState.HalfOpen:
      return 'half_open'
    case CircuitState.Open:
    case CircuitState.Isolated:
      return 'open'
  }
}

function blockedBy(circuit: Circuit): Blocked {
  const waitMs = stateOf(circuit) === 'open' ? remainingMs(circuit) : LOOK_AGAIN_MS
  const message = `${circuit.provider}: ${circuit.model} has failed time after time and is left alone for a moment`
  return { blocked: errorInfo('upstream_overloaded', message, waitMs), spoken: false }
}
