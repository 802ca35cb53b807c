/**
 * An answer while it arrives: what of it is finished and may be printed for good, and the open end. Pure. The open end
 * is bounded by the screen, so that a delta costs the same however long the answer is.
 */
import type { Channel } from '@speak-code/protocol'
import { harmless } from '../terminal/harmless.ts'
import { expandTabs, rowsOf, wrapLine } from '../terminal/wrap.ts'

export type Part = Channel | 'text'

export interface LiveAnswer {
  /** When the question was asked, in milliseconds since 1970. */
  readonly since: number
  readonly part: Part
  /** The source that is not printed yet; of `part`. */
  readonly open: string
  /** Whether anything of `part` was printed: its first row needs no distance then. */
  readonly printed: boolean
  /** Characters of reasoning so far. */
  readonly reasoned: number
  /** Whether the first token has come. */
  readonly begun: boolean
}

/** Rows that are finished. */
export interface Printed {
  readonly part: Part
  readonly rows: readonly string[]
}

export interface Extent {
  readonly columns: number
  /** How many rows of the open end there may be. */
  readonly tailRows: number
  readonly showReasoning: boolean
}

export function liveAnswer(since: number): LiveAnswer {
  return { since, part: 'text', open: '', printed: false, reasoned: 0, begun: false }
}

/** Takes a piece. Returns the answer with it, and what can be printed for good. */
export function grow(
  live: LiveAnswer,
  delta: string,
  part: Part,
  extent: Extent,
): { live: LiveAnswer; printed: readonly Printed[] } {
  const closed = part === live.part ? undefined : settle(live, extent)
  const before = closed === undefined ? live : { ...live, part, open: '', printed: false }
  const reasoned = before.reasoned + (part === 'reasoning' ? delta.length : 0)
  const isHidden = part === 'reasoning' && !extent.showReasoning
  const source = before.open + delta
  const next = {
    ...before,
    begun: true,
    reasoned,
    // Empty lines before the first word say nothing.
    open: isHidden ? '' : before.printed ? source : source.replace(/^\n+/, ''),
  }
  const { live: split, printed } = printFinished(next, extent)
  // What follows another part stands at a distance.
  const distance: Printed[] =
    closed === undefined || (closed.length === 0 && !live.printed) ? [] : [{ part, rows: [''] }]
  return { live: split, printed: [...(closed ?? []), ...distance, ...printed] }
}

/** What is left to print at the end of an answer, or of one of its parts. */
export function settle(live: LiveAnswer, { columns, showReasoning }: Extent): Printed[] {
  if (live.part === 'reasoning' && !showReasoning && !live.printed) {
    return live.reasoned === 0
      ? []
      : [{ part: 'reasoning', rows: [`Reasoned in ${live.reasoned} characters.`] }]
  }
  const open = live.open.replace(/\n+$/, '')
  return open === '' ? [] : [{ part: live.part, rows: rowsOf(harmless(open), columns) }]
}

/** The open end as it is drawn: its last rows. */
export function tailOf(live: LiveAnswer, { columns, tailRows }: Extent): string[] {
  const open = live.open.replace(/\n+$/, '')
  return open === '' ? [] : rowsOf(harmless(open), columns).slice(-tailRows)
}

/**
 * Prints what will not change any more: paragraphs that an empty line has ended, and, where the open end has outgrown
 * its room, all its rows but the last.
 */
function printFinished(
  live: LiveAnswer,
  { columns, tailRows }: Extent,
): { live: LiveAnswer; printed: Printed[] } {
  const end = live.open.lastIndexOf('\n\n')
  let { open } = live
  const rows: string[] = []
  // The newlines at the very end wait: at the end of the answer they are left out.
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
  return rows.length === 0
    ? { live: { ...live, open }, printed: [] }
    : { live: { ...live, open, printed: true }, printed: [{ part: live.part, rows }] }
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
