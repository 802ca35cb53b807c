/** Below the answer that is awaited: the typing indicator, and news of it. */
import { harmless } from '../../terminal/harmless.ts'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import type { ViewState } from '../view-state.ts'
import { secondsLeft } from './seconds-left.ts'

const INDICATOR = '●●●'
/** How often what depends on the time is drawn. */
export const TICK_MS = 500

export function answerRows(view: ViewState): StyledRow[] {
  const { live, notice, now } = view
  if (live === undefined) return []
  const elapsed = Math.max(0, Math.floor((now - live.since) / 1000))
  const hidden = live.part === 'reasoning' && !view.showReasoning
  const how = view.keys.reasoning === undefined ? '' : ` (${view.keys.reasoning} shows it)`
  const doing = hidden ? ` reasoning, ${live.reasoned} characters${how}` : ''
  return [
    [...indicator(now), { meaning: 'hint', text: `${elapsed > 0 ? ` ${elapsed} s` : ''}${doing}` }],
    ...(notice === undefined ? [] : [row('warning', noticeText(notice, now))]),
  ]
}

/** One of the dots at a time is bright. */
function indicator(now: number): StyledRow {
  const bright = Math.floor(now / TICK_MS) % INDICATOR.length
  return Array.from(INDICATOR, (dot, index) => ({
    meaning: index === bright ? 'indicator' : 'hint',
    text: dot,
  }))
}

function noticeText(
  { text, until }: { readonly text: string; readonly until: number | undefined },
  now: number,
): string {
  const words = harmless(text).replaceAll('\n', ' ')
  return until === undefined ? words : `${words} ${secondsLeft(until, now)} s`
}
