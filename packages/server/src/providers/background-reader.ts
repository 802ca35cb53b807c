/**
 * Reads the stream of an answer in the background (https://platform.openai.com/docs/guides/background), from its beginning
 * or from the middle, and tells after each event that brought something where it can be read on.
 *
 * Who reads on has not seen what came before. So calls of tools are told as a whole at the end, from the response's
 * `output`, and so is what the end depends on.
 */
import { count, isObject, type JsonObject, text } from './json.ts'
import type { Checkpoint, ProviderCall, ProviderDelta, Replay } from './provider.ts'
import type { Brought } from './responses-map.ts'
import { hasRefusal, itemsOf, replayOf, textIn, toolCallsIn } from './responses-output.ts'
import { ResponsesReader, type ResponsesReaderOptions } from './responses-reader.ts'
import type { ReadEnd, Reading } from './stream-reader.ts'

export interface BackgroundReaderOptions extends Omit<ResponsesReaderOptions, 'midway'> {
  /** The checkpoint's digest for an answer with this id. */
  readonly account: (response: string) => string
}

/** Ids of responses are short; what is longer is none. */
const MAX_ID_LENGTH = 256

const ENDS: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.cancelled',
])

export class BackgroundReader extends ResponsesReader {
  readonly #options: BackgroundReaderOptions
  readonly #call: Pick<ProviderCall, 'from' | 'checkpoint'>
  readonly #emit: (delta: ProviderDelta) => void
  /** Whether the present event brought something. */
  readonly #event: { spoke: boolean }
  #checkpoint: Checkpoint | undefined
  /** Items that are done, by their place in the output: for vendors whose end does not repeat them. */
  readonly #done = new Map<unknown, JsonObject>()
  /** What the end repeats. */
  #output: readonly JsonObject[] = []

  /** `emit` is called synchronously for each delta, and `call.checkpoint` after those of an event. */
  constructor(
    emit: (delta: ProviderDelta) => void,
    call: Pick<ProviderCall, 'from' | 'checkpoint'>,
    options: BackgroundReaderOptions,
  ) {
    const { from } = call
    const event = { spoke: false }
    super(
      (delta) => {
        if (delta.channel === 'toolCall') return
        event.spoke = true
        emit(delta)
      },
      { ...options, ...(from === undefined ? {} : { midway: { reasoning: from.reasoning } }) },
    )
    this.#event = event
    this.#emit = emit
    this.#call = call
    this.#options = options
    this.#checkpoint = from
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint
  }

  override get replay(): Replay | undefined {
    if (this.#output.length > 0) return replayOf(this.#output, this.#options.origin)
    return this.#call.from === undefined ? super.replay : undefined
  }

  override end(): ReadEnd {
    const end = super.end()
    const whole = this.#call.from === undefined ? '' : textIn(this.#output)
    return whole === '' || end.outcome === 'failed' ? end : { ...end, text: whole }
  }

  protected override get brought(): Brought {
    const { toolCalls, refusal, laxDone } = super.brought
    return {
      toolCalls: toolCalls || toolCallsIn(this.#output).length > 0,
      refusal: refusal || hasRefusal(this.#output),
      laxDone,
    }
  }

  protected override read(chunk: JsonObject, name: string | undefined): Reading {
    const sequence = count(chunk['sequence_number'])
    // Nothing is taken in twice, wherever the vendor begins.
    if (sequence !== undefined && sequence <= (this.#checkpoint?.sequence ?? -1)) return 'open'
    if (this.#checkpoint === undefined) this.#begin(chunk['response'], sequence)
    const type = chunk['type'] ?? name
    if (type === 'response.output_item.done' && isObject(chunk['item'])) {
      this.#done.set(chunk['output_index'], chunk['item'])
    }
    if (ENDS.has(type)) this.#takeOutput(chunk['response'])
    this.#event.spoke = false
    const reading = super.read(chunk, name)
    if (reading === 'error') this.#mark(undefined)
    else if (this.#event.spoke) this.#advance(sequence)
    return reading
  }

  #begin(response: unknown, sequence: number | undefined): void {
    const id = isObject(response) ? text(response['id']) : undefined
    if (id === undefined || id.length > MAX_ID_LENGTH || sequence === undefined) return
    this.#mark({ response: id, sequence, account: this.#options.account(id) })
  }

  /** An event without a number leaves no place to read on from. */
  #advance(sequence: number | undefined): void {
    const { reasoning } = this
    const before = this.#checkpoint
    if (before === undefined) return
    this.#mark(sequence === undefined ? undefined : { ...before, sequence, reasoning })
  }

  #takeOutput(response: unknown): void {
    this.#output = itemsOf(response)
    const items = this.#output.length > 0 ? this.#output : [...this.#done.values()]
    for (const call of toolCallsIn(items)) this.#emit(call)
  }

  #mark(checkpoint: Checkpoint | undefined): void {
    this.#checkpoint = checkpoint
    this.#call.checkpoint?.(checkpoint)
  }
}
