/** The list of completions, below the composer. */
import { widthOf } from '../../terminal/graphemes.ts'
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import { truncate } from '../../terminal/wrap.ts'
import type { Menu } from '../completion/menu.ts'

const MARK = '❯ '
const GAP = '  '

/** At most `room` rows; none where there is no room for one. */
export function menuRows(menu: Menu | undefined, columns: number, room: number): StyledRow[] {
  if (menu === undefined || room < 1) return []
  const { items, chosen } = menu
  const isLong = items.length > room && room > 1
  const shown = isLong ? room - 1 : room
  const first = Math.max(0, Math.min(chosen - Math.floor(shown / 2), items.length - shown))
  const visible = items.slice(first, first + shown)
  const width = Math.min(
    Math.max(...visible.map(({ label }) => widthOf(label))),
    Math.max(8, Math.floor(columns / 2)),
  )
  const rows = visible.map(({ label, hint }, index): StyledRow => {
    const isChosen = first + index === chosen
    const clean = truncate(harmless(label), hint === '' ? columns - MARK.length : width)
    const padding = ' '.repeat(Math.max(0, width - widthOf(clean)))
    return [
      { meaning: 'prompt', text: isChosen ? MARK : ' '.repeat(MARK.length) },
      { meaning: isChosen ? 'strong' : 'plain', text: clean },
      { meaning: 'hint', text: hint === '' ? '' : `${padding}${GAP}${harmless(hint)}` },
    ]
  })
  const hidden = items.length - shown
  return isLong ? [...rows, row('hint', `${' '.repeat(MARK.length)}… ${hidden} more`)] : rows
}
