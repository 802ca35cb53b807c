/** The connection: its state in words and colour, the relay, and what is wrong. */
import { stateInWords } from '../../chat/wording.ts'
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import type { ViewState } from '../view-state.ts'

export function headerRow({ connection, now }: ViewState): StyledRow {
  if (connection === undefined) return row('hint', 'speak-code')
  const { tone, text } = stateInWords(connection, now)
  const isUp = connection.state.name === 'Connected'
  const why = isUp || connection.state.name === 'Error' ? undefined : connection.failure?.message
  const rest = [harmless(connection.relay), ...(why === undefined ? [] : [harmless(why)])]
  return [
    { meaning: tone, text: `● ${harmless(text).replaceAll('\n', ' ')}` },
    { meaning: 'hint', text: ` · ${rest.join(' · ')}` },
  ]
}
