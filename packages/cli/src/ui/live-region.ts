/** The rows below what is printed, from the view and the composer: a pure function, so that a test can read the screen. */
import { BLANK, fitted, type StyledRow } from '../terminal/styled-row.ts'
import type { Composer } from './composer/composer-state.ts'
import { answerRows } from './region/answer-rows.ts'
import { headerRow } from './region/header-row.ts'
import { inputRows } from './region/input-rows.ts'
import { statusRow } from './region/status-row.ts'
import { attachmentRows, waitingList } from './region/waiting-rows.ts'
import { PROMPT } from './transcript-rows.ts'
import type { ViewState } from './view-state.ts'

export interface LiveRegion {
  readonly rows: readonly StyledRow[]
  /** From the region's upper left corner, in cells. */
  readonly cursor: { readonly x: number; readonly y: number }
}

export function liveRegion(view: ViewState, composer: Composer): LiveRegion {
  const { columns } = view
  const input = inputRows(composer, columns, view.rows)
  const needed = [headerRow(view), ...input.rows]
  const room = view.rows - 1 - needed.length
  // From what can be done without last to what can be done without first.
  const status = room >= 1 ? [statusRow(view, composer)] : []
  const above = [...answerRows(view), BLANK, ...waitingList(view), ...attachmentRows(view)]
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
