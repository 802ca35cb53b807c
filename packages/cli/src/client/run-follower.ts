/** One run as a client follows it: which chunks are new, whether any is missing, whether the text is the relay's. */
import type { DeltaChunk, EndChunk, ResumedMessage, StreamChunk } from '@speak-code/protocol'
import { TextHash } from './text-hash.ts'

/** All that a run has said, by channel. */
export interface RunText {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
}

/** What a chunk or a `resumed` means for those who follow the run. */
export type Outcome =
  /** A piece of the answer: tell it. */
  | { readonly kind: 'next'; readonly chunk: DeltaChunk }
  /** Known already, or told later: nothing to do. */
  | { readonly kind: 'nothing' }
  /** Something is missing: resume after `seq`. */
  | { readonly kind: 'gap' }
  /** The text is not the relay's: resume after `seq`, which is 0 again. */
  | { readonly kind: 'mismatch' }
  /** All that was told is replaced by `text`, which reaches up to `seq`. */
  | { readonly kind: 'replaced'; readonly seq: number; readonly text: RunText }
  /** The run is over. With `text` the answer was read again and replaces what was told. */
  | {
      readonly kind: 'end'
      readonly chunk: EndChunk
      readonly verified: boolean
      readonly text?: RunText
    }
  /** The relay does not know the run (any more). */
  | { readonly kind: 'lost' }

const NOTHING: Outcome = { kind: 'nothing' }
const GAP: Outcome = { kind: 'gap' }
const MISMATCH: Outcome = { kind: 'mismatch' }
const LOST: Outcome = { kind: 'lost' }

/** An answer that is read a second time, from its start. */
class Rereading {
  readonly ended: EndChunk | undefined
  text = ''
  reasoning = ''
  refusal = ''

  constructor(ended: EndChunk | undefined) {
    this.ended = ended
  }

  add(chunk: DeltaChunk): void {
    this[chunk.channel ?? 'text'] += chunk.delta
  }

  get all(): RunText {
    return { text: this.text, reasoning: this.reasoning, refusal: this.refusal }
  }
}

export class RunFollower {
  #seq: number
  #hash = new TextHash()
  /** A resume is out: what comes before its answer may be from another place. */
  #asked = false
  /** The text came whole, so the end's seq says nothing. */
  #snapshot = false
  #rereading: Rereading | undefined
  #ended = false

  /**
   * @param seq the last seq that is known, 0 for none
   * @param text the answer's text up to there
   */
  constructor(seq = 0, text = '') {
    this.#seq = seq
    this.#hash.update(text)
  }

  /** The last seq taken: a resume goes on after it. */
  get seq(): number {
    return this.#seq
  }

  /** Takes the next chunk of the run, whether it is new or not. */
  take(chunk: StreamChunk): Outcome {
    if (this.#ended) return NOTHING
    if (chunk.done) return this.#takeEnd(chunk)
    if (chunk.seq <= this.#seq) return NOTHING
    if (chunk.seq !== this.#seq + 1) return this.#missing()
    this.#seq = chunk.seq
    if (chunk.channel === undefined) this.#hash.update(chunk.delta)
    if (this.#rereading === undefined) return { kind: 'next', chunk }
    this.#rereading.add(chunk)
    return NOTHING
  }

  /** A resume after `seq` has been sent. */
  asked(): void {
    this.#asked = true
  }

  /** The connection is gone, and with it what was asked on it. */
  disconnected(): void {
    this.#asked = false
  }

  /** Takes the answer to a resume. */
  resumed(message: ResumedMessage): Outcome {
    this.#asked = false
    if (this.#ended) return NOTHING
    switch (message.mode) {
      case 'replay':
        return NOTHING
      case 'snapshot':
        return this.#takeSnapshot(message)
      case 'lost': {
        const ended = this.#rereading?.ended
        if (ended === undefined) return LOST
        this.#ended = true
        return { kind: 'end', chunk: ended, verified: false }
      }
    }
  }

  #missing(): Outcome {
    if (this.#asked) return NOTHING
    return GAP
  }

  #takeEnd(chunk: EndChunk): Outcome {
    if (chunk.seq > this.#seq + 1 && !this.#snapshot) return this.#missing()
    // An end at or before what is known belongs to another text than the one that was told.
    const fits = chunk.seq > this.#seq || this.#snapshot
    const verified = fits && this.#hash.digest() === chunk.textSha256
    if (!verified && this.#rereading === undefined) {
      this.#restart(chunk)
      return MISMATCH
    }
    this.#ended = true
    const text = this.#rereading?.all
    return { kind: 'end', chunk, verified, ...(text === undefined ? {} : { text }) }
  }

  #restart(ended: EndChunk): void {
    this.#seq = 0
    this.#hash = new TextHash()
    this.#snapshot = false
    this.#rereading = new Rereading(ended)
  }

  #takeSnapshot(message: ResumedMessage): Outcome {
    const { text = '', reasoning = '', refusal = '' } = message
    // Should a relay count the end, which is still to come, then a resume after it would never bring it.
    this.#seq = Math.max(0, message.seq - 1)
    this.#snapshot = true
    this.#hash = new TextHash()
    this.#hash.update(text)
    if (this.#rereading === undefined) {
      return { kind: 'replaced', seq: message.seq, text: { text, reasoning, refusal } }
    }
    Object.assign(this.#rereading, { text, reasoning, refusal })
    return NOTHING
  }
}
