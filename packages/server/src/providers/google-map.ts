/** Our words → generateContent (https://ai.google.dev/api/generate-content): what the SDK is called with. Pure. */
import type { Content, GenerateContentConfig, Part } from '@google/genai/web'
import type { ChatParams } from '@speak-code/protocol'
import { thinkingConfig, type ThinkingLevels, thinks } from './google-thinking.ts'
import { isObject, parseJson } from './json.ts'
import type { PromptMessage, ProviderCall, Replay } from './provider.ts'

/** The kind of `Replay` that is the vendor's. */
const REPLAY_KIND = 'google'

/**
 * Where a thought signature stood: with the part of the text between two UTF-16 offsets (an empty one where they are the
 * same), or with the answer's n-th call of a tool. The vendor wants a signature back in the very part that it came with
 * (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
export type Signature =
  | { readonly signature: string; readonly from: number; readonly to: number }
  | { readonly signature: string; readonly call: number }

/** The signatures as they are kept with the answer; undefined where there are none. */
export function replayOf(signatures: readonly Signature[]): Replay | undefined {
  return signatures.length === 0
    ? undefined
    : { kind: REPLAY_KIND, data: JSON.stringify(signatures) }
}

/** Those of the text's signatures that can be read, in order and without overlaps; calls are not sent back. */
function textSignatures({ content, replay }: PromptMessage) {
  if (replay?.kind !== REPLAY_KIND) return []
  const kept = parseJson(replay.data)
  if (!Array.isArray(kept)) return []
  let end = 0
  return kept.flatMap((entry: unknown) => {
    const { signature, from, to } = isObject(entry) ? entry : {}
    if (typeof signature !== 'string' || typeof from !== 'number' || typeof to !== 'number')
      return []
    if (from < end || to < from || to > content.length) return []
    end = to
    return [{ signature, from, to }]
  })
}

/** A message's parts: its text, cut where signatures stood. */
function partsOf(message: PromptMessage): Part[] {
  const parts: Part[] = []
  let end = 0
  const plain = (to: number): void => {
    if (to > end) parts.push({ text: message.content.slice(end, to) })
  }
  for (const { signature, from, to } of textSignatures(message)) {
    plain(from)
    parts.push({ text: message.content.slice(from, to), thoughtSignature: signature })
    end = to
  }
  plain(message.content.length)
  return parts
}

/** The messages but the system's, roles alternating: neighbours of the same role are one content with the parts of both. */
export function contentsOf(messages: readonly PromptMessage[]): Content[] {
  const contents: { role: 'user' | 'model'; parts: Part[] }[] = []
  for (const message of messages) {
    if (message.role === 'system') continue
    const role = message.role === 'assistant' ? 'model' : 'user'
    const last = contents.at(-1)
    if (last?.role === role) last.parts.push(...partsOf(message))
    else contents.push({ role, parts: partsOf(message) })
  }
  return contents
}

/** The system's messages, wherever they stand: the vendor knows one instruction, apart from the contents. */
export function systemInstructionOf(messages: readonly PromptMessage[]): string | undefined {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  return system.length === 0 ? undefined : system.join('\n\n')
}

/** The first three generations of Gemma refuse a system instruction: for them it is the first thing that the user says. */
const takesInstruction = (model: string): boolean => !/^(?:models\/)?gemma-[123]/.test(model)

/** What is unset is not sent; nor is what the model does not take. */
function configOf(
  { model, params }: Pick<ProviderCall, 'model' | 'params'>,
  levels: ThinkingLevels,
): GenerateContentConfig {
  const { temperature, topP, topK, maxTokens, reasoningEffort, stop } = params
  const thinking = thinkingConfig(model, reasoningEffort, levels)
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
    ...(stop === undefined ? {} : { stopSequences: [stop].flat() }),
    ...(thinking === undefined ? {} : { thinkingConfig: thinking }),
  }
}

/** What the SDK is called with. */
export function requestOf(
  call: Pick<ProviderCall, 'model' | 'messages' | 'params'>,
  levels: ThinkingLevels,
): { model: string; contents: Content[]; config: GenerateContentConfig } {
  const { model, messages } = call
  const instruction = systemInstructionOf(messages)
  const apart = takesInstruction(model)
  const first: PromptMessage[] =
    instruction === undefined || apart ? [] : [{ role: 'user', content: instruction }]
  return {
    model,
    contents: contentsOf([...first, ...messages]),
    config: {
      ...(instruction === undefined || !apart ? {} : { systemInstruction: instruction }),
      ...configOf(call, levels),
    },
  }
}

/** Those of the parameters that are set and that this model does not take: they are not sent. */
export function droppedParams(
  { reasoningEffort = 'none' }: ChatParams,
  model: string,
): (keyof ChatParams)[] {
  return reasoningEffort === 'none' || thinks(model) ? [] : ['reasoningEffort']
}
