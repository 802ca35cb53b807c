/**
 * An answer while it arrives, by its parts: text is Markdown, reasoning and a refusal are plain. Pure. What is finished
 * is handed out to be printed; the open end is bounded by the screen, so that a delta costs the same however long the
 * answer is.
 */
import type { Channel } from '@speak-code/protocol'
import {
  emptyMarkdown,
  grow as growMarkdown,
  settle as settleMarkdown,
  tailOf as tailOfMarkdown,
  type Extent as MarkdownExtent,
  type StreamedMarkdown,
} from '../markdown/streamed-markdown.ts'
import { BLANK, row, type StyledRow } from '../terminal/styled-row.ts'
import type { Meaning } from '../terminal/theme.ts'
import { EMPTY_TEXT, growText, settleText, tailOfText, type StreamedText } from './streamed-text.ts'

export type Part = Channel | 'text'

export interface LiveAnswer {
  /** When the question was asked, in milliseconds since 1970. */
  readonly since: number
  /** What the open end is part of. */
  readonly part: Part
  readonly markdown: StreamedMarkdown
  /** The open end of reasoning or of a refusal. */
  readonly plain: StreamedText
  /** Whether any of its rows were printed. */
  readonly printed: boolean
  /** Characters of reasoning so far. */
  readonly reasoned: number
  /** Whether the first token has come. */
  readonly begun: boolean
}

export interface Extent extends MarkdownExtent {
  readonly showReasoning: boolean
}

const MEANINGS: Readonly<Record<Channel, Meaning>> = { reasoning: 'reasoning', refusal: 'warning' }

export function liveAnswer(since: number): LiveAnswer {
  return {
    since,
    part: 'text',
    markdown: emptyMarkdown(),
    plain: EMPTY_TEXT,
    printed: false,
    reasoned: 0,
    begun: false,
  }
}

/** Takes a piece. Returns the answer with it, and the rows that can be printed for good. */
export function grow(
  live: LiveAnswer,
  delta: string,
  part: Part,
  extent: Extent,
): { live: LiveAnswer; rows: readonly StyledRow[] } {
  const closed = part === live.part ? [] : settle(live, extent)
  // What follows another part stands at a distance.
  const isNext = part !== live.part && (closed.length > 0 || live.printed)
  const above = isNext ? [...closed, BLANK] : closed
  const before = {
    ...live,
    ...(part === live.part ? {} : { part, markdown: emptyMarkdown(), plain: EMPTY_TEXT }),
    begun: true,
    reasoned: live.reasoned + (part === 'reasoning' ? delta.length : 0),
  }
  const { live: next, rows } = growPart(before, delta, extent)
  const printed = [...above, ...rows]
  return { live: printed.length === 0 ? next : { ...next, printed: true }, rows: printed }
}

/** What is left to print at the end of an answer, or of one of its parts. */
export function settle(
  { part, markdown, plain, reasoned }: LiveAnswer,
  extent: Extent,
): readonly StyledRow[] {
  if (part === 'text') return settleMarkdown(markdown, extent)
  if (part === 'reasoning' && !extent.showReasoning && !plain.printed) {
    return reasoned === 0 ? [] : [row('reasoning', `Reasoned in ${reasoned} characters.`)]
  }
  return settleText(plain, extent.columns).map((text) => row(MEANINGS[part], text))
}

/** The open end as it is drawn: its last rows. */
export function tailOf(
  { part, markdown, plain }: LiveAnswer,
  extent: Extent,
): readonly StyledRow[] {
  return part === 'text'
    ? tailOfMarkdown(markdown, extent)
    : tailOfText(plain, extent).map((text) => row(MEANINGS[part], text))
}

function growPart(
  live: LiveAnswer,
  delta: string,
  extent: Extent,
): { live: LiveAnswer; rows: readonly StyledRow[] } {
  const { part } = live
  if (part === 'text') {
    const { state, rows } = growMarkdown(live.markdown, delta, extent)
    return { live: { ...live, markdown: state }, rows }
  }
  if (part === 'reasoning' && !extent.showReasoning) {
    return { live: { ...live, plain: { ...live.plain, open: '' } }, rows: [] }
  }
  const { text, rows } = growText(live.plain, delta, extent)
  return { live: { ...live, plain: text }, rows: rows.map((each) => row(MEANINGS[part], each)) }
}
