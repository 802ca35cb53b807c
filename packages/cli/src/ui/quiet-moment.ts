/** Does something dear once, when nobody types: what blocks the program for a tenth of a second would hold back a key. */
import type { Clock } from '../client/clock.ts'

export interface QuietMomentParts {
  readonly clock: Clock
  /** So long nothing was typed, in milliseconds. */
  readonly quietMs: number
  /** The longest that it is put off, in milliseconds. */
  readonly atLatestMs: number
  readonly work: () => void
}

export class QuietMoment {
  readonly #parts: QuietMomentParts
  readonly #latest: number
  #cancel: (() => void) | undefined
  #isOver = false

  constructor(parts: QuietMomentParts) {
    this.#parts = parts
    this.#latest = parts.clock.now() + parts.atLatestMs
    this.#wait()
  }

  /** Something was typed. */
  disturbed(): void {
    if (this.#isOver) return
    this.#cancel?.()
    this.#wait()
  }

  /** Does it at once, if it is not done. */
  now(): void {
    if (this.#isOver) return
    this.cancel()
    this.#parts.work()
  }

  /** It will not be done any more. */
  cancel(): void {
    this.#isOver = true
    this.#cancel?.()
  }

  #wait(): void {
    const { clock, quietMs } = this.#parts
    const left = Math.max(0, Math.min(quietMs, this.#latest - clock.now()))
    this.#cancel = clock.after(left, () => {
      this.now()
    })
  }
}
