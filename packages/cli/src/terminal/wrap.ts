/** Breaks text into the rows of a terminal, at words where it can, never inside a grapheme. */
import { graphemesOf, isPlain, widthOf } from './graphemes.ts'

/** A part of a line. The rows of one line lie side by side: each begins where the one before ends. */
export interface Row {
  readonly start: number
  readonly end: number
}

const TAB_STOP = 4

/**
 * Wraps one line (without newlines). Spaces at the end of a row may reach beyond `columns`: they are to be
 * trimmed when drawn. An empty line is one empty row. A prefix of a line has the same rows but for its last.
 */
export function wrapLine(line: string, columns: number): Row[] {
  return isPlain(line) ? wrapPlain(line, columns) : wrapGraphemes(line, columns)
}

/** The rows of a text of several lines, as they are drawn: tabs expanded, no spaces at the end of broken rows. */
export function rowsOf(text: string, columns: number): string[] {
  return text.split('\n').flatMap((source) => {
    const line = expandTabs(source)
    return wrapLine(line, columns).map((row) => line.slice(row.start, row.end).trimEnd())
  })
}

/** Two spaces or more within a line stand between its columns. */
const COLUMNS = /^ *\S(?:.*?\S)?? {2,}(?=\S)/
/** Under an indented line its further rows are indented by so much more. */
const HANGING = 2

/**
 * The rows of lines of which some are a name and what there is to say of it, in columns: further rows stand under the
 * second column. Where less than half of the width is left for it, it moves to the name, and further rows stand a little
 * under the beginning.
 */
export function hangingRows(text: string, columns: number): string[] {
  return text.split('\n').flatMap((source) => {
    const { line, hang } = inColumns(expandTabs(source), columns)
    const [first = { start: 0, end: 0 }, ...more] = wrapLine(line, columns)
    const head = line.slice(first.start, first.end).trimEnd()
    if (more.length === 0) return [head]
    const rest = line.slice(first.end)
    const below = wrapLine(rest, columns - hang)
    return [
      head,
      ...below.map(({ start, end }) => ' '.repeat(hang) + rest.slice(start, end).trimEnd()),
    ]
  })
}

/** A line as its columns stand, and how far its further rows are indented. */
function inColumns(line: string, columns: number): { line: string; hang: number } {
  const [name = ''] = COLUMNS.exec(line) ?? []
  const second = widthOf(name)
  if (second > 0 && second <= columns / 2) return { line, hang: second }
  const indentation = line.length - line.trimStart().length
  const hang = indentation + HANGING
  return {
    line: name === '' ? line : `${name.trimEnd()}  ${line.slice(name.length)}`,
    hang: indentation === 0 || hang > columns / 2 ? 0 : hang,
  }
}

/** Replaces tabs by spaces up to the next stop. */
export function expandTabs(line: string): string {
  if (!line.includes('\t')) return line
  let expanded = ''
  for (const [index, part] of line.split('\t').entries()) {
    if (index > 0) expanded += ' '.repeat(TAB_STOP - (widthOf(expanded) % TAB_STOP))
    expanded += part
  }
  return expanded
}

/** Cuts a line so that it fits, with an ellipsis where something was cut. */
export function truncate(line: string, columns: number): string {
  if (columns <= 0) return ''
  if (widthOf(line) <= columns) return line
  let width = 0
  let end = 0
  for (const { segment, index } of graphemesOf(line)) {
    const next = width + widthOf(segment)
    if (next > columns - 1) break
    width = next
    end = index + segment.length
  }
  return `${line.slice(0, end)}…`
}

function wrapPlain(line: string, columns: number): Row[] {
  const rows: Row[] = []
  let start = 0
  while (line.length - start > columns) {
    const space = line.lastIndexOf(' ', start + columns)
    let end = start + columns
    // A space further left is no place to break if only the line's indentation lies before it.
    if (space > start && line.slice(start, space).trim() !== '') end = space + 1
    while (line[end] === ' ') end++
    if (end >= line.length) break
    rows.push({ start, end })
    start = end
  }
  rows.push({ start, end: line.length })
  return rows
}

function wrapGraphemes(line: string, columns: number): Row[] {
  const rows: Row[] = []
  let start = 0
  let width = 0
  let seenWord = false
  /** Where the row may be broken, and the width of what follows there. */
  let breakAt = 0
  let breakWidth = 0
  const breakRow = (end: number, rest: number): void => {
    rows.push({ start, end })
    start = end
    width = rest
    breakAt = end
    breakWidth = rest
    seenWord = rest > 0
  }
  for (const { segment, index } of graphemesOf(line)) {
    const cells = widthOf(segment)
    if (segment === ' ') {
      width += 1
      if (seenWord) {
        breakAt = index + 1
        breakWidth = 0
      }
      continue
    }
    // East Asian text may be broken between any two characters.
    if (cells > 1 && seenWord) {
      breakAt = index
      breakWidth = 0
    }
    if (width + cells > columns && index > start) {
      if (breakAt > start) breakRow(breakAt, breakWidth)
      if (width + cells > columns && index > start) breakRow(index, 0)
    }
    width += cells
    breakWidth += cells
    seenWord = true
    if (cells > 1) {
      breakAt = index + segment.length
      breakWidth = 0
    }
  }
  rows.push({ start, end: line.length })
  return rows
}
