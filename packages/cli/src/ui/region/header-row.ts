/** The connection: its state in words and colour, what is wrong, the relay, the model, and the conversation's title. */
import { stateInWords } from '../../chat/wording.ts'
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import type { ViewState } from '../view-state.ts'
import { fittedParts, type RowPart } from './row-parts.ts'

/** Fewer cells of a name say nothing. */
const LEAST = 12

export function headerRow({ connection, model, title, now, columns }: ViewState): StyledRow {
  if (connection === undefined) return row('hint', 'speak-code')
  const { tone, text } = stateInWords(connection, now)
  const isUp = connection.state.name === 'Connected'
  const why = isUp || connection.state.name === 'Error' ? undefined : connection.failure?.message
  return fittedParts(
    [
      { meaning: tone, text: `● ${oneLine(text)}`, worth: 4 },
      ...part(connection.relay, isUp ? 1 : 3),
      ...part(model, isUp ? 2 : 1),
      ...part(why, 2),
      ...part(title, 0),
    ],
    columns,
  )
}

function part(text: string | undefined, worth: number): RowPart[] {
  if (text === undefined || text === '') return []
  return [{ meaning: 'hint', text: oneLine(text), worth, least: LEAST }]
}

function oneLine(text: string): string {
  return harmless(text).replaceAll(/\s*\n\s*/g, ' ')
}
