/** A word about the last key, for a moment. */
import type { Clock } from '../client/clock.ts'
import type { ScreenStore } from './screen-store.ts'

/** So long it is shown, in milliseconds. */
const GLANCE_MS = 1500
/** The same for one that has to be read. */
export const NOTE_MS = 5000

/** Shows a word for `ms` milliseconds, or for a glance. */
export type Flash = (text: string, ms?: number) => void

export function flashOn(screen: ScreenStore, clock: Clock): Flash {
  return (text, ms = GLANCE_MS) => {
    screen.dispatch({ type: 'flash', text, until: clock.now() + ms })
  }
}
