/** What waits: questions that are not asked yet, and files that go with the next one. */
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import { waitingRows } from '../screen-plan.ts'
import type { ViewState } from '../view-state.ts'
import { secondsLeft } from './seconds-left.ts'

export function waitingList({ waiting, now, rows }: ViewState): StyledRow[] {
  const most = waitingRows(rows)
  if (waiting.length === 0 || most === 0) return []
  const list = waiting.map(({ text, state, at }, index): StyledRow => {
    const when =
      state === 'postponed' && at !== undefined
        ? `again in ${secondsLeft(at, now)} s`
        : state === 'held'
          ? 'held'
          : 'queued'
    const first = harmless(text.trim().split('\n')[0] ?? '')
    return [
      { meaning: 'warning', text: `${index + 1} ${when}  ` },
      { meaning: 'plain', text: first },
    ]
  })
  if (list.length <= most) return list
  return [...list.slice(0, most - 1), row('hint', `… and ${list.length - most + 1} more: /queue`)]
}

export function attachmentRows({ attachments }: ViewState): StyledRow[] {
  if (attachments.length === 0) return []
  return [row('hint', `with ${attachments.map((name) => harmless(name)).join(', ')}`)]
}
