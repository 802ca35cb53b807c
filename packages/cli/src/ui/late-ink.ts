/** Ink, loaded when nobody types: until then the chat is drawn without it. */
import type { Clock } from '../client/clock.ts'
import type { InkRegion, InkRegionParts } from './ink-region.tsx'
import { QuietMoment } from './quiet-moment.ts'

/** Longer than the pause between two keys of somebody who types. */
const QUIET_MS = 250
/** Somebody who never pauses gets modified keys and hand-overs of the terminal at last. */
const AT_LATEST_MS = 2000

export interface LateInkParts extends InkRegionParts {
  readonly clock: Clock
  /** Ink draws from here on. */
  readonly onOpen: () => void
}

export class LateInk {
  readonly #parts: LateInkParts
  readonly #moment: QuietMoment
  #isClosed = false
  #region: Promise<InkRegion | undefined> = Promise.resolve(undefined)

  constructor(parts: LateInkParts) {
    this.#parts = parts
    this.#moment = new QuietMoment({
      clock: parts.clock,
      quietMs: QUIET_MS,
      atLatestMs: AT_LATEST_MS,
      work: () => {
        this.#region = this.#open()
      },
    })
  }

  /** Somebody types. */
  disturbed(): void {
    this.#moment.disturbed()
  }

  /** Something is to be done that only Ink can do. */
  now(): void {
    this.#moment.now()
  }

  /** Resolves when Ink has given back what it has taken of the terminal. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#moment.cancel()
    await (await this.#region)?.close()
  }

  async #open(): Promise<InkRegion | undefined> {
    const { openInkRegion } = await import('./ink-region.tsx')
    if (this.#isClosed) return undefined
    this.#parts.onOpen()
    return openInkRegion(this.#parts)
  }
}
