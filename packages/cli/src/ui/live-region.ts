/** The rows below what is printed, from the view and the composer: a pure function, so that a test can read the screen. */
import { stateInWords } from '../chat/wording.ts'
import { harmless } from '../terminal/harmless.ts'
import { caretAt, layout } from './composer/caret.ts'
import type { Composer } from './composer/composer-state.ts'
import { tailOf } from './live-answer.ts'
import { composerRows, waitingRows } from './screen-plan.ts'
import { BLANK, fitted, row, type StyledRow } from '../terminal/styled-row.ts'
import { widthOf } from '../terminal/graphemes.ts'
import { meaningOf, PROMPT } from './transcript-rows.ts'
import { extentOf, type ViewState } from './view-state.ts'

const INDICATOR = '●●●'
/** How often what depends on the time is drawn. */
export const TICK_MS = 500
const PLACEHOLDER = 'Ask anything'

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

function answerRows(view: ViewState): StyledRow[] {
  const { live, notice, now } = view
  if (live === undefined) return []
  const tail = tailOf(live, extentOf(view)).map((text) => row(meaningOf(live.part), text))
  const elapsed = Math.max(0, Math.floor((now - live.since) / 1000))
  const hidden = live.part === 'reasoning' && !view.showReasoning
  const doing = hidden ? ` reasoning, ${live.reasoned} characters (Ctrl-T shows it)` : ''
  return [
    ...tail,
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

function secondsLeft(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000))
}

function waitingList({ waiting, now, rows }: ViewState): StyledRow[] {
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

function attachmentRows({ attachments }: ViewState): StyledRow[] {
  if (attachments.length === 0) return []
  return [row('hint', `with ${attachments.map((name) => harmless(name)).join(', ')}`)]
}

function headerRow({ connection, now }: ViewState): StyledRow {
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

function inputRows(
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

function statusRow(view: ViewState, composer: Composer): StyledRow {
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
