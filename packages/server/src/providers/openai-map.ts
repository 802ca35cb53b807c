/** Chat Completions ↔ our words: the request's body, finish reasons, usage. Pure. */
import type { ChatParams, FinishReason } from '@speak-code/protocol'
import type OpenAI from 'openai'
import { count, isObject } from './json.ts'
import type { ProviderCall, ProviderUsage } from './provider.ts'
import type { ReadEnd } from './stream-reader.ts'

/** `openai-compatible` is everybody else: the old name of the token limit, and `top_k`. */
export type ChatDialect = 'openai' | 'openai-compatible'

/** Reasoning models, save those that OpenAI tuned for chat alone. */
const REASONING_MODEL = /^(?:o[1-9]|gpt-5(?!.*-chat))/
const STOPLESS_MODEL = /^(?:o[3-9]|gpt-5(?!.*-chat))/

/**
 * Those of the parameters that this API or the model does not take: they are not sent. OpenAI has no `top_k`, and its
 * reasoning models refuse sampling, the later ones `stop` as well
 * (https://platform.openai.com/docs/guides/reasoning, https://platform.openai.com/docs/api-reference/chat/create).
 */
function droppedParams(
  params: ChatParams,
  model: string,
  dialect: ChatDialect,
): (keyof ChatParams)[] {
  if (dialect === 'openai-compatible') return []
  const refused: (keyof ChatParams)[] = [
    'topK',
    ...(REASONING_MODEL.test(model) ? (['temperature', 'topP'] as const) : []),
    ...(STOPLESS_MODEL.test(model) ? (['stop'] as const) : []),
  ]
  return refused.filter((name) => params[name] !== undefined)
}

/** Whoever refuses requests with `stream_options`, and tells the usage unasked. */
const USAGE_UNASKED: ReadonlySet<string> = new Set(['api.mistral.ai'])

/** Whether the server at this base URL may be asked for the usage. */
export function takesUsageOption(baseUrl: string): boolean {
  return !URL.canParse(baseUrl) || !USAGE_UNASKED.has(new URL(baseUrl).hostname)
}

export interface RequestPlan {
  readonly body: OpenAI.Chat.ChatCompletionCreateParamsStreaming
  /** The parameters that are not taken, and so not in the body. */
  readonly dropped: readonly (keyof ChatParams)[]
}

/** What is sent. What is unset, or not taken, is not. `asksForUsage`: see {@link takesUsageOption}. */
export function requestPlan(
  call: Pick<ProviderCall, 'model' | 'messages' | 'params'>,
  dialect: ChatDialect,
  asksForUsage = true,
): RequestPlan {
  const taken = { ...call.params }
  const dropped = droppedParams(taken, call.model, dialect)
  for (const name of dropped) delete taken[name]
  const { temperature, topP, topK, maxTokens, reasoningEffort, stop } = taken
  const compatible = dialect === 'openai-compatible'
  const body: RequestPlan['body'] = {
    model: call.model,
    messages: call.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    ...(asksForUsage ? { stream_options: { include_usage: true } } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(topK === undefined ? {} : { top_k: topK }),
    ...(maxTokens === undefined
      ? {}
      : { [compatible ? 'max_tokens' : 'max_completion_tokens']: maxTokens }),
    ...(reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort }),
    ...(stop === undefined ? {} : { stop }),
  }
  return { body, dropped }
}

/** The vendors' words in lower case. What is not here is `unknown`. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filter', 'content_filter'],
  ['safety', 'content_filter'],
  ['recitation', 'content_filter'],
  ['blocklist', 'content_filter'],
  ['prohibited_content', 'content_filter'],
  ['spii', 'content_filter'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
])

/** Reasons that tell of a failure rather than an end. */
type Failure = 'upstream_bad_response' | 'upstream_overloaded'

const FAILURES: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['malformed_function_call', 'upstream_bad_response'],
  ['error', 'upstream_overloaded'],
])

/** The failure that a vendor's finish reason means, if it means one. */
export function failureOf(native: string): Failure | undefined {
  return FAILURES.get(native.toLowerCase())
}

/**
 * The end that a vendor's finish reason means; undefined is `[DONE]` without one. An answer that
 * stopped after refusing is a refusal. The vendor's word is kept where ours is another.
 */
export function finishedEnd(
  native: string | undefined,
  seen: { readonly refused: boolean; readonly laxDone: boolean },
): Extract<ReadEnd, { outcome: 'finished' }> {
  if (native === undefined) {
    const status = seen.laxDone ? 'completed' : 'incomplete'
    return { outcome: 'finished', status, finishReason: 'unknown' }
  }
  const known = FINISH_REASONS.get(native.toLowerCase()) ?? 'unknown'
  const finishReason = known === 'stop' && seen.refused ? 'refusal' : known
  const complete =
    finishReason === 'stop' || finishReason === 'tool_calls' || finishReason === 'refusal'
  return {
    outcome: 'finished',
    status: complete ? 'completed' : 'incomplete',
    finishReason,
    ...(finishReason === native ? {} : { nativeFinishReason: native.slice(0, 100) }),
  }
}

/**
 * Tokens as the vendor counted them, in our sense: all input, all output. Undefined where the figures
 * are missing or no whole numbers.
 */
export function normalisedUsage(usage: unknown): ProviderUsage | undefined {
  if (!isObject(usage)) return undefined
  const promptTokens = count(usage['prompt_tokens'])
  const completion = count(usage['completion_tokens'])
  if (promptTokens === undefined || completion === undefined) return undefined
  const output = isObject(usage['completion_tokens_details'])
    ? usage['completion_tokens_details']
    : {}
  const input = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {}
  const reasoningTokens = count(output['reasoning_tokens']) ?? count(usage['reasoning_tokens'])
  const cachedTokens = count(input['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens'])
  // xAI leaves reasoning out of completion, though not out of the total.
  const total = count(usage['total_tokens'])
  const reasoningApart =
    reasoningTokens !== undefined && total === promptTokens + completion + reasoningTokens
  return {
    promptTokens,
    completionTokens: reasoningApart ? completion + reasoningTokens : completion,
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  }
}
