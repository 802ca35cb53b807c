/** How wide the columns of a table are. */

/** Widths in cells, or records: a line for each cell, where the columns would be too narrow to read. */
export type TableLayout =
  | { readonly kind: 'columns'; readonly widths: readonly number[] }
  | { readonly kind: 'records' }

/** Cells between two columns: a line with a space on each side. */
const COLUMN_GAP = 3

/** A column that has to be cut keeps at least so many cells. */
const LEAST_WIDTH = 6

/** Lays a table out. `natural` are the widths that the columns would like to have, in cells. */
export function layoutTable(natural: readonly number[], columns: number): TableLayout {
  const room = columns - COLUMN_GAP * (natural.length - 1)
  const share = largestShare(natural, room)
  const isReadable = natural.every((width) => Math.min(width, LEAST_WIDTH) <= share)
  if (!isReadable || natural.length === 0) return { kind: 'records' }
  const widths = natural.map((width) => Math.max(1, Math.min(width, share)))
  // What rounding has left over goes to the columns that were cut, the first ones first.
  let spare = room - widths.reduce((sum, width) => sum + width, 0)
  return {
    kind: 'columns',
    widths: widths.map((width, index) => {
      if (spare <= 0 || width >= (natural[index] ?? 0)) return width
      spare -= 1
      return width + 1
    }),
  }
}

/** Whether a layout fits so many columns. */
export function fits(layout: TableLayout, columns: number): boolean {
  if (layout.kind === 'records') return true
  const { widths } = layout
  return widths.reduce((sum, width) => sum + width, COLUMN_GAP * (widths.length - 1)) <= columns
}

/** The width up to which every column may be as wide as it likes, so that all fit. */
function largestShare(natural: readonly number[], room: number): number {
  const ascending = natural.toSorted((one, other) => one - other)
  let left = room
  for (const [index, width] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index))
    if (width > share) return share
    left -= width
  }
  return ascending.at(-1) ?? 0
}
