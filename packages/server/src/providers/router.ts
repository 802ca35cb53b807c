/** A run's upstream calls, one after the other, until a model has spoken or nothing is left to try. */
import type { ChatParams, ErrorCode, ErrorInfo, NoticeMessage } from '@speak-code/protocol'
import { type AttemptLimits, type Failure, nextStep } from './attempts.ts'
import type { Blocked, Breakers, CallOutcome } from './breakers.ts'
import type {
  Checkpoint,
  PromptMessage,
  ProviderDelta,
  ProviderEnd,
  ResolvedModel,
} from './provider.ts'
import { readOn } from './read-on.ts'
import { RunTimeLimit } from './run-time-limit.ts'
import { BETWEEN_CALLS_MS, type Clock } from './wait.ts'

/** What people are told while a run is under way. */
export type Notice = Omit<NoticeMessage, 'type' | 'id'>

export interface RouterOptions {
  /** Asked anew for each run. */
  readonly limits: () => AttemptLimits
  readonly breakers: Breakers
  readonly clock: Clock
}

/** What one model is asked with. */
export interface PreparedCall {
  readonly messages: readonly PromptMessage[]
  /** The model's defaults among them. */
  readonly params: ChatParams
  /** As in a provider's call. */
  readonly maxOutput?: number | undefined
  readonly notices: readonly Notice[]
}

/** The model cannot take the call; none is made. */
export interface RefusedCall {
  readonly refused: ErrorInfo
}

export interface RoutedCall {
  readonly messages: readonly PromptMessage[]
  /** The request's own; each model's defaults lie under them. */
  readonly params: ChatParams
  /** Aborting it closes the upstream connection, or ends the wait, at once. */
  readonly signal: AbortSignal
  /** As in a provider's call. */
  readonly ephemeral?: boolean | undefined
  /** Fits the call to a model that is to be asked; without it messages and parameters go as they are. */
  readonly prepare?: (target: ResolvedModel) => Promise<PreparedCall | RefusedCall>
}

export interface RouterEvents {
  /** Synchronously for each delta, in order. */
  delta(delta: ProviderDelta): void
  notice(notice: Notice): void
  /** As in a provider's call. */
  checkpoint?(checkpoint: Checkpoint | undefined): void
  /** This model is asked from now on; not told of the first one. The call waits for it; it may not reject. */
  target(target: ResolvedModel): Promise<void>
}

const REASONS: Partial<Record<ErrorCode, string>> = {
  upstream_rate_limited: 'rate limited',
  upstream_overloaded: 'the model is overloaded',
  upstream_timeout: 'the model took too long',
  upstream_unreachable: 'the model cannot be reached',
  upstream_eof: 'the answer broke off before it began',
}

/**
 * Asks the target, and where that fails before the first delta the same one again or its fallbacks. Never two calls at
 * once: the next begins after the former has settled. Resolves with the end of the last one, or as soon as the time limit
 * of a provider that was asked is over; never rejects, unless a provider breaks its contract.
 */
export async function callModels(
  first: ResolvedModel,
  call: RoutedCall,
  events: RouterEvents,
  options: RouterOptions,
): Promise<ProviderEnd> {
  const time = new RunTimeLimit(call.signal, options.clock)
  try {
    return await callInTurn(first, { ...call, signal: time.signal }, events, time, options)
  } finally {
    time.stop()
  }
}

async function callInTurn(
  first: ResolvedModel,
  call: RoutedCall,
  events: RouterEvents,
  time: RunTimeLimit,
  options: RouterOptions,
): Promise<ProviderEnd> {
  const { breakers, clock } = options
  const limits = options.limits()
  const fallbacks = [...(first.fallbacks ?? [])]
  const dropped = new Set<string>()
  let target = first
  let retries = 0
  while (!call.signal.aborted) {
    time.begin(target)
    const outcome = await breakers.run(target, async () => {
      const { end, spoken } = await ask(target, call, events, dropped)
      return { end: time.endOf(await readOn(target, end, call.signal, events, options)), spoken }
    })
    const failure = failureOf(outcome)
    if (failure === undefined || call.signal.aborted) return endOf(outcome)
    const progress = { spoken: outcome.spoken, retries, hasFallback: fallbacks.length > 0 }
    const step = nextStep(progress, failure, limits, clock.random())
    const next = step.kind === 'fallback' ? fallbacks.shift() : undefined
    if (step.kind === 'retry') {
      retries += 1
      events.notice(retrying(failure.error, retries + 1, step.waitMs, limits.maxAttempts))
      await clock.wait(Math.max(step.waitMs, BETWEEN_CALLS_MS), call.signal)
    } else if (next !== undefined) {
      events.notice(fallingBack(failure.error, next))
      await clock.wait(BETWEEN_CALLS_MS, call.signal)
      if (call.signal.aborted) break
      target = next
      await events.target(target)
    } else return offering(endOf(outcome), outcome.spoken ? fallbacks[0] : undefined)
  }
  return time.endOf({ outcome: 'aborted' })
}

async function ask(
  target: ResolvedModel,
  call: RoutedCall,
  events: RouterEvents,
  noticed: Set<string>,
): Promise<CallOutcome> {
  const noticeOnce = (notice: Notice): void => {
    if (noticed.has(notice.message)) return
    noticed.add(notice.message)
    events.notice(notice)
  }
  const { signal } = call
  const prepared = await (call.prepare?.(target) ?? asItIs(target, call))
  if ('refused' in prepared) {
    return { end: { outcome: 'failed', error: prepared.refused }, spoken: false }
  }
  prepared.notices.forEach(noticeOnce)
  let spoken = false
  let underWay = false
  const { messages, params, maxOutput } = prepared
  const end = await target.provider.stream(
    {
      model: target.model,
      messages,
      params,
      maxOutput,
      signal,
      ephemeral: call.ephemeral,
      dropped: (param) => {
        noticeOnce(leftOut(param, target))
      },
      checkpoint: (checkpoint) => {
        underWay = checkpoint !== undefined
        events.checkpoint?.(checkpoint)
      },
    },
    (delta) => {
      spoken = true
      events.delta(delta)
    },
  )
  // While the vendor goes on by itself, another call would be a second answer beside the first one.
  return { end, spoken: spoken || underWay }
}

function asItIs({ defaults }: ResolvedModel, { messages, params }: RoutedCall): PreparedCall {
  return { messages, params: { ...defaults, ...params }, notices: [] }
}

/** Undefined where there is nothing to try again. */
function failureOf(outcome: CallOutcome | Blocked): Failure | undefined {
  if ('blocked' in outcome) return { error: outcome.blocked, blocked: true }
  const { end } = outcome
  return end.outcome === 'failed' ? { error: end.error, blocked: false } : undefined
}

function endOf(outcome: CallOutcome | Blocked): ProviderEnd {
  return 'end' in outcome ? outcome.end : { outcome: 'failed', error: outcome.blocked }
}

/** What failed after its first delta is not tried again by itself (L5): people are told what they could ask instead. */
function offering(end: ProviderEnd, next: ResolvedModel | undefined): ProviderEnd {
  if (next === undefined || end.outcome !== 'failed') return end
  const message = `${end.error.message.replace(/[.\s]+$/, '')}. The next model of its fallback chain is ${next.provider.name}/${next.model}.`
  return { ...end, error: { ...end.error, message } }
}

function retrying(error: ErrorInfo, attempt: number, waitMs: number, maxAttempts: number): Notice {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const count = maxAttempts === 0 ? `(${attempt})` : `(${attempt}/${maxAttempts})`
  return {
    code: 'retrying',
    message: `${reasonOf(error)}, trying again in ${seconds} s ${count}`,
    retryAfterMs: waitMs,
    attempt,
  }
}

function fallingBack(error: ErrorInfo, { provider, model }: ResolvedModel): Notice {
  const name = `${provider.name}/${model}`
  return { code: 'fallback', message: `${reasonOf(error)}, asking ${name} instead`, model: name }
}

/** Tells that a parameter was left out. */
export function leftOut(param: keyof ChatParams, { provider, model }: ResolvedModel): Notice {
  const name = `${provider.name}/${model}`
  return {
    code: 'dropped_param',
    message: `${name} does not take ${param}; it was left out`,
    model: name,
  }
}

const reasonOf = ({ code }: ErrorInfo): string => REASONS[code] ?? 'the call failed'
