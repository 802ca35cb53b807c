/** Lines of aligned columns, measured as a terminal shows them (wide characters take two cells). */
import stringWidth from 'string-width'

const GAP = '  '
const ELLIPSIS = '…'
/** Narrower than that the last column is not cut. */
const NARROWEST = 12

/** The last column takes what is left of `width` and is cut there; without a width it is whole. */
export function alignedTable(rows: readonly (readonly string[])[], width?: number): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, cells) => sum + cells + GAP.length, 0)
  const room = width === undefined ? Infinity : Math.max(NARROWEST, width - before)
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === columns - 1 ? cutToWidth(cell, room) : padToWidth(cell, widths[column] ?? 0),
      )
      return `${cells.join(GAP).trimEnd()}\n`
    })
    .join('')
}

function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(width - stringWidth(text))
}

/** Cut at a whole character, with an ellipsis. */
function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(
    text,
  )) {
    used += stringWidth(segment)
    if (used > width - 1) break
    cut += segment
  }
  return cut + ELLIPSIS
}
