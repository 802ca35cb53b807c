/**
 * Reads the events of one Messages stream: what each of them brings, and what has been seen so far. Knows no socket and
 * no clock. It is on the path of every delta, so checks are by hand.
 */
import { normalisedFigures, takeUsage, type UsageFigures } from './anthropic-map.ts'
import { type KeptBlock, replayOf, type ThinkingOrigin } from './anthropic-replay.ts'
import { isObject, type JsonObject, text } from './json.ts'
import { JsonStreamReader } from './json-stream-reader.ts'
import { finishedEnd } from './openai-map.ts'
import type { ProviderDelta, ProviderUsage, Replay } from './provider.ts'
import type { ReadEnd, Reading } from './stream-reader.ts'

/** A call of one of the client's tools. */
interface ToolCall {
  readonly type: 'tool_use'
  readonly index: number
  readonly id: string | undefined
  readonly name: string | undefined
  /** The whole input, where it came with the block's start. */
  readonly input: string
  told: boolean
}

/** Such as a search that the provider makes itself. */
interface OtherBlock {
  readonly type: 'other'
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Block = Mutable<KeptBlock> | ToolCall | OtherBlock

export class AnthropicReader extends JsonStreamReader {
  readonly #emit: (delta: ProviderDelta) => void
  readonly #origin: ThinkingOrigin
  /** By the index that events name them with, in the order of their beginning. */
  readonly #blocks = new Map<unknown, Block>()
  readonly #figures: UsageFigures = {}
  #toolCalls = 0
  /** The vendor's first stop reason. */
  #reason: string | undefined

  /** `emit` is called synchronously for each delta and never with an empty text. `origin` is what thinking is signed for. */
  constructor(emit: (delta: ProviderDelta) => void, origin: ThinkingOrigin) {
    super()
    this.#emit = emit
    this.#origin = origin
  }

  get finished(): boolean {
    return this.#reason !== undefined
  }

  get usage(): ProviderUsage | undefined {
    return normalisedFigures(this.#figures)
  }

  /** The signed thinking. None where there were blocks that we don't send back: it must not lose its place among them. */
  get replay(): Replay | undefined {
    const kept: KeptBlock[] = []
    for (const block of this.#blocks.values()) {
      if (block.type === 'tool_use' || block.type === 'other') return undefined
      kept.push(block)
    }
    return replayOf(this.#origin, kept)
  }

  end(): ReadEnd {
    return finishedEnd(this.#reason, { refused: false, laxDone: false })
  }

  protected read(event: JsonObject, name: string | undefined): Reading {
    switch (event['type']) {
      case 'content_block_delta':
        this.#readDelta(event['index'], event['delta'])
        break
      case 'content_block_start':
        this.#begin(event['index'], event['content_block'])
        break
      case 'content_block_stop':
        this.#tellCall(this.#blocks.get(event['index']))
        break
      case 'message_start':
        if (isObject(event['message'])) takeUsage(this.#figures, event['message']['usage'])
        break
      case 'message_delta':
        this.#readMessageDelta(event)
        break
      case 'message_stop':
        this.#tellCalls()
        return 'done'
      case 'error':
        return this.fail(event)
      default:
        if (name === 'error' || isObject(event['error'])) return this.fail(event)
    }
    return this.standing
  }

  #begin(index: unknown, start: unknown): void {
    if (!isObject(start)) return
    switch (start['type']) {
      case 'text':
        this.#say(index, start['text'])
        break
      case 'thinking':
        this.#think(index, start['thinking'])
        this.#sign(index, start['signature'])
        break
      case 'redacted_thinking':
        this.#blocks.set(index, { type: 'redacted_thinking', data: text(start['data']) ?? '' })
        break
      case 'tool_use':
        this.#blocks.set(index, {
          type: 'tool_use',
          index: this.#toolCalls++,
          id: text(start['id']),
          name: text(start['name']),
          input: JSON.stringify(start['input'] ?? {}),
          told: false,
        })
        break
      default:
        this.#blocks.set(index, { type: 'other' })
    }
  }

  #readDelta(index: unknown, delta: unknown): void {
    if (!isObject(delta)) return
    switch (delta['type']) {
      case 'text_delta':
        this.#say(index, delta['text'])
        break
      case 'thinking_delta':
        this.#think(index, delta['thinking'])
        break
      case 'signature_delta':
        this.#sign(index, delta['signature'])
        break
      case 'input_json_delta':
        this.#tellCall(this.#blocks.get(index), text(delta['partial_json']) ?? '')
        break
    }
  }

  #say(index: unknown, said: unknown): void {
    let block = this.#blocks.get(index)
    if (block?.type !== 'text') {
      block = { type: 'text', length: 0 }
      this.#blocks.set(index, block)
    }
    if (typeof said !== 'string' || said === '') return
    block.length += said.length
    this.#emit({ channel: 'text', text: said })
  }

  #think(index: unknown, thought: unknown): void {
    let block = this.#blocks.get(index)
    if (block?.type !== 'thinking') {
      block = { type: 'thinking', thinking: '', signature: '' }
      this.#blocks.set(index, block)
    }
    if (typeof thought !== 'string' || thought === '') return
    block.thinking += thought
    this.#emit({ channel: 'reasoning', text: thought })
  }

  #sign(index: unknown, signature: unknown): void {
    const block = this.#blocks.get(index)
    if (block?.type === 'thinking') block.signature = text(signature) ?? block.signature
  }

  /**
   * Tells a piece of a call's input, or without one that its block is over: an input of which no piece came is told
   * whole.
   */
  #tellCall(call: Block | undefined, piece?: string): void {
    if (call?.type !== 'tool_use' || piece === '' || (piece === undefined && call.told)) return
    const { index, id, name, input, told } = call
    const said = piece ?? input
    call.told = true
    if (told) this.#emit({ channel: 'toolCall', index, text: said })
    else {
      this.#emit({
        channel: 'toolCall',
        index,
        ...(id === undefined ? {} : { id }),
        ...(name === undefined ? {} : { name }),
        text: said,
      })
    }
  }

  /** Blocks may be left open by gateways. */
  #tellCalls(): void {
    for (const block of this.#blocks.values()) this.#tellCall(block)
  }

  #readMessageDelta(event: JsonObject): void {
    takeUsage(this.#figures, event['usage'])
    const { delta } = event
    const reason = isObject(delta) ? text(delta['stop_reason']) : undefined
    if (!isObject(delta) || reason === undefined || this.#reason !== undefined) return
    this.#tellCalls()
    const details = delta['stop_details']
    const why = isObject(details) ? text(details['explanation']) : undefined
    if (reason === 'refusal' && why !== undefined) this.#emit({ channel: 'refusal', text: why })
    this.#reason = reason
  }
}
