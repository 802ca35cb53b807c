/** A row of the screen, before it is painted. */
import { widthOf } from './graphemes.ts'
import type { Meaning, Paint } from './theme.ts'
import { truncate } from './wrap.ts'

export interface Span {
  /** Several are drawn one over the other. */
  readonly meaning: Meaning | readonly Meaning[]
  readonly text: string
  /** Where the text leads to: a URL. */
  readonly link?: string
}

export type StyledRow = readonly Span[]

export function row(meaning: Meaning, text: string): StyledRow {
  return [{ meaning, text }]
}

export const BLANK: StyledRow = []

export function painted(spans: StyledRow, paint: Paint): string {
  return spans.map(({ meaning, text }) => paint(meaning, text)).join('')
}

export function plainText(spans: StyledRow): string {
  return spans.map(({ text }) => text).join('')
}

/** Cuts a row so that it fits. */
export function fitted(spans: StyledRow, columns: number): StyledRow {
  let left = columns
  return spans.flatMap((span) => {
    if (left <= 0) return []
    const text = truncate(span.text, left)
    left -= widthOf(text)
    return [{ ...span, text }]
  })
}
