/**
 * Reads the events of one `streamGenerateContent?alt=sse`. The dialect's end mark is the finish reason; it has no `[DONE]`,
 * and older models send the reason with every chunk, so that the body is read to its end.
 */
import { randomUUID } from 'node:crypto'
import { endOf, googleUsage } from './google-end.ts'
import { replayOf, type Signature } from './google-map.ts'
import { isObject, type JsonObject, text } from './json.ts'
import { JsonStreamReader } from './json-stream-reader.ts'
import type { ProviderDelta, ProviderUsage, Replay } from './provider.ts'
import type { ReadEnd, Reading } from './stream-reader.ts'

/** Longer than all signatures of an answer may be, in characters; further ones are not kept. */
const SIGNATURES_LENGTH = 1024 * 1024

export class GoogleReader extends JsonStreamReader {
  readonly #emit: (delta: ProviderDelta) => void
  #finishReason: string | undefined
  #blockReason: string | undefined
  #responseId: string | undefined
  /** The vendor's last `usageMetadata`. */
  #usage: unknown
  #anyOutput = false
  #calls = 0
  /** Of the answer's text so far, in UTF-16 code units. */
  #textLength = 0
  readonly #signatures: Signature[] = []
  #signaturesLength = 0

  /** `emit` is called synchronously for each delta, of text never with an empty one. */
  constructor(emit: (delta: ProviderDelta) => void) {
    super()
    this.#emit = emit
  }

  get finished(): boolean {
    return this.#finishReason !== undefined || this.#blockReason !== undefined
  }

  get usage(): ProviderUsage | undefined {
    return googleUsage(this.#usage, this.#anyOutput)
  }

  get replay(): Replay | undefined {
    return replayOf(this.#signatures)
  }

  end(): ReadEnd {
    return endOf({
      finishReason: this.#finishReason,
      blockReason: this.#blockReason,
      calledTools: this.#calls > 0,
    })
  }

  /** After a finish reason the end of the body confirms it. */
  override bodyEnd(rest: string): Reading {
    const reading = super.bodyEnd(rest)
    return reading === 'open' && this.finished ? 'done' : reading
  }

  protected read(chunk: JsonObject, name?: string): Reading {
    if (name === 'error') return this.fail(chunk)
    return Array.isArray(chunk) ? this.#readAll(chunk) : this.#readChunk(chunk)
  }

  /** An array of chunks in one event. */
  #readAll(chunks: readonly unknown[]): Reading {
    for (const chunk of chunks) {
      if (isObject(chunk) && this.#readChunk(chunk) === 'error') return 'error'
    }
    return this.standing
  }

  #readChunk(chunk: JsonObject): Reading {
    let candidates: unknown
    let failed = false
    for (const name in chunk) {
      const value = chunk[name]
      if (value === null) continue
      if (name === 'candidates') candidates = value
      else if (name === 'usageMetadata' && isObject(value)) this.#usage = value
      else if (name === 'responseId') this.#responseId ??= text(value)
      else if (name === 'promptFeedback' && isObject(value)) {
        this.#blockReason ??= text(value['blockReason'])
      } else if (name === 'error') failed = true
    }
    if (Array.isArray(candidates)) this.#readCandidate(candidates[0])
    return failed ? this.fail(chunk) : this.standing
  }

  #readCandidate(candidate: unknown): void {
    if (!isObject(candidate)) return
    const { index, content, finishReason } = candidate
    if (index !== undefined && index !== 0 && index !== null) return
    const parts = isObject(content) ? content['parts'] : undefined
    if (Array.isArray(parts)) for (const part of parts) this.#readPart(part)
    const reason = text(finishReason)
    // A STOP that comes with every chunk says less than the reason that comes last.
    if (reason !== undefined && (this.#finishReason ?? 'STOP') === 'STOP') {
      this.#finishReason = reason
    }
  }

  #readPart(part: unknown): void {
    if (!isObject(part)) return
    const { functionCall } = part
    const signature = text(part['thoughtSignature'])
    if (isObject(functionCall)) {
      if (signature !== undefined) this.#keep({ signature, call: this.#calls })
      this.#call(functionCall)
      return
    }
    const from = this.#textLength
    const said = text(part['text'])
    if (said !== undefined) this.#say(said, part['thought'] === true)
    if (signature !== undefined) this.#keep({ signature, from, to: this.#textLength })
  }

  #say(said: string, thought: boolean): void {
    this.#anyOutput = true
    if (!thought) this.#textLength += said.length
    this.#emit({ channel: thought ? 'reasoning' : 'text', text: said })
  }

  /** A call comes whole, in one part, and most often without an id. */
  #call(functionCall: JsonObject): void {
    const index = this.#calls
    this.#calls += 1
    this.#anyOutput = true
    const name = text(functionCall['name'])
    const made =
      this.#responseId === undefined ? randomUUID() : `${this.#responseId}_${String(index)}`
    this.#emit({
      channel: 'toolCall',
      index,
      id: text(functionCall['id']) ?? `call_${made}`,
      ...(name === undefined ? {} : { name }),
      text: JSON.stringify(functionCall['args'] ?? {}),
    })
  }

  #keep(signature: Signature): void {
    this.#signaturesLength += signature.signature.length
    if (this.#signaturesLength <= SIGNATURES_LENGTH) this.#signatures.push(signature)
  }
}
