/** Notices that the machine slept: its timers stand still meanwhile, its wall clock does not. */
import type { Clock } from './clock.ts'

const TICK_MS = 2_000
/** A busy event loop is late by less. */
const SLEPT_MS = 5_000

/** Calls `woke` after each sleep or leap of the clock of more than 5 s. Returns the function that stops it. */
export function watchSleep(clock: Clock, woke: () => void): () => void {
  let stop: (() => void) | undefined
  const tick = (planned: number): void => {
    stop = clock.after(TICK_MS, () => {
      const now = clock.now()
      tick(now + TICK_MS)
      if (now - planned > SLEPT_MS) woke()
    })
  }
  tick(clock.now() + TICK_MS)
  return () => {
    stop?.()
  }
}
