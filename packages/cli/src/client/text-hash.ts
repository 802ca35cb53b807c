/** The SHA-256 of an answer's text as it grows. */
import { createHash } from 'node:crypto'

/** A call into the hash costs about as much as hashing a few hundred bytes, so small deltas are gathered first. */
const GATHERED_UNITS = 8192

/** Deltas never end in half a surrogate pair (CONTRACT.md §1, Bounds); gathering would join the halves anyway. */
export class TextHash {
  readonly #hash = createHash('sha256')
  #gathered = ''

  update(text: string): void {
    this.#gathered += text
    if (this.#gathered.length >= GATHERED_UNITS) this.#take()
  }

  /** Of all the text so far as UTF-8, in hex. */
  digest(): string {
    this.#take()
    return this.#hash.copy().digest('hex')
  }

  #take(): void {
    this.#hash.update(this.#gathered, 'utf8')
    this.#gathered = ''
  }
}
