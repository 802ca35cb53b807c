/** A clock that goes faster than the world, so that heartbeats and back-off do not have to be waited for. */
import type { Clock } from '../src/client/clock.ts'

/** How much faster. A heartbeat of 25 s comes each 1.25 s, and its answer has half a second. */
const SPEED = 20

export function fastClock(): Clock {
  const began = Date.now()
  return {
    now: () => began + (Date.now() - began) * SPEED,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms / SPEED)
      return () => {
        clearTimeout(timer)
      }
    },
  }
}
