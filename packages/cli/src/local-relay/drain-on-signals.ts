/** How a relay's process ends: SIGTERM or SIGINT drains it, a second one ends it at once (CONTRACT.md §1, "Draining"). */
import type { Relay } from '@speak-code/server'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

export interface Leaving {
  /** It was told to leave, in whatever way. */
  readonly begun: boolean
  /** Drains the relay, once. */
  readonly drain: () => void
}

/** Listens until the relay has closed. Where something else makes it leave, a signal is the second word. */
export function drainOnSignals(relay: Relay): Leaving {
  let begun = false
  const drain = (): void => {
    if (begun) return
    begun = true
    void relay.drain()
  }
  const onSignal = (): void => {
    if (begun) void relay.stop()
    else drain()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  void relay.closed.finally(() => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  })
  return {
    get begun() {
      return begun
    },
    drain,
  }
}
