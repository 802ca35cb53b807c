/** A clock that stands still until it is told to go on. */
import type { Clock } from '../clock.ts'

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** Lets everything that is under way in this process happen: microtasks and one turn of the event loop. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

export class FakeClock implements Clock {
  #waking = 0
  #wall = 1_790_000_000_000
  readonly #timers = new Set<Timer>()

  now(): number {
    return this.#wall + this.#waking
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#waking + ms, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** Goes on by `ms` milliseconds, timer by timer, and lets what they start happen. */
  async advance(ms: number): Promise<void> {
    const until = this.#waking + ms
    await settled()
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#waking = Math.max(this.#waking, next.due)
      this.#timers.delete(next)
      next.callback()
      await settled()
    }
    this.#waking = until
  }

  /** The machine sleeps: the wall clock goes on, the timers do not. */
  sleep(ms: number): void {
    this.#wall += ms
  }

  #next(until: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due <= until && (first === undefined || timer.due < first.due)) first = timer
    }
    return first
  }
}
