/** The rows below the answer, from the view and the composer: a pure function, so that a test can read the screen. */
import { BLANK, fitted, type StyledRow } from '../terminal/styled-row.ts'
import type { Composer } from './composer/composer-state.ts'
import { pickerRows } from './picker/picker-rows.ts'
import type { Picker } from './picker/picker-state.ts'
import { answerRows } from './region/answer-rows.ts'
import { headerRow } from './region/header-row.ts'
import { inputRows } from './region/input-rows.ts'
import { menuRows } from './region/menu-rows.ts'
import { statusRow } from './region/status-row.ts'
import { attachmentRows, waitingList } from './region/waiting-rows.ts'
import { menuHeight } from './screen-plan.ts'
import { PROMPT } from './transcript-rows.ts'
import type { ViewState } from './view-state.ts'

export interface LiveRegion {
  readonly rows: readonly StyledRow[]
  /** From the region's upper left corner, in cells. */
  readonly cursor: { readonly x: number; readonly y: number }
}

export function liveRegion(view: ViewState, composer: Composer, overlay?: Picker): LiveRegion {
  const { columns } = view
  const input =
    overlay === undefined ? inputRows(composer, columns, view.rows) : pickerRows(overlay, view)
  const drawn = [headerRow(view), ...input.rows]
  // One row stays free, and one is for the answer beside what is told of it.
  const answer = view.live === undefined ? 0 : answerRows(view).length + 1
  const free = view.rows - 1 - drawn.length - answer
  const menu = overlay === undefined ? composer.menu : undefined
  const needed = [...drawn, ...menuRows(menu, columns, Math.min(free - 1, menuHeight(view.rows)))]
  const room = free + drawn.length - needed.length
  // From what can be done without last to what can be done without first.
  const status = room >= 1 && overlay === undefined ? [statusRow(view, composer)] : []
  const distance = view.live === undefined ? [BLANK] : []
  const above = [...distance, ...waitingList(view), ...attachmentRows(view)]
  const space = Math.max(0, room - status.length)
  const kept = space === 0 ? [] : above.slice(-space)
  const rows = [...kept, ...needed, ...status].map((spans) => fitted(spans, columns))
  return {
    rows,
    cursor: {
      x: Math.min(PROMPT.length + input.cursor.x, columns - 1),
      y: kept.length + 1 + input.cursor.y,
    },
  }
}
