/** The last row: tokens, cost, what waits, and what the next key can do. */
import { moneyInWords, tokensInWords } from '../../chat/wording.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import type { Composer } from '../composer/composer-state.ts'
import type { ViewState } from '../view-state.ts'
import { fittedParts, type RowPart } from './row-parts.ts'

const INDENT = '  '

export function statusRow(view: ViewState, composer: Composer): StyledRow {
  const { tokens, cost, waiting, flash, columns, showReasoning, keys } = view
  const room = Math.max(0, columns - INDENT.length)
  if (flash !== undefined) return row('warning', `${INDENT}${flash.text}`)
  const [hint, more] = hintsFor(view, composer)
  return [
    { meaning: 'plain', text: INDENT },
    ...fittedParts(
      [
        ...part(tokens === 0 ? undefined : tokensInWords(tokens), 3),
        ...part(cost === undefined ? undefined : moneyInWords(cost), 2),
        ...part(waiting.length === 0 ? undefined : `${waiting.length} queued`, 4),
        ...part(showReasoning ? 'reasoning shown' : undefined, 0),
        ...part(composer.stash === '' ? undefined : withKey('a draft put away', keys.stash), 1),
        ...part(hint, 6),
        ...part(more, 5),
      ],
      room,
    ),
  ]
}

/** What the next key can do, for the moment that it is; the most useful first. */
function hintsFor(
  { live, waiting, connection, keys }: ViewState,
  { editor, menu }: Composer,
): (string | undefined)[] {
  const isEmpty = editor.text === ''
  if (menu !== undefined) {
    return [does(keys.complete, 'completes'), does(keys.stop, 'closes the list')]
  }
  if (live !== undefined) {
    const takesBack = waiting.length === 0 ? undefined : does(keys.previous, 'edits what waits')
    return [does(keys.stop, 'stops'), isEmpty ? takesBack : does(keys.send, 'queues')]
  }
  if (isEmpty && waiting.some(({ state }) => state === 'held')) {
    return [does(keys.send, 'sends what is held')]
  }
  const isTrying = connection?.state.name === 'Connecting' && connection.retryAt === undefined
  if (connection !== undefined && connection.state.name !== 'Connected' && !isTrying) {
    return [does(keys.reconnect, 'reconnects now')]
  }
  return isEmpty
    ? ['/help', does(keys.leave, 'leaves')]
    : [does(keys.send, 'sends'), does(keys.newline, 'new line')]
}

function withKey(text: string, key: string | undefined): string {
  return key === undefined ? text : `${text} (${key})`
}

function part(text: string | undefined, worth: number): RowPart[] {
  return text === undefined ? [] : [{ meaning: 'hint', text, worth }]
}

/** A hint at what a key does; none where no key does it. */
function does(key: string | undefined, what: string): string | undefined {
  return key === undefined ? undefined : `${key} ${what}`
}
