/** What is printed for good, as rows: questions, answers that are opened again, lines that are said. */
import type { Line, PastMessage } from '../chat/session-events.ts'
import type { Ability } from '../markdown/page.ts'
import { renderMarkdown } from '../markdown/rendered-markdown.ts'
import { harmless } from '../terminal/harmless.ts'
import { BLANK, row, type StyledRow } from '../terminal/styled-row.ts'
import { hangingRows, rowsOf } from '../terminal/wrap.ts'

export const PROMPT = '› '
const INDENT = ' '.repeat(PROMPT.length)

/** A question, with a distance around it. */
export function questionRows(text: string, columns: number): StyledRow[] {
  const rows = rowsOf(harmless(text.trimEnd()), Math.max(1, columns - PROMPT.length))
  return [
    BLANK,
    ...rows.map((part, index): StyledRow => [
      { meaning: 'prompt', text: index === 0 ? PROMPT : INDENT },
      { meaning: 'strong', text: part },
    ]),
    BLANK,
  ]
}

export function lineRows(lines: readonly Line[], columns: number): StyledRow[] {
  return lines.flatMap(({ tone, text }) =>
    hangingRows(harmless(text), columns).map((part) => row(tone, part)),
  )
}

export function pastRows(
  message: PastMessage,
  columns: number,
  ability: Partial<Ability> = {},
): StyledRow[] {
  const below = lineRows(message.lines, columns)
  if (message.role === 'assistant') {
    const { text, refusal } = message
    const answer = renderMarkdown(text, columns, ability)
    const refused = rowsOf(harmless(refusal), columns).map((part) => row('warning', part))
    const said = [...(text === '' ? [] : answer), ...(refusal === '' ? [] : refused)]
    return said.length === 0 || below.length === 0
      ? [...said, ...below]
      : [...said, BLANK, ...below]
  }
  return message.role === 'user'
    ? [...questionRows(message.text, columns), ...below]
    : lineRows([{ tone: 'meta', text: `System: ${message.text}` }], columns)
}
