/** Responses ↔ our words: the request's body, ends, usage. Pure. */
import type { ChatParams, FinishReason } from '@speak-code/protocol'
import type OpenAI from 'openai'
import { count, isObject, type JsonObject, text } from './json.ts'
import type { Checkpoint, PromptMessage, ProviderCall, ProviderUsage } from './provider.ts'
import { replayedItems } from './responses-replay.ts'
import type { ReadEnd } from './stream-reader.ts'

type Body = OpenAI.Responses.ResponseCreateParamsStreaming

/** OpenAI's models that never reason. */
const PLAIN = /^(?:ft:)?(?:gpt-3\.?5|gpt-4|chatgpt-|gpt-5-chat)/
/** OpenAI's models that do, but for the {@link PLAIN} ones. */
const REASONING = /^(?:ft:)?(?:o\d|gpt-(?:[5-9]|\d\d)|codex-mini|computer-use)/
/** Those among them that sample as they are told while they do not reason. */
const SAMPLING = /^(?:ft:)?gpt-5\.\d/

function isReasoning(model: string): boolean {
  return REASONING.test(model) && !PLAIN.test(model)
}

/**
 * Which of the parameters this model does not take over this API; they are not sent. The API has neither `stop` nor
 * `top_k`; OpenAI's reasoning models refuse `temperature` and `top_p` (from GPT-5.1 on only while they reason), the others
 * refuse an effort (https://platform.openai.com/docs/guides/latest-model, “parameter compatibility”). A model that is not
 * OpenAI's is sent what it is given.
 */
export function droppedParams(params: ChatParams, model: string): (keyof ChatParams)[] {
  const refused: (keyof ChatParams)[] = ['topK', 'stop']
  if (PLAIN.test(model)) refused.push('reasoningEffort')
  const samples = SAMPLING.test(model) && params.reasoningEffort === 'none'
  if (isReasoning(model) && !samples) refused.push('temperature', 'topP')
  return refused.filter((name) => params[name] !== undefined)
}

/**
 * The body of the request. What is unset is not sent, and nothing is kept by the vendor but an answer in the background,
 * which there is not without. System messages are items of the input, in their places: `instructions` would come back in
 * three of the stream's events. `origin` names who is asked: only reasoning of theirs is sent again.
 */
export function requestBody(
  { model, messages, params }: Pick<ProviderCall, 'model' | 'messages' | 'params'>,
  origin: string,
  background = false,
): Body {
  const { temperature, topP, maxTokens, reasoningEffort } = takenParams(params, model)
  return {
    model,
    input: messages.flatMap((message) => replayedItems(message, origin) ?? [plainItem(message)]),
    stream: true,
    store: background,
    ...(background ? { background } : {}),
    ...includes(model),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(reasoningEffort === undefined ? {} : { reasoning: reasoningOf(reasoningEffort) }),
  }
}

/** What reads a background answer on after an event (https://platform.openai.com/docs/guides/background). */
export function readOnQuery(
  model: string,
  { sequence }: Pick<Checkpoint, 'sequence'>,
): OpenAI.Responses.ResponseRetrieveParamsStreaming {
  return { stream: true, starting_after: sequence, ...includes(model) }
}

/** Models that never reason refuse to be asked for it. */
function includes(model: string): { include?: OpenAI.Responses.ResponseIncludable[] } {
  return isReasoning(model) ? { include: ['reasoning.encrypted_content'] } : {}
}

function takenParams(params: ChatParams, model: string): ChatParams {
  const taken = { ...params }
  for (const name of droppedParams(params, model)) delete taken[name]
  return taken
}

function plainItem({ role, content }: PromptMessage): OpenAI.Responses.EasyInputMessage {
  return { role, content }
}

/** Where the model is to reason, a summary is asked for: it is all that people get to see of it. */
function reasoningOf(effort: NonNullable<ChatParams['reasoningEffort']>): OpenAI.Reasoning {
  return effort === 'none' ? { effort } : { effort, summary: 'auto' }
}

/**
 * How a response ended: its status, or the reason why it is incomplete. Undefined where it failed: an error of its own tells
 * of that.
 */
export function endOfResponse(response: JsonObject, eventType: string): string | undefined {
  const status = text(response['status']) ?? eventType.slice(eventType.lastIndexOf('.') + 1)
  if (status === 'failed') return undefined
  const details = response['incomplete_details']
  const reason = isObject(details) ? text(details['reason']) : undefined
  return status === 'incomplete' ? (reason ?? status) : status
}

/** Why a response is incomplete, in our words. What is not here is `unknown`. */
const INCOMPLETE: ReadonlyMap<string, FinishReason> = new Map([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
])

/** What a stream brought, as far as its end depends on it. */
export interface Brought {
  readonly toolCalls: boolean
  readonly refusal: boolean
  readonly laxDone: boolean
}

/** The end that the vendor's word means; undefined is `[DONE]` without one. The word is kept where ours is another. */
export function finishedEnd(
  native: string | undefined,
  brought: Brought,
): Extract<ReadEnd, { outcome: 'finished' }> {
  if (native === undefined) {
    const status = brought.laxDone ? 'completed' : 'incomplete'
    return { outcome: 'finished', status, finishReason: 'unknown' }
  }
  if (native === 'completed') {
    return {
      outcome: 'finished',
      status: 'completed',
      finishReason: completedReason(brought),
      nativeFinishReason: native,
    }
  }
  const finishReason = INCOMPLETE.get(native) ?? 'unknown'
  return {
    outcome: 'finished',
    status: 'incomplete',
    finishReason,
    ...(finishReason === native ? {} : { nativeFinishReason: native.slice(0, 100) }),
  }
}

/** The vendor has one word for all of these. */
function completedReason({ toolCalls, refusal }: Brought): FinishReason {
  if (toolCalls) return 'tool_calls'
  return refusal ? 'refusal' : 'stop'
}

/**
 * Tokens as the vendor counted them: its input and output hold the cached and the reasoning ones, as ours do. Undefined where
 * the figures are missing or no whole numbers.
 */
export function normalisedUsage(usage: unknown): ProviderUsage | undefined {
  if (!isObject(usage)) return undefined
  const promptTokens = count(usage['input_tokens'])
  const completionTokens = count(usage['output_tokens'])
  if (promptTokens === undefined || completionTokens === undefined) return undefined
  const { input_tokens_details: input, output_tokens_details: output } = usage
  const reasoningTokens = isObject(output) ? count(output['reasoning_tokens']) : undefined
  const cachedTokens = isObject(input) ? count(input['cached_tokens']) : undefined
  return {
    promptTokens,
    completionTokens,
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  }
}
