/** Ends a run that nobody has followed for a while (L6). */
export class OrphanTimer {
  readonly #ms: number
  readonly #abandon: () => void
  #timer: NodeJS.Timeout | undefined
  #count = 0
  #begun = false

  /** `ms` 0: never. */
  constructor(ms: number, abandon: () => void) {
    this.#ms = ms
    this.#abandon = abandon
  }

  /** To be told whenever the number of followers has changed. */
  followers(count: number): void {
    this.#count = count
    if (this.#begun) this.begin()
  }

  /** The run is under way: its followers count from now on. */
  begin(): void {
    this.#begun = true
    this.stop()
    if (this.#count > 0 || this.#ms === 0) return
    this.#timer = setTimeout(this.#abandon, this.#ms)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
