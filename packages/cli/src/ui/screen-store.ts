/**
 * Holds view and composer and tells whoever draws when they change. Deltas are gathered here, outside React: the first
 * is drawn at once, those that follow together after a frame's time.
 */
import type { SessionEvent } from '../chat/session-events.ts'
import type { Clock } from '../client/clock.ts'
import { compose, type Composer, type ComposerAction } from './composer/composer-state.ts'
import { TICK_MS } from './region/answer-rows.ts'
import { view, type ViewAction, type ViewState } from './view-state.ts'

/** 30 frames a second. */
const FRAME_MS = 33

export interface Screen {
  readonly view: ViewState
  readonly composer: Composer
}

type Delta = Extract<SessionEvent, { type: 'delta' }>

export class ScreenStore {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  #screen: Screen
  #gathered: Delta[] = []
  #flushedAt = 0
  #cancelFlush: (() => void) | undefined
  #cancelTick: (() => void) | undefined

  constructor(clock: Clock, screen: Screen) {
    this.#clock = clock
    this.#screen = screen
  }

  readonly snapshot = (): Screen => this.#screen

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  dispatch(action: ViewAction): void {
    if (action.type === 'delta') {
      this.#gather(action)
      return
    }
    this.#takeGathered()
    this.#reduce(action)
    this.#tell()
  }

  compose(action: ComposerAction): void {
    const composer = compose(this.#screen.composer, action)
    if (composer === this.#screen.composer) return
    this.#screen = { ...this.#screen, composer }
    this.#tell()
  }

  /** Stops its timers. */
  stop(): void {
    this.#cancelFlush?.()
    this.#cancelTick?.()
  }

  #gather(delta: Delta): void {
    const last = this.#gathered.at(-1)
    if (last !== undefined && last.channel === delta.channel) {
      this.#gathered[this.#gathered.length - 1] = { ...last, delta: last.delta + delta.delta }
    } else {
      this.#gathered.push(delta)
    }
    if (this.#cancelFlush !== undefined) return
    const left = this.#flushedAt + FRAME_MS - this.#clock.now()
    if (left <= 0) {
      this.#flush()
    } else {
      this.#cancelFlush = this.#clock.after(left, () => {
        this.#flush()
      })
    }
  }

  #flush(): void {
    this.#takeGathered()
    this.#tell()
  }

  #takeGathered(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    if (this.#gathered.length === 0) return
    this.#flushedAt = this.#clock.now()
    const gathered = this.#gathered
    this.#gathered = []
    for (const delta of gathered) this.#reduce(delta)
  }

  #reduce(action: ViewAction): void {
    const now = this.#clock.now()
    this.#screen = { ...this.#screen, view: view({ ...this.#screen.view, now }, action) }
  }

  #tell(): void {
    if (this.#cancelTick === undefined && isTicking(this.#screen.view)) {
      this.#cancelTick = this.#clock.after(TICK_MS, () => {
        this.#cancelTick = undefined
        this.dispatch({ type: 'tick', now: this.#clock.now() })
      })
    }
    for (const listener of this.#listeners) listener()
  }
}

/** Whether anything on the screen depends on the time. */
function isTicking({ live, connection, flash, waiting }: ViewState): boolean {
  return (
    live !== undefined ||
    flash !== undefined ||
    connection?.retryAt !== undefined ||
    waiting.some(({ at }) => at !== undefined)
  )
}
