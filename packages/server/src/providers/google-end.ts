/** generateContent's finish reasons, blocked prompts and usage → our words. Pure. */
import type { FinishReason } from '@speak-code/protocol'
import { count, isObject } from './json.ts'
import type { ProviderUsage } from './provider.ts'
import type { ReadEnd } from './stream-reader.ts'

/** The vendor's `FinishReason`. What is not here is `unknown`. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
])

/** Reasons that tell of an answer which nobody can use. */
const FAILURES: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
])

/** How much of a reason is kept. */
const REASON_LENGTH = 100

/** What a stream has said about its end. */
export interface GoogleEnd {
  /** The candidate's `finishReason`. */
  readonly finishReason: string | undefined
  /** The prompt's `promptFeedback.blockReason`: there is no answer. */
  readonly blockReason: string | undefined
  /** Whether the model called a tool: the vendor has no reason of its own for that. */
  readonly calledTools: boolean
}

/** The end that these mean; neither of the two reasons is an end mark without a reason. */
export function endOf({ finishReason, blockReason, calledTools }: GoogleEnd): ReadEnd {
  const native = (finishReason ?? blockReason)?.slice(0, REASON_LENGTH)
  if (native === undefined)
    return { outcome: 'finished', status: 'incomplete', finishReason: 'unknown' }
  if (finishReason === undefined) {
    return {
      outcome: 'finished',
      status: 'incomplete',
      finishReason: 'content_filter',
      nativeFinishReason: native,
    }
  }
  if (FAILURES.has(native)) {
    return {
      outcome: 'failed',
      code: 'upstream_bad_response',
      story: `the answer ended with “${native}”`,
    }
  }
  const known = FINISH_REASONS.get(native) ?? 'unknown'
  return {
    outcome: 'finished',
    status: known === 'stop' ? 'completed' : 'incomplete',
    finishReason: known === 'stop' && calledTools ? 'tool_calls' : known,
    nativeFinishReason: native,
  }
}

/**
 * `usageMetadata` in our sense: the vendor leaves thinking out of the candidates' tokens, and leaves out figures that are 0.
 * Undefined without a figure for the prompt, or where an answer came (`anyOutput`) of which nothing is counted.
 */
export function googleUsage(usage: unknown, anyOutput: boolean): ProviderUsage | undefined {
  if (!isObject(usage)) return undefined
  const promptTokens = count(usage['promptTokenCount'])
  const candidates = count(usage['candidatesTokenCount'])
  const reasoningTokens = count(usage['thoughtsTokenCount'])
  const cachedTokens = count(usage['cachedContentTokenCount'])
  if (promptTokens === undefined) return undefined
  if (anyOutput && candidates === undefined && reasoningTokens === undefined) return undefined
  return {
    promptTokens,
    completionTokens: (candidates ?? 0) + (reasoningTokens ?? 0),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  }
}
