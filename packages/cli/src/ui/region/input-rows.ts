/** The composer as it is drawn: its rows, and where the caret stands in them. */
import type { Span, StyledRow } from '../../terminal/styled-row.ts'
import { caretAt, layout } from '../composer/caret.ts'
import type { Composer } from '../composer/composer-state.ts'
import { displayOf, type Label } from '../composer/display.ts'
import { composerRows } from '../screen-plan.ts'
import { PROMPT } from '../transcript-rows.ts'

const PLACEHOLDER = 'Ask anything'

/** Cells of a row of the composer. */
export function composerColumns(columns: number): number {
  return Math.max(1, columns - PROMPT.length - 1)
}

export function inputRows(
  { editor }: Composer,
  columns: number,
  rows: number,
): { rows: StyledRow[]; cursor: { x: number; y: number } } {
  if (editor.text === '') {
    return {
      rows: [
        [
          { meaning: 'prompt', text: PROMPT },
          { meaning: 'hint', text: PLACEHOLDER },
        ],
      ],
      cursor: { x: 0, y: 0 },
    }
  }
  const width = composerColumns(columns)
  const { text, labels, fromSource } = displayOf(editor.text, editor.pastes)
  // What the next letter replaces stands out.
  const marks = editor.selected ? [{ start: 0, end: text.length }] : labels
  const all = layout(text, width)
  const caret = caretAt(text, fromSource(editor.cursor), width)
  const most = composerRows(rows)
  const first = Math.max(0, Math.min(caret.row - Math.floor(most / 2), all.length - most))
  const shown = all.slice(first, first + most).map((part, index): StyledRow => {
    const isFirst = first + index === 0
    return [
      { meaning: 'prompt', text: isFirst ? PROMPT : ' '.repeat(PROMPT.length) },
      ...spansOf(text, part, marks),
    ]
  })
  return { rows: shown, cursor: { x: caret.column, y: caret.row - first } }
}

/** A row in pieces: what is marked, and what is not. */
function spansOf(text: string, row: Label, marks: readonly Label[]): Span[] {
  const spans: Span[] = []
  const add = (meaning: Span['meaning'], start: number, end: number): void => {
    if (start < end) spans.push({ meaning, text: text.slice(start, end).replaceAll('\t', ' ') })
  }
  let at = row.start
  for (const mark of marks) {
    const start = Math.max(at, Math.min(mark.start, row.end))
    const end = Math.max(start, Math.min(mark.end, row.end))
    add('plain', at, start)
    add('warning', start, end)
    at = end
  }
  add('plain', at, row.end)
  return spans
}
