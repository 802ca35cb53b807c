/** How many rows of the screen are free below what is drawn: known once a screenful has been drawn. */

export class FreeRows {
  #free: number | undefined
  #drawn = 0

  /** Undefined while nobody knows. */
  get count(): number | undefined {
    return this.#free
  }

  /** So many rows more are drawn, or fewer where it is negative, on a screen of `rows`. */
  grown(count: number, rows: number): void {
    if (this.#free !== undefined) {
      this.#free = Math.max(0, this.#free - count)
      return
    }
    this.#drawn += Math.max(0, count)
    if (this.#drawn >= rows && count >= 0) this.#free = 0
  }

  forget(): void {
    this.#free = undefined
    this.#drawn = 0
  }
}
