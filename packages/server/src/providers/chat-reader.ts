/**
 * Reads the events of one Chat Completions stream: what each of them brings, and what has been seen so
 * far. Knows no socket and no clock. It is on the path of every delta, so checks are by hand.
 */
import { isObject, type JsonObject, parseJson, text } from './json.ts'
import type { ProviderDelta } from './provider.ts'

/** So many events in a row that are no JSON, and it is not the stream that it should be. */
const MAX_NOISE = 50
/** How much of lines that are no event stream is kept, to see what they are. */
const MAX_STRAY_LENGTH = 64 * 1024

/**
 * What an event means for the call: go on; `finished`: the finish reason is known, only usage and the
 * end mark may follow; `done`: the end mark; `error`: the provider told of one; `garbage`: this is no
 * such stream.
 */
export type Reading = 'open' | 'finished' | 'done' | 'error' | 'garbage'

/** Where vendors put reasoning; the first that is there counts, because the others repeat it. */
const REASONING: readonly string[] = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_details',
]

export class ChatReader {
  readonly #emit: (channel: ProviderDelta['channel'], text: string) => void
  #noise = 0
  #stray = ''
  #anyText = false
  /** The vendor's first finish reason. */
  finishReason: string | undefined
  /** Whether anything came on the refusal channel. */
  refused = false
  /** The vendor's last `usage`. */
  usage: unknown
  /** The error that the stream told of: its body, whole. */
  error: unknown

  /** `emit` is called synchronously for each delta and never with an empty text. */
  constructor(emit: (delta: ProviderDelta) => void) {
    this.#emit = (channel, delta) => {
      emit({ channel, text: delta })
    }
  }

  /** Takes an event's data and name. */
  event(data: string, name: string | undefined): Reading {
    if (data === '[DONE]') return 'done'
    const chunk = parseJson(data)
    if (!isObject(chunk)) return this.#notJson(data, name)
    this.#noise = 0
    this.#stray = ''
    if (name === 'error') return this.#fail(chunk)
    if (this.#readMembers(chunk)) return this.#fail(chunk)
    return this.finishReason === undefined ? 'open' : 'finished'
  }

  /** Takes a line that is no field of an event stream, such as `error: {…}` or a bare JSON body's. */
  strayLine(line: string, field: string | undefined, value: string | undefined): Reading {
    if (field === 'error') return this.#fail(parseJson(value ?? '') ?? value ?? '')
    this.#stray += `${line}\n`
    return this.#stray.length > MAX_STRAY_LENGTH ? 'garbage' : 'open'
  }

  /** Takes the end of the body with its last, unterminated line: what was it, all in all? */
  bodyEnd(rest: string): Reading {
    const stray = (this.#stray + rest).trim()
    if (stray === '') return 'open'
    const json = parseJson(stray)
    const first: unknown = Array.isArray(json) ? json[0] : json
    if (isObject(first) && first['error'] !== undefined) return this.#fail(first)
    if (json !== undefined || stray.startsWith('<') || this.#stray !== '') return 'garbage'
    return 'open'
  }

  #fail(error: unknown): Reading {
    this.error = error
    return 'error'
  }

  #notJson(data: string, name: string | undefined): Reading {
    const trimmed = data.trim()
    if (trimmed === '[DONE]') return 'done'
    if (name === 'error') return this.#fail(trimmed)
    if (trimmed !== '') this.#noise += 1
    if (this.#noise > MAX_NOISE) return 'garbage'
    return this.finishReason === undefined ? 'open' : 'finished'
  }

  /**
   * Reads what is there and returns whether an error is. It goes through the members that an object has, because asking for
   * those that it lacks costs more than all the rest.
   */
  #readMembers(chunk: JsonObject): boolean {
    let choices: unknown
    let failed = false
    for (const name in chunk) {
      const value = chunk[name]
      if (value === null) continue
      if (name === 'choices') choices = value
      else if (name === 'usage' && isObject(value)) this.usage = value
      else if (name === 'x_groq' && isObject(value) && isObject(value['usage'])) {
        this.usage = value['usage']
      } else if (name === 'error') failed = true
    }
    if (Array.isArray(choices) && choices.length > 0) this.#readChoice(choices[0])
    return failed
  }

  #readChoice(choice: unknown): void {
    if (!isObject(choice)) return
    const { index, delta, finish_reason: reason } = choice
    if (index !== undefined && index !== 0 && index !== null) return
    if (isObject(delta)) this.#readDelta(delta)
    else if (!this.#anyText && isObject(choice['message'])) this.#readDelta(choice['message'])
    if (typeof reason !== 'string' || reason === '') return
    this.finishReason ??= reason
    if (isObject(choice['usage'])) this.usage = choice['usage']
  }

  /** The members that are there, for the same reason; several may be, and the first kind of reasoning counts. */
  #readDelta(delta: JsonObject): void {
    let content: unknown
    let reasoning: string | undefined
    let rank = REASONING.length
    let refusal: string | undefined
    for (const name in delta) {
      const value = delta[name]
      if (value === null) continue
      if (name === 'content') content = value
      else if (name === 'role') continue
      else if (name === 'refusal') refusal = text(value)
      else {
        const place = REASONING.indexOf(name)
        if (place < 0 || place >= rank) continue
        const thought = name === 'reasoning_details' ? detailedReasoning(value) : text(value)
        if (thought === undefined) continue
        reasoning = thought
        rank = place
      }
    }
    if (reasoning !== undefined) this.#emit('reasoning', reasoning)
    if (typeof content === 'string') this.#say(content)
    else if (Array.isArray(content)) for (const part of content) this.#readPart(part)
    if (refusal !== undefined) this.#refuse(refusal)
  }

  /** A part of a content array (Mistral): its text, or its thinking, which is text or parts in turn. */
  #readPart(part: unknown): void {
    if (!isObject(part)) return
    const { thinking } = part
    const thought = Array.isArray(thinking) ? joinedTexts(thinking) : text(thinking)
    if (thought !== undefined && thought !== '') this.#emit('reasoning', thought)
    const said = text(part['text'])
    if (said !== undefined && part['thought'] === true) this.#emit('reasoning', said)
    else if (said !== undefined) this.#say(said)
    const refusal = text(part['refusal'])
    if (refusal !== undefined) this.#refuse(refusal)
  }

  #say(said: string): void {
    if (said === '') return
    this.#anyText = true
    this.#emit('text', said)
  }

  #refuse(refusal: string): void {
    this.refused = true
    this.#emit('refusal', refusal)
  }
}

function joinedTexts(parts: readonly unknown[]): string {
  return parts.map((part) => (isObject(part) ? (text(part['text']) ?? '') : '')).join('')
}

/** `reasoning_details` repeats `reasoning` where both are there; alone it is read (OpenRouter). */
function detailedReasoning(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined
  const parts = details.map((detail: unknown) =>
    isObject(detail) ? (text(detail['text']) ?? text(detail['summary']) ?? '') : '',
  )
  return text(parts.join(''))
}
