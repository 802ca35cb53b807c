/**
 * An answer of the Responses API as it is sent again: its items as they came (reasoning, encrypted, before the message that
 * it led to), because the model reasons on from them and the API takes all items of an answer or none. Pure.
 */
import type OpenAI from 'openai'
import { count, isObject, type JsonObject, parseJson, text } from './json.ts'
import type { PromptMessage, Replay } from './provider.ts'

const REPLAY_KIND = 'openai-responses'

/** The most that is kept with an answer, in characters. */
const MAX_KEPT_LENGTH = 4 * 1024 * 1024

type InputItem = OpenAI.Responses.ResponseInputItem
type Reasoning = Pick<
  OpenAI.Responses.ResponseReasoningItem,
  'type' | 'id' | 'summary' | 'encrypted_content'
>

/** A message without its text, which is the answer's own: only how long it is, in UTF-16 code units. */
interface Message extends Pick<
  OpenAI.Responses.ResponseOutputMessage,
  'type' | 'id' | 'status' | 'phase'
> {
  readonly length: number
}

type Item = Reasoning | Message

/** Gathers the items of one answer as they are done. */
export class AnswerItems {
  readonly #origin: string
  /** Undefined once there is an item that cannot be sent again. */
  #items: Item[] | undefined = []
  #length = 0

  /** `origin` names who can read the answer's reasoning. */
  constructor(origin: string) {
    this.#origin = origin
  }

  /** Takes an item that is done; `length` is how much of the answer's text came with it. */
  add(item: JsonObject, length: number): void {
    const kept = reasoningOf(item) ?? messageOf(item, length)
    this.#length += JSON.stringify(kept ?? null).length
    if (kept === undefined || this.#length > MAX_KEPT_LENGTH) this.#items = undefined
    else this.#items?.push(kept)
  }

  /** What is to be kept with the answer; undefined where its text alone says as much. */
  get replay(): Replay | undefined {
    const items = this.#items
    if (items?.at(-1)?.type !== 'message') return undefined
    const plain = items.every((item) => item.type === 'message' && item.phase === undefined)
    if (plain) return undefined
    return { kind: REPLAY_KIND, data: JSON.stringify({ origin: this.#origin, items }) }
  }
}

/**
 * The items that an answer is sent again as; undefined where it has none that the one who is asked now can read, or where
 * they don't fit its text.
 */
export function replayedItems(
  { content, replay }: PromptMessage,
  origin: string,
): InputItem[] | undefined {
  if (replay?.kind !== REPLAY_KIND) return undefined
  const data = parseJson(replay.data)
  if (!isObject(data) || data['origin'] !== origin || !Array.isArray(data['items'])) {
    return undefined
  }
  const items: InputItem[] = []
  let end = 0
  for (const kept of data['items']) {
    if (!isObject(kept)) return undefined
    const item = reasoningOf(kept) ?? messageOf(kept, count(kept['length']) ?? 0)
    if (item === undefined) return undefined
    if (item.type === 'message') {
      const { length, ...message } = item
      items.push(withText(message, content.slice(end, end + length)))
      end += length
    } else items.push(item)
  }
  return end === content.length ? items : undefined
}

function withText(
  message: Omit<Message, 'length'>,
  said: string,
): OpenAI.Responses.ResponseOutputMessage {
  return {
    ...message,
    role: 'assistant',
    content: [{ type: 'output_text', text: said, annotations: [] }],
  }
}

function reasoningOf(item: JsonObject): Reasoning | undefined {
  const { id, summary, encrypted_content: encrypted } = item
  if (item['type'] !== 'reasoning' || typeof id !== 'string' || text(encrypted) === undefined) {
    return undefined
  }
  const parts: readonly unknown[] = Array.isArray(summary) ? summary : []
  return {
    type: 'reasoning',
    id,
    summary: parts.flatMap((part) => {
      const said = isObject(part) ? text(part['text']) : undefined
      return said === undefined ? [] : [{ type: 'summary_text' as const, text: said }]
    }),
    encrypted_content: text(encrypted) ?? null,
  }
}

function messageOf(item: JsonObject, length: number): Message | undefined {
  const { id, status, phase } = item
  if (item['type'] !== 'message' || typeof id !== 'string' || length === 0) return undefined
  return {
    type: 'message',
    id,
    status: status === 'incomplete' ? 'incomplete' : 'completed',
    ...(phase === 'commentary' || phase === 'final_answer' ? { phase } : {}),
    length,
  }
}
