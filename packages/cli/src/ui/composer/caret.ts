/** Where the cursor stands on the screen, and which offset a place on the screen means. */
import { graphemesOf, isPlain, widthOf } from '../../terminal/graphemes.ts'
import { wrapLine, type Row } from '../../terminal/wrap.ts'

export interface Caret {
  readonly row: number
  /** In cells. */
  readonly column: number
  /** How many rows the text has. */
  readonly rows: number
}

/** The rows of a text, as offsets into it. A newline belongs to no row. */
export function layout(text: string, columns: number): Row[] {
  let start = 0
  return text.split('\n').flatMap((line) => {
    const base = start
    start += line.length + 1
    // A tab is drawn as one space in the composer, so that offsets and cells stay side by side.
    return wrapLine(line.replaceAll('\t', ' '), columns).map((row) => ({
      start: base + row.start,
      end: base + row.end,
    }))
  })
}

export function caretAt(text: string, cursor: number, columns: number): Caret {
  const rows = layout(text, columns)
  // At the border of two rows of one line the cursor stands at the beginning of the second.
  const row = rows.findLastIndex((candidate) => candidate.start <= cursor)
  const { start } = rows[row] ?? { start: 0 }
  const column = Math.min(widthOf(text.slice(start, cursor).replaceAll('\t', ' ')), columns)
  return { row, column, rows: rows.length }
}

/** The offset in row `row` whose column is nearest to `column` without passing it. */
export function offsetAt(text: string, row: number, column: number, columns: number): number {
  const rows = layout(text, columns)
  const place = rows[row]
  if (place === undefined) return text.length
  // The end of a row that is broken off belongs to the next one.
  const next = rows[row + 1]
  const slice = text.slice(place.start, place.end)
  const isBroken = next !== undefined && next.start === place.end && slice !== ''
  if (isPlain(slice)) {
    const end = isBroken ? place.end - 1 : place.end
    return Math.min(place.start + column, end)
  }
  let width = 0
  let offset = place.start
  for (const { segment, index } of graphemesOf(slice)) {
    const cells = segment === '\t' ? 1 : widthOf(segment)
    if (width + cells > column) return place.start + index
    width += cells
    if (isBroken && index + segment.length === slice.length) return place.start + index
    offset = place.start + index + segment.length
  }
  return offset
}
