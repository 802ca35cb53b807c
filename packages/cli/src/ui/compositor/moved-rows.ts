/**
 * Where the rows of the region stand after the terminal has got other sizes, one after the other, without being drawn
 * on: each size moves what the one before has left.
 */
import { brokenRow, type CellRow } from './cell-row.ts'
import { rowsAbove, type Reflow } from './reflow.ts'

interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Standing {
  readonly rows: readonly CellRow[]
  readonly cursor: { readonly x: number; readonly y: number }
  /** Rows of the screen that are free below. */
  readonly free: number
  readonly size: Size
}

export class MovedRows {
  readonly #standing: Standing
  readonly #reflow: Reflow
  #size: Size
  #free: number
  /** Of each row that is left, the rows that the terminal has made of it. */
  readonly #pieces: (readonly CellRow[])[]
  /** How many of all the pieces stand above the cursor. */
  #above: number

  constructor(standing: Standing, reflow: Reflow) {
    this.#standing = standing
    this.#reflow = reflow
    this.#size = standing.size
    this.#free = standing.free
    this.#pieces = standing.rows.map((row) => [row])
    this.#above = standing.cursor.y
  }

  /** The terminal has another size. */
  resize(size: Size): void {
    const { rows, columns } = this.#size
    if (size.rows < rows) this.#lower(rows - size.rows)
    else if (this.#below + this.#free > 0) this.#free += size.rows - rows
    if (size.columns !== columns) this.#rewrap(size.columns)
    this.#size = size
  }

  /** How many rows the cursor stands below the row with this number. */
  above(first: number): number {
    const { rows, cursor } = this.#standing
    const { wraps, keepsCursor } = this.#reflow
    if (wraps && !keepsCursor) {
      return this.#above - count(this.#pieces.slice(0, first))
    }
    const widths = rows.slice(first, cursor.y + 1).map(({ glyphs }) => glyphs.length)
    return rowsAbove(widths, { x: cursor.x, y: cursor.y - first }, this.#size.columns, this.#reflow)
  }

  get #below(): number {
    return Math.max(0, count(this.#pieces) - 1 - this.#above)
  }

  /** Terminals that become lower drop rows from the end, the free ones first, but never the cursor's. */
  #lower(rows: number): void {
    const free = Math.min(rows, this.#free)
    this.#free -= free
    for (let left = Math.min(rows - free, this.#below); left > 0; left--) {
      const last = this.#pieces.pop() ?? []
      if (last.length > 1) this.#pieces.push(last.slice(0, -1))
    }
  }

  /** As xterm.js does it: all rows but the cursor's, and the cursor keeps its distance from the last of them. */
  #rewrap(columns: number): void {
    const isNarrower = columns < this.#size.columns
    let at = 0
    let added = 0
    for (const [index, pieces] of this.#pieces.entries()) {
      const isCursors = this.#above >= at && this.#above < at + pieces.length
      at += pieces.length
      if (isCursors) {
        if (isNarrower) this.#pieces[index] = pieces.map((piece) => cut(piece, columns))
      } else {
        const wrapped = brokenRow(joined(pieces), columns)
        added += wrapped.length - pieces.length
        this.#pieces[index] = wrapped
      }
    }
    this.#above = Math.max(0, this.#above + added)
  }
}

function count(pieces: readonly (readonly CellRow[])[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

function joined(pieces: readonly CellRow[]): CellRow {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return only
  return {
    glyphs: pieces.flatMap(({ glyphs }) => glyphs),
    styles: pieces.flatMap(({ styles }) => styles),
    unsure: Number.POSITIVE_INFINITY,
  }
}

function cut(row: CellRow, columns: number): CellRow {
  const { glyphs, styles } = row
  return glyphs.length <= columns
    ? row
    : { ...row, glyphs: glyphs.slice(0, columns), styles: styles.slice(0, columns) }
}
