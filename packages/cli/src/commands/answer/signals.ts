/** The signals that end a command which asks or follows. */
import { exitCodeOfSignal, type LeavingSignal } from '../../exit-code.ts'

export interface Signals {
  /**
   * Calls `listener` for the first signal of each kind; a second SIGINT leaves the program at once.
   * Returns the function that stops it.
   */
  on(listener: (signal: LeavingSignal) => void): () => void
}

const LEAVING: readonly LeavingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export const processSignals: Signals = {
  on(listener) {
    const received = new Set<LeavingSignal>()
    const handle = (signal: NodeJS.Signals): void => {
      const known = LEAVING.find((name) => name === signal)
      if (known === undefined) return
      if (!received.has(known)) {
        received.add(known)
        listener(known)
      } else if (known === 'SIGINT') {
        process.exit(exitCodeOfSignal(known))
      }
    }
    for (const signal of LEAVING) process.on(signal, handle)
    return () => {
      for (const signal of LEAVING) process.off(signal, handle)
    }
  },
}
