/** The branch of a conversation → what the model is asked with: as much of it as the model's window holds. Pure. */
import { estimateTokens } from '@speak-code/protocol'
import type { ModelFacts } from '../catalogue/model-facts.ts'
import type { PromptMessage } from '../providers/provider.ts'
import type { ContextMessage } from '../store/store.ts'

/** Leaves out answers that have no text (cancelled or failed before the first word): providers refuse empty messages. */
export function promptOf(context: readonly ContextMessage[]): PromptMessage[] {
  return context
    .filter((message) => message.content !== '')
    .map(({ id: _id, ...message }) => message)
}

export type Window = Pick<ModelFacts, 'contextWindow' | 'maxInput' | 'maxOutput'>

export interface FittedPrompt {
  readonly messages: readonly PromptMessage[]
  /** How many of the oldest messages were left out. */
  readonly leftOut: number
  /** Whether the model can take it: where not even what is never left out fits, nothing is. */
  readonly fits: boolean
  /** Tokens that an answer may have beside it, where the model's are known. */
  readonly maxOutput?: number
}

/** Vendors tell how long an answer may get, not how long one is: no more than this part of the window is kept free for it. */
const ANSWERS_SHARE = 1 / 4

/**
 * Leaves out the oldest messages, as many as have to go so that the rest and the answer fit the window by the estimate of
 * the protocol. System messages and the last message stay, and the history begins with a message of the user. Where
 * the window is unknown nothing is left out. `maxTokens` is the longest answer that was asked for.
 */
export function fittedPrompt(
  messages: readonly PromptMessage[],
  window: Window,
  maxTokens: number | undefined,
): FittedPrompt {
  const whole: FittedPrompt = { messages, leftOut: 0, fits: true }
  const longest = longestPrompt(window)
  if (longest === undefined) return whole
  const budget = Math.min(longest, roomBesideAnswer(window, maxTokens))
  if (tokensOf(messages) <= budget) return { ...whole, ...answerRoom(messages, window) }

  const last = messages.length - 1
  const isKept = (message: PromptMessage, at: number): boolean =>
    message.role === 'system' || at === last
  let used = tokensOf(messages.filter(isKept))
  if (used > longest) return { ...whole, fits: false }
  let from = last
  for (let at = last - 1; at >= 0; at -= 1) {
    const message = messages[at]
    if (message === undefined || message.role === 'system') continue
    used += tokensOf([message])
    if (used > budget) break
    if (message.role === 'user') from = at
  }
  const kept = messages.filter((message, at) => at >= from || isKept(message, at))
  const leftOut = messages.length - kept.length
  return { messages: kept, leftOut, fits: true, ...answerRoom(kept, window) }
}

/** UTF-16 code units of the messages, to estimate tokens with. */
export function lengthOf(messages: readonly PromptMessage[]): number {
  return messages.reduce((length, message) => length + message.content.length, 0)
}

function tokensOf(messages: readonly PromptMessage[]): number {
  return estimateTokens(lengthOf(messages))
}

function longestPrompt({ contextWindow, maxInput }: Window): number | undefined {
  if (contextWindow === null) return maxInput ?? undefined
  return Math.min(contextWindow, maxInput ?? Infinity)
}

function roomBesideAnswer(window: Window, maxTokens: number | undefined): number {
  const { contextWindow } = window
  if (contextWindow === null) return Infinity
  return Math.max(0, contextWindow - (maxTokens ?? usualRoom(window)))
}

function usualRoom({ contextWindow, maxOutput }: Window): number {
  return Math.min(
    maxOutput ?? Infinity,
    contextWindow === null ? Infinity : Math.floor(contextWindow * ANSWERS_SHARE),
  )
}

function answerRoom(
  messages: readonly PromptMessage[],
  window: Window,
): Pick<FittedPrompt, 'maxOutput'> {
  if (window.maxOutput === null) return {}
  const rest = (window.contextWindow ?? Infinity) - tokensOf(messages)
  return { maxOutput: Math.max(1, Math.min(usualRoom(window), rest)) }
}
