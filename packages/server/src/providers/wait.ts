/** Waiting and chance, to be replaced in tests. */

export interface Clock {
  /** Resolves after so many ms, at once when the signal is aborted. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** From 0 to less than 1. */
  random(): number
}

/** Before another call, so that the far end has seen the close of the one before, in ms. */
export const BETWEEN_CALLS_MS = 10

/** The longest delay that a timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

export const realClock: Clock = {
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, Math.min(ms, MAX_TIMER_MS))
      signal.addEventListener('abort', finish, { once: true })
    }),
  random: Math.random,
}
