/**
 * Reads the events of one Responses stream (https://platform.openai.com/docs/api-reference/responses-streaming). It is on
 * the path of every delta, so checks are by hand.
 */
import { isObject, type JsonObject, text } from './json.ts'
import { JsonStreamReader } from './json-stream-reader.ts'
import type { ProviderDelta, ProviderUsage, Replay, TextDelta } from './provider.ts'
import { type Brought, endOfResponse, finishedEnd, normalisedUsage } from './responses-map.ts'
import { AnswerItems } from './responses-replay.ts'
import type { ReadEnd, Reading } from './stream-reader.ts'

export interface ResponsesReaderOptions {
  /** Names who can read the answer's encrypted reasoning. */
  readonly origin: string
  /** `[DONE]` without the response's end counts as completed. */
  readonly laxDone: boolean
  /** Where the stream begins in the middle of an answer. */
  readonly midway?: {
    /** The kind of event that has brought the reasoning so far. */
    readonly reasoning: string | undefined
  }
}

/** A call of a tool that the client is to run. */
interface Call {
  /** Which of the answer's calls. */
  readonly index: number
  /** Whether any of its arguments came. */
  begun: boolean
}

export class ResponsesReader extends JsonStreamReader {
  readonly #emit: (delta: ProviderDelta) => void
  readonly #laxDone: boolean
  readonly #items: AnswerItems
  /** By their place in the output: an item's id may change from event to event. */
  readonly #calls = new Map<unknown, Call>()
  /** The places of the items that began in this stream; undefined where all of them do. */
  readonly #begun: Set<unknown> | undefined
  /** How the response ended, in the vendor's word. */
  #native: string | undefined
  #usage: unknown
  /** Lengths of what the present message has brought. */
  #said = 0
  #refused = 0
  #anyRefusal = false
  /** The kind of event that brings the reasoning; others would repeat it. */
  #reasoning: string | undefined

  /** `emit` is called synchronously for each delta, and never with an empty text but for a tool call's. */
  constructor(emit: (delta: ProviderDelta) => void, options: ResponsesReaderOptions) {
    super()
    this.#emit = emit
    this.#laxDone = options.laxDone
    this.#reasoning = options.midway?.reasoning
    this.#begun = options.midway === undefined ? undefined : new Set()
    this.#items = new AnswerItems(options.origin)
  }

  get finished(): boolean {
    return this.#native !== undefined
  }

  get usage(): ProviderUsage | undefined {
    return normalisedUsage(this.#usage)
  }

  get replay(): Replay | undefined {
    return this.#items.replay
  }

  end(): ReadEnd {
    return finishedEnd(this.#native, this.brought)
  }

  protected get brought(): Brought {
    return {
      toolCalls: this.#calls.size > 0,
      refusal: this.#anyRefusal,
      laxDone: this.#laxDone,
    }
  }

  protected get reasoning(): string | undefined {
    return this.#reasoning
  }

  protected read(chunk: JsonObject, name: string | undefined): Reading {
    const type = text(chunk['type']) ?? name
    switch (type) {
      case 'response.output_text.delta':
        this.#say(chunk['delta'])
        break
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#reasoning ??= type
        if (type === this.#reasoning) this.#tell('reasoning', chunk['delta'])
        break
      case 'response.function_call_arguments.delta':
        this.#argue(this.#calls.get(chunk['output_index']), chunk['delta'])
        break
      case 'response.refusal.delta':
        this.#refuse(chunk['delta'])
        break
      case 'response.output_item.added':
        this.#begun?.add(chunk['output_index'])
        if (isObject(chunk['item'])) this.#begin(chunk['item'], chunk['output_index'])
        break
      case 'response.output_item.done':
        if (isObject(chunk['item'])) this.#finish(chunk['item'], chunk['output_index'])
        break
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#readEnd(chunk['response'], type)
      case 'error':
        return this.fail(chunk)
      case undefined:
        if (chunk['error'] !== undefined && chunk['error'] !== null) return this.fail(chunk)
        break
    }
    return 'open'
  }

  #readEnd(value: unknown, type: string): Reading {
    const response = isObject(value) ? value : {}
    if (isObject(response['usage'])) this.#usage = response['usage']
    const native = endOfResponse(response, type)
    if (native === undefined) return this.fail({ error: response['error'] })
    this.#native = native
    return 'done'
  }

  #begin(item: JsonObject, place: unknown): Call | undefined {
    if (item['type'] !== 'function_call') return undefined
    const call: Call = { index: this.#calls.size, begun: false }
    this.#calls.set(place, call)
    const id = text(item['call_id'])
    const name = text(item['name'])
    const args = text(item['arguments'])
    call.begun = args !== undefined
    this.#emit({
      channel: 'toolCall',
      index: call.index,
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      text: args ?? '',
    })
    return call
  }

  /** An item that is done holds all that its deltas brought; it is read where there were none. */
  #finish(item: JsonObject, place: unknown): void {
    if (item['type'] === 'function_call') {
      const call = this.#calls.get(place)
      if (call === undefined) this.#begin(item, place)
      else if (!call.begun) this.#argue(call, item['arguments'])
    } else if (item['type'] === 'message' && Array.isArray(item['content'])) {
      const seen = this.#begun?.has(place) ?? true
      const whole = seen && this.#said + this.#refused === 0
      if (whole) for (const part of item['content']) this.#readPart(part)
    }
    this.#items.add(item, this.#said)
    this.#said = 0
    this.#refused = 0
  }

  #readPart(part: unknown): void {
    if (!isObject(part)) return
    this.#say(part['text'])
    this.#refuse(part['refusal'])
  }

  #argue(call: Call | undefined, args: unknown): void {
    if (call === undefined || typeof args !== 'string' || args === '') return
    call.begun = true
    this.#emit({ channel: 'toolCall', index: call.index, text: args })
  }

  #say(said: unknown): void {
    this.#said += this.#tell('text', said)
  }

  #refuse(refusal: unknown): void {
    const length = this.#tell('refusal', refusal)
    this.#refused += length
    this.#anyRefusal ||= length > 0
  }

  /** Returns how long it is. */
  #tell(channel: TextDelta['channel'], delta: unknown): number {
    if (typeof delta !== 'string' || delta === '') return 0
    this.#emit({ channel, text: delta })
    return delta.length
  }
}
