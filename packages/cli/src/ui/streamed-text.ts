/** Plain text while it streams: what of it is finished and may be printed for good, and the open end. Pure. */
import { harmless } from '../terminal/harmless.ts'
import { expandTabs, rowsOf, wrapLine } from '../terminal/wrap.ts'

export interface StreamedText {
  /** The source that is not printed yet. */
  readonly open: string
  readonly printed: boolean
}

/** The room for it: columns of a row, and rows that the open end may take. */
export interface TextExtent {
  readonly columns: number
  readonly tailRows: number
}

export const EMPTY_TEXT: StreamedText = { open: '', printed: false }

/** Takes a piece. Returns the text with it, and the rows that it finished. */
export function growText(
  text: StreamedText,
  delta: string,
  extent: TextExtent,
): { text: StreamedText; rows: readonly string[] } {
  const source = text.open + delta
  // Empty lines before the first word say nothing.
  return printFinished(
    { ...text, open: text.printed ? source : source.replace(/^\n+/, '') },
    extent,
  )
}

/** What is left to print at its end. */
export function settleText({ open }: StreamedText, columns: number): readonly string[] {
  const rest = open.replace(/\n+$/, '')
  return rest === '' ? [] : rowsOf(harmless(rest), columns)
}

/** The open end as it is drawn: its last rows. */
export function tailOfText(text: StreamedText, { columns, tailRows }: TextExtent): string[] {
  return settleText(text, columns).slice(-tailRows)
}

/**
 * Prints what will not change any more: paragraphs that an empty line has ended, and, where the open end has outgrown
 * its room, all its rows but the last.
 */
function printFinished(
  text: StreamedText,
  { columns, tailRows }: TextExtent,
): { text: StreamedText; rows: readonly string[] } {
  const end = text.open.lastIndexOf('\n\n')
  let { open } = text
  const rows: string[] = []
  // The newlines at the very end wait: at the end of the text they are left out.
  if (end >= 0 && open.slice(end).trim() !== '') {
    const border = end + 2
    rows.push(...rowsOf(harmless(open.slice(0, border - 1)), columns))
    open = open.slice(border)
  }
  const lines = open.replace(/\n+$/, '').split('\n')
  const heights = lines.map((line) => wrapLine(expandTabs(harmless(line)), columns).length)
  if (heights.reduce((sum, height) => sum + height, 0) > tailRows) {
    const last = lines.at(-1) ?? ''
    const before = open.slice(
      0,
      lines.slice(0, -1).reduce((sum, line) => sum + line.length + 1, 0),
    )
    if (before !== '') rows.push(...rowsOf(harmless(before.slice(0, -1)), columns))
    const { finished, rest } = splitLongLine(last, columns)
    if (finished !== '') rows.push(...rowsOf(finished, columns))
    open = rest + open.slice(before.length + last.length)
  }
  return { text: { open, printed: text.printed || rows.length > 0 }, rows }
}

/** A line that is longer than a row, cut before its last row. */
function splitLongLine(line: string, columns: number): { finished: string; rest: string } {
  const shown = expandTabs(harmless(line))
  const rows = wrapLine(shown, columns)
  const start = rows.at(-1)?.start ?? 0
  return start === 0
    ? { finished: '', rest: line }
    : { finished: shown.slice(0, start), rest: shown.slice(start) }
}
