/** From one state of the region to the next: only cells that change are written, and nothing is erased to be drawn again. Pure. */
import { EMPTY_ROW, type CellRow } from './cell-row.ts'
import { Pen } from './pen.ts'
import { PLAIN } from './text-style.ts'

/** The rows from the region's first on, and where the cursor stands in them. */
export interface Region {
  readonly rows: readonly CellRow[]
  readonly cursor: { readonly x: number; readonly y: number }
}

/** To skip fewer unchanged cells than this takes more bytes than to write them again. */
const MIN_SKIP = 6

/**
 * What to write so that `before` becomes `after`. Both must be within the screen's height. Where the region grows, what
 * stands at its end is written in its new place before its old one is written over; where it shrinks the other way
 * round: so no row is ever missing from the screen.
 */
export function regionUpdate(before: Region, after: Region, columns: number): string {
  const pen = new Pen(columns, before.cursor.y, before.cursor.x)
  const count = after.rows.length
  const grows = count > before.rows.length
  for (let step = 0; step < count; step++) {
    const y = grows ? count - 1 - step : step
    if (y >= before.rows.length) {
      // The style first: then the new row and its text come in one step.
      const style = after.rows[y]?.styles[0]
      if (style !== undefined && !style.fills) pen.style(style)
      pen.moveTo(y, 0)
    }
    updateRow(pen, y, before.rows[y] ?? EMPTY_ROW, after.rows[y] ?? EMPTY_ROW, columns)
  }
  if (count < before.rows.length) {
    pen.moveTo(count, 0)
    pen.eraseBelow()
  }
  pen.moveTo(after.cursor.y, after.cursor.x)
  return pen.finish()
}

/** Draws all rows over whatever stands there and below, the cursor being in the row of the first. */
export function regionAnew({ rows, cursor }: Region, columns: number): string {
  const pen = new Pen(columns, 0, undefined)
  for (const [y, row] of rows.entries()) {
    pen.moveTo(y, 0)
    // From the first column: only so do terminals forget that the row was wrapped.
    if (y === rows.length - 1) pen.eraseBelow()
    else pen.eraseRest()
    writeCells(pen, row, 0, row.glyphs.length)
  }
  if (rows.length === 0) {
    pen.moveTo(0, 0)
    pen.eraseBelow()
  }
  pen.moveTo(cursor.y, cursor.x)
  return pen.finish()
}

function updateRow(pen: Pen, y: number, before: CellRow, after: CellRow, columns: number): void {
  if (before === after) return
  const width = after.glyphs.length
  const indent = after.glyphs.findIndex(isInk)
  if (indent > 0 && isWipedBy(before, after, indent)) {
    pen.moveTo(y, indent)
    writeCells(pen, after, indent, width)
    if (width < columns) pen.eraseRest()
    pen.moveTo(y, 0)
    writeCells(pen, after, 0, indent)
    return
  }
  const sure = Math.min(before.unsure, after.unsure)
  let x = 0
  for (
    let first = nextChange(before, after, 0);
    first < width;
    first = nextChange(before, after, x)
  ) {
    if (first >= sure) break
    let end = first + 1
    for (let next = nextChange(before, after, end); next < width && next - end < MIN_SKIP;) {
      end = next + 1
      next = nextChange(before, after, end)
    }
    x = wholeGlyphs(after, end)
    pen.moveTo(y, first)
    writeCells(pen, after, first, x)
  }
  const isShorter = before.glyphs.length > width
  // Behind a glyph of unsure width nothing stands for sure where it is counted: from there on all is written.
  const isUnsure =
    sure < Math.max(width, before.glyphs.length) &&
    (isShorter || x > sure || nextChange(before, after, x) < width)
  if (isUnsure) {
    const from = glyphStart(after, Math.min(sure, width))
    pen.moveTo(y, from)
    writeCells(pen, after, from, width)
  } else if (isShorter) {
    pen.moveTo(y, width)
  }
  if ((isUnsure || isShorter) && width < columns) pen.eraseRest()
}

/** Whether all that `before` shows would be gone before anything else is there: spaces of another style come first. */
function isWipedBy(before: CellRow, { styles }: CellRow, indent: number): boolean {
  const last = before.glyphs.findLastIndex(isInk)
  return (
    last >= 0 && last < indent && styles.slice(0, indent).some((style) => style !== styles[indent])
  )
}

function isInk(glyph: string): boolean {
  return glyph.trim() !== ''
}

/**
 * The first column from `from` on that differs; the width of `after` where none does. Behind the end of `before` all does:
 * cells that nothing was written to are no spaces when the row is wrapped or copied.
 */
function nextChange(before: CellRow, after: CellRow, from: number): number {
  const width = after.glyphs.length
  let x = from
  while (
    x < width &&
    after.glyphs[x] === before.glyphs[x] &&
    after.styles[x] === before.styles[x]
  ) {
    x++
  }
  return x
}

/** The first column of the glyph that covers this one. */
function glyphStart({ glyphs }: CellRow, column: number): number {
  let start = column
  while (glyphs[start] === '') start--
  return start
}

function wholeGlyphs({ glyphs }: CellRow, end: number): number {
  let whole = end
  while (glyphs[whole] === '') whole++
  return whole
}

function writeCells(pen: Pen, { glyphs, styles }: CellRow, from: number, to: number): void {
  for (let x = from; x < to; x++) pen.glyph(glyphs[x] ?? ' ', styles[x] ?? PLAIN)
}
