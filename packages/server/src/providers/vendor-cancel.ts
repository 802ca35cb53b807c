/** Tells a vendor to end an answer that it goes on writing by itself. */
import { streamOf } from './upstream.ts'
import { type Clock, realClock } from './wait.ts'

const TRIES = 3
const PAUSE_MS = 500
/** All in all: a relay that is about to leave waits for it. */
const LIMIT_MS = 5000

export interface VendorCancel {
  /** Rejects where the vendor refuses or cannot be reached. */
  readonly post: (signal: AbortSignal) => Promise<Response>
  /** Whether the vendor has answered for good, such as that there is nothing to cancel. */
  readonly isFinal: (error: unknown) => Promise<boolean>
  readonly clock?: Clock
}

/** Resolves with whether the vendor has answered. Never rejects. */
export async function cancelAtVendor({
  post,
  isFinal,
  clock = realClock,
}: VendorCancel): Promise<boolean> {
  const signal = AbortSignal.timeout(LIMIT_MS)
  for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
    if (tries > 0) await clock.wait(PAUSE_MS, signal)
    try {
      const response = await post(signal)
      const body = streamOf(response)
      body?.on('error', () => {}).resume()
      return true
    } catch (error) {
      if (await isFinal(error)) return true
    }
  }
  return false
}
