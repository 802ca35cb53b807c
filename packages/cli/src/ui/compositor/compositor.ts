/**
 * What the terminal shows below what is printed: the open end of the answer, and Ink's frame under it. Rows are printed
 * by leaving them where they are: what was the open end becomes a part of the scrollback without being written again.
 */
import type { StyledRow } from '../../terminal/styled-row.ts'
import {
  brokenRow,
  cutRow,
  EMPTY_ROW,
  sameRow,
  type CellPaint,
  CellRows,
  type CellRow,
} from './cell-row.ts'
import { FreeRows } from './free-rows.ts'
import { EMPTY_FRAME, readInk, type InkFrame } from './ink-frame.ts'
import { MovedRows } from './moved-rows.ts'
import type { Reflow } from './reflow.ts'
import { regionAnew, regionUpdate, type Region } from './region-update.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What is to be shown of the answer. */
export interface AnswerRows {
  /** Rows to print for good, above the open end; each is given once. */
  readonly printed: readonly StyledRow[]
  readonly tail: readonly StyledRow[]
  /** What is told of the answer, below its open end. */
  readonly news: readonly StyledRow[]
  /** Whether more may come. */
  readonly isOpen: boolean
}

export interface CompositorParts {
  /** Takes what was printed since the last call, and the open end as it is. */
  readonly answer: () => AnswerRows
  readonly paint: CellPaint
  readonly write: (text: string) => void
  readonly size: Size
  readonly reflow: Reflow
  /** Asked before each frame: nothing is drawn while the window is being dragged. */
  readonly isStill?: () => boolean
}

/** Frames are shown as one where the terminal can; rows are never wrapped, whatever its width has become meanwhile. */
const FRAME_BEGIN = '\u001b[?2026h\u001b[?25l\u001b[?7l'
const FRAME_END = '\u001b[?7h'
const SHOW_CURSOR = '\u001b[?25h'
const SHOW_FRAME = '\u001b[?2026l'

const CLEAR_SCREEN = '\u001b[H\u001b[2J'

const NOTHING: Region = { rows: [], cursor: { x: 0, y: 0 } }

export class Compositor {
  readonly #parts: CompositorParts
  #size: Size
  #ink = EMPTY_FRAME
  #standIn: InkFrame | undefined
  readonly #cells: CellRows
  #shown = NOTHING
  /** How many of the rows shown are the answer's. */
  #tailHeight = 0
  readonly #free = new FreeRows()
  /** The rows shown, where the terminal has moved them. */
  #moved: MovedRows | undefined
  #anew: 'no' | 'region' | 'screen' = 'no'
  #isScheduled = false
  #state: 'drawing' | 'released' | 'closed' = 'drawing'

  constructor(parts: CompositorParts) {
    this.#parts = parts
    this.#cells = new CellRows(parts.paint)
    this.#size = parts.size
  }

  /** Takes what Ink writes. */
  ink(write: string): void {
    const { frame, through } = readInk(this.#ink, write)
    this.#ink = frame
    if (frame.rows.length > 0 && frame.isCursorShown) this.#standIn = undefined
    if (through !== '') this.#parts.write(through)
    this.changed()
  }

  /** Shows `frame` in the place of Ink's, until Ink has drawn one with its cursor. */
  standIn(frame: InkFrame): void {
    this.#standIn = frame
    this.changed()
  }

  /** Something is to be drawn: at the end of this turn, with all that changes until then. */
  changed(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  /** The terminal has another size. What is on it was moved by the terminal; it is drawn again below what is printed. */
  resized(size: Size): void {
    this.#moved ??= new MovedRows(
      { ...this.#shown, free: this.#free.count ?? 0, size: this.#size },
      this.#parts.reflow,
    )
    this.#moved.resize(size)
    this.#size = size
    this.redraw()
  }

  /** Draws everything again that is not printed; with `wipe` at the top of an empty screen. */
  redraw(wipe = false): void {
    if (wipe || this.#anew === 'no') this.#anew = wipe ? 'screen' : 'region'
    this.changed()
  }

  /** Takes what is drawn away and leaves the terminal to somebody else, with a visible cursor below what is printed. */
  release(): void {
    if (this.#state !== 'drawing') return
    this.#leave()
    this.#state = 'released'
  }

  /** Draws again after `release`, from the row of the cursor on. */
  resume(): void {
    if (this.#state !== 'released') return
    this.#state = 'drawing'
    this.#ink = EMPTY_FRAME
    this.#free.forget()
    this.#anew = 'region'
    this.changed()
  }

  /** Prints what there is to print and takes the rest away, for good. */
  close(): void {
    if (this.#state === 'drawing') this.#leave()
    this.#state = 'closed'
  }

  /** Draws what has changed, now. */
  flush(): void {
    if (this.#state !== 'drawing') return
    if (this.#parts.isStill?.() === false) return
    this.#draw(this.#parts.answer(), this.#standIn ?? this.#ink)
  }

  #leave(): void {
    const { printed } = this.#parts.answer()
    this.#draw({ printed, tail: [], news: [], isOpen: false }, EMPTY_FRAME)
    this.#parts.write(SHOW_CURSOR)
    this.#shown = NOTHING
    this.#tailHeight = 0
  }

  #draw({ printed, tail, news, isOpen }: AnswerRows, ink: InkFrame): void {
    const { columns, rows } = this.#size
    this.#cells.frameBegins()
    const fixed = this.#below(news, ink)
    const begin = this.#begin(printed.map((row) => this.#cells.of(row)))
    let rest = begin.rest.flatMap((row) => brokenRow(row, columns))
    let { written } = begin
    const open = tail
      .map((row) => cutRow(this.#cells.of(row), columns))
      .slice(-Math.max(1, rows - 1 - fixed.rows.length))
    // Rows that are changed must be on the screen: what is more than a screenful is printed in parts.
    const room = Math.max(1, rows - fixed.rows.length)
    const held = room > 1 ? open.slice(1 - room) : []
    while (rest.length > 0 && rest.length + open.length > room) {
      const part = rest.slice(0, room - held.length)
      written += this.#turnTo(part, ...this.#unblanked(part.length, held, fixed))
      rest = rest.slice(part.length)
    }
    written += this.#turnTo(rest, isOpen ? this.#padded(rest, open, room) : open, fixed)
    if (written === '') return
    const cursor = ink.isCursorShown ? SHOW_CURSOR : ''
    this.#parts.write(FRAME_BEGIN + written + FRAME_END + cursor + SHOW_FRAME)
  }

  /** Goes to where all is drawn anew, if it is to be, past the rows that the terminal has already. */
  #begin(printed: readonly CellRow[]): { written: string; rest: readonly CellRow[] } {
    const { rows } = this.#size
    const { rows: shown, cursor } = this.#shown
    if (this.#anew === 'no') return { written: '', rest: printed }
    const moved = this.#moved
    this.#moved = undefined
    if (this.#anew === 'screen') {
      this.#shown = NOTHING
      this.#free.forget()
      return { written: CLEAR_SCREEN, rest: printed }
    }
    const differs = printed.findIndex((row, y) => y >= cursor.y || !sameRow(row, shown[y] ?? row))
    const kept = Math.min(differs === -1 ? printed.length : differs, this.#tailHeight)
    const up = moved?.above(kept) ?? cursor.y - kept
    this.#shown = NOTHING
    this.#free.forget()
    this.#tailHeight = 0
    return { written: motionUp(Math.min(up, rows - 1)), rest: printed.slice(kept) }
  }

  /** The rows below the answer that there is room for, and the cursor in them. */
  #below(news: readonly StyledRow[], ink: InkFrame): Region {
    const { columns, rows } = this.#size
    const count = ink.isCursorShown ? Math.max(ink.rows.length, ink.y + 1) : ink.rows.length
    const frame = Array.from({ length: count }, (_, y) => this.#cells.ofPainted(ink.rows[y] ?? ''))
    const all = [...news.map((row) => this.#cells.of(row)), ...frame]
    const kept = all.slice(-Math.max(1, rows - 1)).map((row) => cutRow(row, columns))
    const cursor = ink.isCursorShown
      ? { x: Math.min(ink.x, columns - 1), y: Math.max(0, kept.length - count + ink.y) }
      : { x: 0, y: Math.max(0, kept.length - 1) }
    return { rows: kept, cursor }
  }

  /** The open end with blank rows at its end, so that what stands below it does not jump up where it gets shorter. */
  #padded(printed: readonly CellRow[], open: readonly CellRow[], room: number): CellRow[] {
    const height = Math.min(this.#tailHeight, room - 1) - printed.length
    const missing = Math.max(0, height - open.length)
    return [...open, ...Array.from({ length: missing }, () => EMPTY_ROW)]
  }

  /**
   * What stands below a part that more is printed after. Its blank rows keep the text that stands in their place: the
   * next part is printed there, and a row that was shown must not go blank for a moment.
   */
  #unblanked(above: number, open: readonly CellRow[], fixed: Region): [CellRow[], Region] {
    const kept = (rows: readonly CellRow[], from: number): CellRow[] =>
      rows.map((row, y) => (row.glyphs.length === 0 ? (this.#shown.rows[from + y] ?? row) : row))
    const rows = kept(fixed.rows, above + open.length)
    return [kept(open, above), { ...fixed, rows }]
  }

  #turnTo(printed: readonly CellRow[], open: readonly CellRow[], fixed: Region): string {
    const { columns } = this.#size
    const above = printed.length + open.length
    const { x, y } = fixed.cursor
    const region = { rows: [...printed, ...open, ...fixed.rows], cursor: { x, y: above + y } }
    const written =
      this.#anew === 'no' ? regionUpdate(this.#shown, region, columns) : regionAnew(region, columns)
    this.#anew = 'no'
    this.#free.grown(region.rows.length - this.#shown.rows.length, this.#size.rows)
    this.#shown = {
      rows: region.rows.slice(printed.length),
      cursor: { x, y: open.length + y },
    }
    this.#tailHeight = open.length
    return written
  }
}

function motionUp(rows: number): string {
  return rows > 0 ? `\r\u001b[${rows}A` : '\r'
}
