/**
 * Reads the events of one Chat Completions stream: what each of them brings, and what has been seen so
 * far. Knows no socket and no clock. It is on the path of every delta, so checks are by hand.
 */
import { ChatFrame } from './chat-frame.ts'
import { ChatToolCalls } from './chat-tool-calls.ts'
import { isObject, type JsonObject, text } from './json.ts'
import { JsonStreamReader } from './json-stream-reader.ts'
import { failureOf, finishedEnd, normalisedUsage } from './openai-map.ts'
import type { ProviderDelta, ProviderUsage, TextDelta } from './provider.ts'
import type { ReadEnd, Reading } from './stream-reader.ts'

/** Where vendors put reasoning; the first that is there counts, because the others repeat it. */
const REASONING: readonly string[] = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_details',
]

export class ChatReader extends JsonStreamReader {
  readonly #emit: (channel: TextDelta['channel'], text: string) => void
  readonly #toolCalls: ChatToolCalls
  readonly #laxDone: boolean
  readonly #frame = new ChatFrame()
  #anyText = false
  /** What the event that is being read has brought, and its text. */
  #brought = 0
  #text = ''
  /** The vendor's first finish reason. */
  #reason: string | undefined
  /** Whether anything came on the refusal channel. */
  #refused = false
  /** The vendor's last `usage`. */
  #usage: unknown

  /**
   * `emit` is called synchronously for each delta, of text never with an empty one. `laxDone`: an end mark without a finish
   * reason counts as completed.
   */
  constructor(emit: (delta: ProviderDelta) => void, laxDone = false) {
    super()
    this.#laxDone = laxDone
    this.#emit = (channel, delta) => {
      emit({ channel, text: delta })
    }
    this.#toolCalls = new ChatToolCalls(emit)
  }

  /** On the path of every delta. */
  override event(data: string, name: string | undefined): Reading {
    const said = name === undefined ? this.#frame.textOf(data) : undefined
    if (said !== undefined) {
      this.heard()
      this.#say(said)
      return this.standing
    }
    this.#brought = 0
    this.#text = ''
    const reading = super.event(data, name)
    if (reading === 'open' && this.#brought === 1 && this.#text !== '') {
      this.#frame.learn(data, this.#text)
    }
    return reading
  }

  get finished(): boolean {
    return this.#reason !== undefined
  }

  get usage(): ProviderUsage | undefined {
    return normalisedUsage(this.#usage)
  }

  end(): ReadEnd {
    const native = this.#reason
    const failure = native === undefined ? undefined : failureOf(native)
    if (failure !== undefined) {
      return { outcome: 'failed', code: failure, story: `the answer ended with “${native}”` }
    }
    return finishedEnd(native, { refused: this.#refused, laxDone: this.#laxDone })
  }

  protected read(chunk: JsonObject, name: string | undefined): Reading {
    if (name === 'error') return this.fail(chunk)
    return this.#readMembers(chunk) ? this.fail(chunk) : this.standing
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
      else if (name === 'usage' && isObject(value)) this.#count(value)
      else if (name === 'x_groq' && isObject(value) && isObject(value['usage'])) {
        this.#count(value['usage'])
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
    else if (!this.#anyText && isObject(choice['message'])) {
      this.#brought += 1
      this.#readDelta(choice['message'])
    }
    if (typeof reason !== 'string' || reason === '') return
    this.#reason ??= reason
    if (isObject(choice['usage'])) this.#count(choice['usage'])
  }

  /** The members that are there, for the same reason; several may be, and the first kind of reasoning counts. */
  #readDelta(delta: JsonObject): void {
    let content: unknown
    let reasoning: string | undefined
    let rank = REASONING.length
    let refusal: string | undefined
    let toolCalls: unknown
    let functionCall: unknown
    for (const name in delta) {
      const value = delta[name]
      if (value === null) continue
      if (name === 'content') content = value
      else if (name === 'role') continue
      else if (name === 'refusal') refusal = text(value)
      else if (name === 'tool_calls') toolCalls = value
      else if (name === 'function_call') functionCall = value
      else {
        const place = REASONING.indexOf(name)
        if (place < 0 || place >= rank) continue
        const thought = name === 'reasoning_details' ? detailedReasoning(value) : text(value)
        if (thought === undefined) continue
        reasoning = thought
        rank = place
      }
    }
    if (reasoning !== undefined) this.#think(reasoning)
    if (typeof content === 'string') this.#say(content)
    else if (Array.isArray(content)) for (const part of content) this.#readPart(part)
    if (refusal !== undefined) this.#refuse(refusal)
    if (toolCalls === undefined && functionCall === undefined) return
    this.#brought += 1
    if (Array.isArray(toolCalls)) this.#toolCalls.read(toolCalls)
    if (isObject(functionCall)) this.#toolCalls.readLegacy(functionCall)
  }

  /** A part of a content array (Mistral): its text, or its thinking, which is text or parts in turn. */
  #readPart(part: unknown): void {
    if (!isObject(part)) return
    const { thinking } = part
    const thought = Array.isArray(thinking) ? joinedTexts(thinking) : text(thinking)
    if (thought !== undefined && thought !== '') this.#think(thought)
    const said = text(part['text'])
    if (said !== undefined && part['thought'] === true) this.#think(said)
    else if (said !== undefined) this.#say(said)
    const refusal = text(part['refusal'])
    if (refusal !== undefined) this.#refuse(refusal)
  }

  #count(usage: JsonObject): void {
    this.#brought += 1
    this.#usage = usage
  }

  #say(said: string): void {
    if (said === '') return
    this.#anyText = true
    this.#brought += 1
    this.#text = said
    this.#emit('text', said)
  }

  #think(thought: string): void {
    this.#brought += 1
    this.#emit('reasoning', thought)
  }

  #refuse(refusal: string): void {
    this.#refused = true
    this.#brought += 1
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
