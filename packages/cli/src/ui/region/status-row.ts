/** The last row: model, tokens, what waits, and what the next key can do. */
import { widthOf } from '../../terminal/graphemes.ts'
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import type { Composer } from '../composer/composer-state.ts'
import type { ViewState } from '../view-state.ts'

export function statusRow(view: ViewState, composer: Composer): StyledRow {
  const { model, tokens, waiting, flash, columns } = view
  if (flash !== undefined) return row('warning', `  ${flash.text}`)
  const [hint = '', more] = hintsFor(view, composer)
  // In the order in which they stand; with how dear each is where there is no room for all.
  let parts = [
    ...(model === undefined ? [] : [{ text: harmless(model), worth: 3 }]),
    ...(tokens === 0 ? [] : [{ text: `${tokens} tokens`, worth: 2 }]),
    ...(waiting.length === 0 ? [] : [{ text: `${waiting.length} queued`, worth: 4 }]),
    ...(composer.stash === '' ? [] : [{ text: 'a draft put away (Ctrl-S)', worth: 1 }]),
    { text: hint, worth: 5 },
    ...(more === undefined ? [] : [{ text: more, worth: 0 }]),
  ]
  const line = (): string => `  ${parts.map(({ text }) => text).join(' · ')}`
  while (parts.length > 1 && widthOf(line()) > columns) {
    const least = Math.min(...parts.map(({ worth }) => worth))
    parts = parts.filter(({ worth }) => worth !== least)
  }
  return row('hint', line())
}

/** What the next key can do, for the moment that it is; the most useful first. */
function hintsFor({ live, waiting, connection }: ViewState, { editor }: Composer): string[] {
  const isEmpty = editor.text === ''
  if (live !== undefined) return isEmpty ? ['Esc stops'] : ['Esc stops', 'Enter queues']
  if (isEmpty && waiting.some(({ state }) => state === 'held')) return ['Enter sends what is held']
  const isTrying = connection?.state.name === 'Connecting' && connection.retryAt === undefined
  if (connection !== undefined && connection.state.name !== 'Connected' && !isTrying) {
    return ['Ctrl-R reconnects now']
  }
  return isEmpty ? ['/help', 'Ctrl-D leaves'] : ['Enter sends', 'Ctrl-J new line']
}
