/** How a run ended, in the words of the protocol (CONTRACT §2). Pure. */
import { createHash } from 'node:crypto'
import {
  errorInfo,
  estimateTokens,
  type ErrorInfo,
  type RunEnd,
  type Usage,
} from '@speak-code/protocol'
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
      endedBy: 'provider',
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
  { model, provider, answer, promptLength }: EndedRun,
  usage: ProviderUsage | undefined,
): Pick<RunEnd, 'model' | 'provider' | 'usage' | 'textSha256'> {
  return {
    model,
    provider,
    usage: usage === undefined ? estimatedUsage(promptLength, answer) : countedUsage(usage),
    textSha256: createHash('sha256').update(answer.text, 'utf8').digest('hex'),
  }
}

function countedUsage(usage: ProviderUsage): Usage {
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
