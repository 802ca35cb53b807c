/** The composer as it is drawn: its rows, and where the caret stands in them. */
import type { StyledRow } from '../../terminal/styled-row.ts'
import { caretAt, layout } from '../composer/caret.ts'
import type { Composer } from '../composer/composer-state.ts'
import { composerRows } from '../screen-plan.ts'
import { PROMPT } from '../transcript-rows.ts'

const PLACEHOLDER = 'Ask anything'

export function inputRows(
  { editor }: Composer,
  columns: number,
  rows: number,
): { rows: StyledRow[]; cursor: { x: number; y: number } } {
  const width = Math.max(1, columns - PROMPT.length - 1)
  const { text, cursor } = editor
  if (text === '') {
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
  const all = layout(text, width)
  const caret = caretAt(text, cursor, width)
  const most = composerRows(rows)
  const first = Math.max(0, Math.min(caret.row - Math.floor(most / 2), all.length - most))
  const shown = all.slice(first, first + most).map((part, index): StyledRow => {
    const isFirst = first + index === 0
    return [
      { meaning: 'prompt', text: isFirst ? PROMPT : ' '.repeat(PROMPT.length) },
      { meaning: 'plain', text: text.slice(part.start, part.end).replaceAll('\t', ' ') },
    ]
  })
  return { rows: shown, cursor: { x: caret.column, y: caret.row - first } }
}
