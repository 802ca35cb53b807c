/**
 * Joins surrogate pairs that a provider cut between two deltas. Half a pair has no UTF-8 form: a file, a hash or a
 * socket would each turn it into U+FFFD, and the answer would differ from place to place.
 */
const REPLACEMENT = '\uFFFD'

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

export class SurrogateJoiner {
  #held: string

  /** `held` is what another joiner held back. */
  constructor(held = '') {
    this.#held = held
  }

  /** A high surrogate that waits for its other half, or nothing. */
  get held(): string {
    return this.#held
  }

  /** Well-formed text: what was held back and `text`, less a high surrogate at its end. May be empty. */
  push(text: string): string {
    if (this.#held === '' && !isHighSurrogate(text.charCodeAt(text.length - 1))) {
      return text.isWellFormed() ? text : text.toWellFormed()
    }
    const joined = this.#held + text
    const last = joined.length - 1
    if (last >= 0 && isHighSurrogate(joined.charCodeAt(last))) {
      this.#held = joined.slice(last)
      return joined.slice(0, last).toWellFormed()
    }
    this.#held = ''
    return joined.toWellFormed()
  }

  /** What was held back and will not find its other half. */
  flush(): string {
    if (this.#held === '') return ''
    this.#held = ''
    return REPLACEMENT
  }
}
