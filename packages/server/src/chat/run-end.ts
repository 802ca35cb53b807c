/** How a run ended, in the words of the protocol (CONTRACT §2). Pure. */
import { createHash } from 'node:crypto'
import {
  errorInfo,
  estimateTokens,
  type ErrorInfo,
  type RunEnd,
  type Usage,
} from '@speak-code/protocol'
import { costOf, type PricedUsage } from '../catalogue/cost.ts'
import type { ModelFacts } from '../catalogue/model-facts.ts'
import type { ProviderEnd, ProviderUsage } from '../providers/provider.ts'
import type { Answer } from '../store/store.ts'

/** Why the relay, or a person, stopped a run before the provider was finished. */
export type Stop =
  | { readonly status: 'cancelled'; readonly endedBy: 'user' | 'relay' }
  | { readonly status: 'failed'; readonly error: ErrorInfo }

export const INTERRUPTED: Stop = {
  status: 'failed',
  error: errorInfo('interrupted', 'The relay stopped before the answer was finished.'),
}

export interface EndedRun {
  readonly model: string
  readonly provider: string
  readonly answer: Answer
  /** UTF-16 code units of the prompt. */
  readonly promptLength: number
  /** Null or absent where it is unknown: then so is the cost. */
  readonly price?: ModelFacts['price']
}

/** The end of a run whose provider had the last word. */
export function endByProvider(
  run: EndedRun,
  end: Exclude<ProviderEnd, { outcome: 'aborted' }>,
): RunEnd {
  const common = commonOf(run, end.usage)
  if (end.outcome === 'failed') {
    return {
      status: 'failed',
      finishReason: null,
      endedBy: end.timedOut === true ? 'relay' : 'provider',
      ...common,
      error: end.error,
    }
  }
  return {
    status: end.status,
    finishReason: end.finishReason,
    ...(end.nativeFinishReason === undefined ? {} : { nativeFinishReason: end.nativeFinishReason }),
    endedBy: 'provider',
    ...common,
  }
}

/** The end of a run that was stopped. */
export function endByStop(run: EndedRun, stop: Stop, usage?: ProviderUsage): RunEnd {
  const common = commonOf(run, usage)
  return stop.status === 'cancelled'
    ? { status: 'cancelled', finishReason: null, endedBy: stop.endedBy, ...common }
    : { status: 'failed', finishReason: null, endedBy: 'relay', ...common, error: stop.error }
}

function commonOf(
  { model, provider, answer, promptLength, price }: EndedRun,
  counted: ProviderUsage | undefined,
): Pick<RunEnd, 'model' | 'provider' | 'usage' | 'cost' | 'textSha256'> {
  const usage = counted === undefined ? estimatedUsage(promptLength, answer) : countedUsage(counted)
  const cost = isBilled(usage, counted) ? costOf(counted ?? usage, price) : undefined
  return {
    model,
    provider,
    usage,
    ...(cost === undefined ? {} : { cost }),
    textSha256: createHash('sha256').update(answer.text, 'utf8').digest('hex'),
  }
}

/** A call that brought nothing and counted nothing was refused, or never made: what it cost is not known. */
function isBilled(usage: Usage, counted: PricedUsage | undefined): boolean {
  return counted !== undefined || usage.completionTokens > 0
}

function countedUsage({ cacheWriteTokens: _written, ...usage }: ProviderUsage): Usage {
  return {
    ...usage,
    totalTokens: usage.promptTokens + usage.completionTokens,
    source: 'provider',
  }
}

function estimatedUsage(promptLength: number, { text, reasoning, refusal }: Answer): Usage {
  const promptTokens = estimateTokens(promptLength)
  const completionTokens = estimateTokens(text.length + reasoning.length + refusal.length)
  return {
    promptTokens,
    completionTokens,
    totalTokens: promptTokens + completionTokens,
    source: 'estimated',
  }
}
