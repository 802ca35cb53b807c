/** Anthropic's Messages ↔ our words: the request's body and usage. Pure. */
import type Anthropic from '@anthropic-ai/sdk'
import type { ChatParams } from '@speak-code/protocol'
import { createHash } from 'node:crypto'
import { paramsPlan, type SentParams } from './anthropic-params.ts'
import { replayedBlocks, type SentBlock, type ThinkingOrigin } from './anthropic-replay.ts'
import { count, isObject } from './json.ts'
import type { PromptMessage, ProviderCall, ProviderUsage } from './provider.ts'

/** The body of a request. */
type MessagesRequest = Anthropic.MessageCreateParamsStreaming & SentParams

/** A request, what is left out of it, and what the thinking in its answer will be signed for. */
export interface RequestPlan {
  readonly body: MessagesRequest
  readonly dropped: readonly (keyof ChatParams)[]
  readonly origin: ThinkingOrigin
}

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly blocks: SentBlock[]
}

const isBlank = (text: string): boolean => text.trim() === ''

/**
 * The request for a call. What is unset or not taken by the model is not sent, but for `max_tokens`, which is required:
 * `maxTokens` is how long an answer of the model may be where the parameters don't say.
 */
export function requestPlan(
  call: Pick<ProviderCall, 'model' | 'messages' | 'params'>,
  maxTokens?: number,
): RequestPlan {
  const { model, messages, params } = call
  const system = messages
    .filter(({ role, content }) => role === 'system' && !isBlank(content))
    .map(({ content }) => content)
    .join('\n\n')
  const { turns, prefix } = conversation(model, system, messages)
  const { sent, dropped } = paramsPlan(params, model, maxTokens)
  return {
    body: {
      model,
      ...(system === '' ? {} : { system }),
      messages: turns.map(messageParam),
      stream: true,
      ...sent,
    },
    dropped,
    origin: { model, prefix },
  }
}

/**
 * Turns by turns, the user's first: neighbours of one role are one turn, with a blank line between their texts. Blank
 * messages are refused by the API and left out, save the last: what is asked is never something else.
 */
function conversation(
  model: string,
  system: string,
  messages: readonly PromptMessage[],
): { readonly turns: readonly Turn[]; readonly prefix: string } {
  const turns: Turn[] = []
  const hash = createHash('sha256').update(JSON.stringify(system))
  const soFar = (): string => hash.copy().digest('base64url')
  for (const message of messages) {
    const { role, content, replay } = message
    if (role === 'system' || (isBlank(content) && message !== messages.at(-1))) continue
    if (turns.length === 0 && role === 'assistant') continue
    const thought =
      role === 'assistant' && replay !== undefined
        ? replayedBlocks(replay, content, { model, prefix: soFar() })
        : undefined
    append(turns, role, thought ?? [{ type: 'text', text: content }])
    hash.update(JSON.stringify([role, content, thought]))
  }
  return { turns, prefix: soFar() }
}

function append(turns: Turn[], role: Turn['role'], blocks: readonly SentBlock[]): void {
  const turn = turns.at(-1)
  if (turn?.role !== role) {
    turns.push({ role, blocks: [...blocks] })
    return
  }
  const [first, ...rest] = blocks
  const before = turn.blocks.at(-1)
  if (before?.type === 'text' && first?.type === 'text') {
    turn.blocks.splice(-1, 1, { type: 'text', text: `${before.text}\n\n${first.text}` }, ...rest)
  } else turn.blocks.push(...blocks)
}

function messageParam({ role, blocks }: Turn): Anthropic.MessageParam {
  const [only, ...more] = blocks
  return { role, content: only?.type === 'text' && more.length === 0 ? only.text : blocks }
}

/** The figures of `message_start` and `message_delta`, each the largest that came. */
export interface UsageFigures {
  input?: number
  cacheRead?: number
  cacheCreation?: number
  output?: number
  thinking?: number
}

/**
 * Takes in another `usage`. The figures are cumulative, and a later event may leave some out or repeat them as 0, so the
 * largest counts; they are never summed.
 */
export function takeUsage(figures: UsageFigures, usage: unknown): void {
  if (!isObject(usage)) return
  const details = usage['output_tokens_details']
  const heard: Readonly<Record<keyof UsageFigures, unknown>> = {
    input: usage['input_tokens'],
    cacheRead: usage['cache_read_input_tokens'],
    cacheCreation: usage['cache_creation_input_tokens'],
    output: usage['output_tokens'],
    thinking: isObject(details) ? details['thinking_tokens'] : undefined,
  }
  for (const name of ['input', 'cacheRead', 'cacheCreation', 'output', 'thinking'] as const) {
    const figure = count(heard[name])
    if (figure !== undefined) figures[name] = Math.max(figures[name] ?? 0, figure)
  }
}

/**
 * Tokens in our sense: Anthropic's input leaves out what was read from the cache or written to it; its output has the
 * thinking in it. Undefined where input or output is missing.
 */
export function normalisedFigures(figures: UsageFigures): ProviderUsage | undefined {
  const { input, cacheRead, cacheCreation, output, thinking } = figures
  if (input === undefined || output === undefined) return undefined
  return {
    promptTokens: input + (cacheRead ?? 0) + (cacheCreation ?? 0),
    completionTokens: output,
    ...(thinking === undefined ? {} : { reasoningTokens: thinking }),
    ...(cacheRead === undefined ? {} : { cachedTokens: cacheRead }),
    ...(cacheCreation === undefined || cacheCreation === 0
      ? {}
      : { cacheWriteTokens: cacheCreation }),
  }
}
