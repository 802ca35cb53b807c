/**
 * Holds view and composer and tells whoever draws when they change. Deltas are gathered here: the first is drawn at once,
 * those that follow together after a frame's time. They change the answer alone, which React does not draw.
 */
import type { SessionEvent } from '../chat/session-events.ts'
import type { Clock } from '../client/clock.ts'
import type { Picker } from './picker/picker-state.ts'
import { compose, type Composer, type ComposerAction } from './composer/composer-state.ts'
import { answerRows, TICK_MS } from './region/answer-rows.ts'
import type { AnswerRows } from './compositor/compositor.ts'
import type { DragPace } from './drag-pace.ts'
import { EventOrder } from './event-order.ts'
import { tailOf } from './live-answer.ts'
import { extentOf, view, type ViewAction, type ViewState } from './view-state.ts'
import type { StyledRow } from '../terminal/styled-row.ts'

/**
 * At most 30 frames a second. Pieces come in gulps, less often (`readInGulps`): each is drawn as it comes, for to be woken
 * once more costs as much as to draw. What is typed is drawn at once.
 */
const FRAME_MS = 34

export interface Screen {
  readonly view: ViewState
  readonly composer: Composer
  /** A list that is open in the composer's place. */
  readonly overlay?: Picker | undefined
}

type Delta = Extract<SessionEvent, { type: 'delta' }>

const STILL = { isStill: () => true, drag: undefined }

export class ScreenStore {
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()
  readonly #answerListeners = new Set<() => void>()
  readonly #order: EventOrder
  #screen: Screen
  #region: Screen
  #tail: { readonly view: ViewState; readonly rows: readonly StyledRow[] } | undefined
  #gathered: Delta[] = []
  #flushedAt = 0
  #cancelFlush: (() => void) | undefined
  #cancelTick: (() => void) | undefined
  readonly #window: Pick<DragPace, 'isStill' | 'drag'>

  /** While `window` is dragged deltas are only gathered: for which width they are to be laid out is not known yet. */
  constructor(clock: Clock, screen: Screen, window: Pick<DragPace, 'isStill' | 'drag'> = STILL) {
    this.#clock = clock
    this.#window = window
    this.#screen = screen
    this.#region = screen
    this.#order = new EventOrder(clock, (action) => {
      this.#dispatch(action)
    })
  }

  readonly snapshot = (): Screen => this.#screen

  /** The screen as of the last change to anything but the answer. */
  readonly region = (): Screen => this.#region

  /** Tells of changes to `region`. Returns the function that ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells of changes to `takeAnswer`. */
  onAnswer(listener: () => void): void {
    this.#answerListeners.add(listener)
  }

  /** The rows to print since the last call, and the answer's open end. */
  takeAnswer(): AnswerRows {
    const { printed, live } = this.#screen.view
    if (printed.length > 0) this.#reduce({ type: 'printed' })
    return {
      printed,
      tail: this.#tailRows(),
      news: answerRows(this.#screen.view),
      isOpen: live !== undefined,
    }
  }

  /** What is told of the past is drawn when its code can be, and what belongs below it then. */
  dispatch(action: ViewAction): void {
    if (action.type === 'left') this.#order.flush()
    this.#order.take(action)
  }

  #dispatch(action: ViewAction): void {
    if (action.type === 'delta') {
      this.#gather(action)
      return
    }
    // What has come while the window was dragged is laid out for the size that it has.
    const { drag } = this.#window
    if (action.type !== 'resized' && drag !== undefined) {
      this.#reduce({ type: 'resized', ...drag.size, least: drag.least })
    }
    if (action.type !== 'resized') this.#takeGathered()
    this.#reduce(action)
    this.#takeGathered()
    this.#tell()
  }

  compose(action: ComposerAction): void {
    const composer = compose(this.#screen.composer, action)
    if (composer === this.#screen.composer) return
    this.#screen = { ...this.#screen, composer }
    this.#tell()
  }

  /** Shows a list in the composer's place; undefined brings the composer back. */
  overlay(overlay: Picker | undefined): void {
    this.#screen = { ...this.#screen, overlay }
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
    this.#cancelFlush = left <= 0 ? this.#flushNow() : this.#clock.after(left, this.#flush)
  }

  /** With all that has come together with this delta, in one turn of the event loop. Returns the function that stops it. */
  #flushNow(): () => void {
    const immediate = setImmediate(this.#flush)
    return () => {
      clearImmediate(immediate)
    }
  }

  readonly #flush = (): void => {
    const { live } = this.#screen.view
    if (!this.#window.isStill()) {
      this.#cancelFlush = undefined
      this.#flushedAt = this.#clock.now()
      return
    }
    this.#takeGathered()
    if (live === undefined) {
      this.#tell()
    } else {
      this.#tickAfresh()
      this.#tellAnswer()
    }
  }

  #tailRows(): readonly StyledRow[] {
    const { view: now } = this.#screen
    const { live } = now
    if (live === undefined) return []
    const known = this.#tail
    const isSame =
      known?.view.live === live &&
      known.view.columns === now.columns &&
      known.view.rows === now.rows
    const rows = isSame ? known.rows : tailOf(live, extentOf(now))
    this.#tail = { view: now, rows }
    return rows
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

  #tick(): void {
    const isRegion = ticksRegion(this.#screen.view)
    if (this.#window.isStill()) this.#takeGathered()
    this.#reduce({ type: 'tick', now: this.#clock.now() })
    if (isRegion) {
      this.#tell()
    } else {
      this.#tickLater()
      this.#tellAnswer()
    }
  }

  /** What of the answer depends on the time has just been drawn with it. */
  #tickAfresh(): void {
    if (ticksRegion(this.#screen.view)) return
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#tickLater()
  }

  #tickLater(): void {
    if (this.#cancelTick === undefined && isTicking(this.#screen.view)) {
      this.#cancelTick = this.#clock.after(TICK_MS, () => {
        this.#cancelTick = undefined
        this.#tick()
      })
    }
  }

  #tell(): void {
    this.#tickLater()
    this.#region = this.#screen
    for (const listener of this.#listeners) listener()
    this.#tellAnswer()
  }

  #tellAnswer(): void {
    for (const listener of this.#answerListeners) listener()
  }
}

/** Whether anything on the screen depends on the time. */
function isTicking(state: ViewState): boolean {
  return state.live !== undefined || ticksRegion(state)
}

/** Whether anything below the answer does. */
function ticksRegion({ connection, flash, waiting }: ViewState): boolean {
  return (
    flash !== undefined ||
    connection?.retryAt !== undefined ||
    waiting.some(({ at }) => at !== undefined)
  )
}
