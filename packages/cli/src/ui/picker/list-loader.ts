/** Reads a long list slice by slice, so that no keystroke waits for it. */
import type { Clock } from '../../client/clock.ts'

/** So many are there before the first frame. */
const FIRST = 100
/** A slice takes a few milliseconds. */
const SLICE = 500
/** Between two slices keys have their turn, in milliseconds. */
const PAUSE_MS = 5

/**
 * Calls `read` with how many are wanted at once, then again and again between other events, until it returns fewer;
 * what it throws then is told to `failed`. Returns how to stop.
 */
export function loadInSlices(
  clock: Clock,
  read: (count: number) => number,
  failed: (error: unknown) => void,
): () => void {
  let cancel: (() => void) | undefined
  const goOn = (): void => {
    cancel = clock.after(PAUSE_MS, () => {
      try {
        if (read(SLICE) === SLICE) goOn()
      } catch (error) {
        failed(error)
      }
    })
  }
  if (read(FIRST) === FIRST) goOn()
  return () => {
    cancel?.()
  }
}
