/**
 * Lets several speakers speak one after another: what comes out of turn waits until those before have ended.
 * Speakers are numbered from 0 in their order.
 */
export class Turns {
  #current = 0
  readonly #waiting = new Map<number, (() => void)[]>()
  readonly #ended = new Set<number>()

  /** Runs `speak` now if it is this speaker's turn, else when it comes. */
  say(speaker: number, speak: () => void): void {
    if (speaker === this.#current) {
      speak()
      return
    }
    const queue = this.#waiting.get(speaker) ?? []
    queue.push(speak)
    this.#waiting.set(speaker, queue)
  }

  /** This speaker says nothing more. */
  end(speaker: number): void {
    this.#ended.add(speaker)
    while (this.#ended.has(this.#current)) {
      this.#current += 1
      const queue = this.#waiting.get(this.#current) ?? []
      this.#waiting.delete(this.#current)
      for (const speak of queue) speak()
    }
  }
}
