/** Paragraphs and headings. */
import type { Span, StyledRow } from '../terminal/styled-row.ts'
import type { Meaning } from '../terminal/theme.ts'
import type { Continuation, Rest } from './continuation.ts'
import { flowingRows, sliceSpans, type FlowingRow } from './flowing-text.ts'
import { inlineParts, type InlinePart } from './inline-spans.ts'
import type { Page } from './page.ts'
import { resumptionAfter, resumptionLength } from './resumption.ts'
import { typed, type Prose } from './tokens.ts'

interface DrawnProse {
  /** What stands before the parts: a heading's mark, or what a part left over. */
  readonly lead: readonly Span[]
  readonly parts: readonly InlinePart[]
  /** Characters of the text that only resume it. */
  readonly resumed: number
  readonly rows: readonly FlowingRow[]
}

export function proseRows(
  token: Prose,
  page: Page,
  continuation: Continuation | undefined,
): readonly StyledRow[] {
  return draw(token, page, continuation).rows.map(({ spans }) => spans)
}

/** The rest after `count` rows, of which there are more. */
export function restOfProse(
  token: Prose,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
): Rest {
  const { lead, parts, resumed, rows } = draw(token, page, continuation)
  const marker = headingMark(token)
  const end = token.raw.endsWith('\n') ? '\n' : ''
  const cut = rows[count]?.start ?? 0
  const text = parts.map(({ raw }) => raw).join('')
  const rest = (offset: number, left: readonly Span[]): Rest => {
    const from = Math.max(offset, resumed)
    return {
      source: marker + resumptionAfter(text.slice(0, from)) + text.slice(from) + end,
      continuation: { type: 'prose', lead: left },
    }
  }
  const leadLength = lengthOf(lead)
  if (cut < leadLength) return rest(0, sliceSpans(lead, cut, leadLength))
  let rawOffset = 0
  let drawn = leadLength - resumed
  for (const part of parts) {
    const length = lengthOf(part.spans)
    if (drawn + length > cut) {
      if (part.literal) return rest(rawOffset + cut - drawn, [])
      return rest(rawOffset + part.raw.length, sliceSpans(part.spans, cut - drawn, length))
    }
    rawOffset += part.raw.length
    drawn += length
  }
  return rest(text.length, [])
}

function draw(token: Prose, page: Page, continuation: Continuation | undefined): DrawnProse {
  const meaning = token.type === 'heading' ? headingMeaning(token.depth) : undefined
  const mark = page.looks ? '' : headingMark(token)
  const opening = mark === '' ? [] : [{ meaning: meaning ?? 'plain', text: mark }]
  const lead = continuation?.type === 'prose' ? continuation.lead : opening
  const tokens = 'tokens' in token ? typed(token.tokens) : []
  const parts = inlineParts(tokens, page, meaning === undefined ? [] : [meaning])
  const resumed = resumptionLength(token.text)
  const spans = parts.flatMap((part) => part.spans)
  const shown = resumed === 0 ? spans : sliceSpans(spans, resumed, lengthOf(spans))
  const rows = flowingRows([...lead, ...shown], page.columns)
  // marked leaves line feeds at the end of some texts.
  const height = Math.max(1, rows.findLastIndex((each) => each.spans.length > 0) + 1)
  return { lead, parts, resumed, rows: rows.slice(0, height) }
}

function headingMark(token: Prose): string {
  return token.type === 'heading' ? `${'#'.repeat(token.depth)} ` : ''
}

function headingMeaning(depth: number): Meaning {
  if (depth === 1) return 'heading'
  return depth === 2 ? 'heading2' : 'heading3'
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0)
}
