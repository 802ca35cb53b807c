/** Whether an answer still fits one snapshot frame; where it would not, the answer is capped. */
import type { Answer } from '../store/store.ts'

/** Room for a snapshot frame's other fields. */
const FRAME_OVERHEAD = 1024

/** JSON writes a code unit in at most this many bytes (`\u0000`). */
const MAX_BYTES_PER_UNIT = 6

export class AnswerSize {
  readonly #limit: number
  #length: number
  /** Exact, in bytes of JSON; counted only from where the length alone does not settle it. */
  #bytes: number | undefined

  /** `maxFrameBytes` is the largest frame, inclusive; `length` is how much of the answer there is already. */
  constructor(maxFrameBytes: number, length = 0) {
    this.#limit = maxFrameBytes - FRAME_OVERHEAD
    this.#length = length
  }

  /** Whether `answer` with `text` added to it still fits. */
  fits(text: string, answer: () => Answer): boolean {
    this.#length += text.length
    if (this.#length * MAX_BYTES_PER_UNIT <= this.#limit) return true
    this.#bytes ??= jsonBytes(Object.values(answer()).join(''))
    this.#bytes += jsonBytes(text)
    return this.#bytes <= this.#limit
  }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2
}
