/** Holds drawing back while the window is dragged: what is drawn for one size must not reach the terminal at the next. */
import type { Clock } from '../client/clock.ts'

interface Size {
  readonly columns: number
  readonly rows: number
}

/** The window stands still when it has had its size for so long, in milliseconds. */
const STILL_MS = 150
/** tmux tells a program of sizes that follow each other not more often than every 250 ms. */
const STILL_IN_TMUX_MS = 300

/** How long a terminal with these variables must have had its size to stand still, in milliseconds. */
export function stillMsOf(env: NodeJS.ProcessEnv): number {
  return (env['TMUX'] ?? '') === '' ? STILL_MS : STILL_IN_TMUX_MS
}

/** A drag that is under way: the size that the window has, and the smallest that it had in each direction. */
interface Drag {
  readonly size: Size
  readonly least: Size
}

export interface DragPaceParts {
  readonly clock: Clock
  /** The window stands still when it has had its size for so long, in milliseconds. */
  readonly stillMs: number
  /** Has `resized` called where the window's size has changed and its signal is still to come. */
  readonly checkSize: () => void
  /** The window stands still. `least` is the smallest that it was in each direction. */
  readonly onStill: (size: Size, least: Size) => void
}

export class DragPace {
  readonly #parts: DragPaceParts
  #drag: Drag | undefined
  #cancel: (() => void) | undefined

  constructor(parts: DragPaceParts) {
    this.#parts = parts
  }

  /** Undefined while the window stands still. */
  get drag(): Drag | undefined {
    return this.#drag
  }

  readonly isStill = (): boolean => {
    this.#parts.checkSize()
    return this.#drag === undefined
  }

  /** The window has another size. */
  resized(size: Size): void {
    const { clock, stillMs } = this.#parts
    const { columns, rows } = this.#drag?.least ?? size
    const least = { columns: Math.min(columns, size.columns), rows: Math.min(rows, size.rows) }
    this.#drag = { size, least }
    this.#cancel?.()
    this.#cancel = clock.after(stillMs, () => {
      this.#waited(size)
    })
  }

  /** Tells of nothing more. */
  stop(): void {
    this.#cancel?.()
  }

  #waited(size: Size): void {
    this.#parts.checkSize()
    const drag = this.#drag
    if (drag === undefined || drag.size !== size) return
    this.#drag = undefined
    this.#parts.onStill(size, drag.least)
  }
}
