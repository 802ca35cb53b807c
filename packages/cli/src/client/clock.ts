/** Time, so that tests can have their own. */

export interface Clock {
  /** Milliseconds since 1970, by the wall clock: it goes on while the machine sleeps. */
  now(): number
  /** Calls `callback` once after `ms` milliseconds of waking time. Returns the function that prevents it. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => {
      clearTimeout(timer)
    }
  },
}
