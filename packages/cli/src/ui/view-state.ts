/** What is on the screen: a pure reducer of what the session tells and of what keys do to the view. */
import type { Cost } from '@speak-code/protocol'
import type { SessionEvent, WaitingQuestion } from '../chat/session-events.ts'
import type { ConnectionStatus } from '../client/client.ts'
import type { Ability } from '../markdown/page.ts'
import { grow, liveAnswer, settle, type Extent, type LiveAnswer } from './live-answer.ts'
import { DEFAULT_KEY_NAMES, type KeyNames } from './region/key-names.ts'
import { reachableTailRows, tailRows } from './screen-plan.ts'
import { BLANK, row, type StyledRow } from '../terminal/styled-row.ts'
import { lineRows, pastRows, questionRows } from './transcript-rows.ts'

export interface ViewState {
  readonly columns: number
  readonly rows: number
  /** Milliseconds since 1970, as of the last tick. */
  readonly now: number
  readonly connection: ConnectionStatus | undefined
  readonly model: string | undefined
  readonly tokens: number
  /** Undefined while nobody knows it. */
  readonly cost: Cost | undefined
  /** Of the open conversation. */
  readonly title: string | undefined
  /** What the keys are called that the hints tell of. */
  readonly keys: KeyNames
  /** What the terminal can show. */
  readonly ability: Partial<Ability>
  /** Rows to print for good, which are not on the terminal yet. */
  readonly printed: readonly StyledRow[]
  readonly live: LiveAnswer | undefined
  readonly notice: { readonly text: string; readonly until: number | undefined } | undefined
  readonly waiting: readonly WaitingQuestion[]
  readonly attachments: readonly string[]
  readonly showReasoning: boolean
  /** A word about the last key, for a moment. */
  readonly flash: { readonly text: string; readonly until: number } | undefined
  /** How often the process was to be suspended. */
  readonly suspensions: number
  /** Only what is printed stays. */
  readonly leaving: boolean
}

/** More of an opened conversation is not printed; it stays in the history. */
const MAX_PAST_ROWS = 1000

export type ViewAction =
  | SessionEvent
  | {
      readonly type: 'resized'
      readonly columns: number
      readonly rows: number
      /** The smallest size on the way to this one; it is this one unless given. */
      readonly least?: { readonly columns: number; readonly rows: number }
    }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'keys'; readonly names: KeyNames }
  | { readonly type: 'toggleReasoning' }
  | { readonly type: 'flash'; readonly text: string; readonly until: number }
  /** `printed`: the rows so far are on the terminal. */
  | { readonly type: 'suspend' | 'left' | 'printed' }

export function initialView(
  columns: number,
  rows: number,
  now: number,
  ability: Partial<Ability> = {},
): ViewState {
  return {
    columns,
    rows,
    now,
    connection: undefined,
    model: undefined,
    tokens: 0,
    cost: undefined,
    title: undefined,
    keys: DEFAULT_KEY_NAMES,
    ability,
    printed: [],
    live: undefined,
    notice: undefined,
    waiting: [],
    attachments: [],
    showReasoning: false,
    flash: undefined,
    suspensions: 0,
    leaving: false,
  }
}

export function view(state: ViewState, action: ViewAction): ViewState {
  switch (action.type) {
    case 'connection':
      return { ...state, connection: action.status }
    case 'model':
      return { ...state, model: action.model }
    case 'tokens':
      return { ...state, tokens: action.tokens, cost: action.cost }
    case 'title':
      return { ...state, title: action.title }
    case 'keys':
      return { ...state, keys: action.names }
    case 'opened':
      return opened(state, action)
    case 'question':
      return print(state, questionRows(action.text, state.columns))
    case 'answering':
      return { ...state, live: liveAnswer(action.at), notice: undefined }
    case 'delta': {
      const live = state.live ?? liveAnswer(state.now)
      const step = grow(live, action.delta, action.channel ?? 'text', extentOf(state))
      return print({ ...state, live: step.live, notice: undefined }, step.rows)
    }
    case 'answered':
      return answered(state, action.lines)
    case 'notice':
      return {
        ...state,
        notice: action.text === undefined ? undefined : { text: action.text, until: action.until },
      }
    case 'waiting':
      return { ...state, waiting: action.questions }
    case 'attachments':
      return { ...state, attachments: action.names }
    case 'lines':
      return lines(state, action.lines)
    case 'resized':
      return resized(state, action)
    case 'tick':
      return {
        ...state,
        now: action.now,
        flash:
          state.flash !== undefined && state.flash.until <= action.now ? undefined : state.flash,
      }
    case 'toggleReasoning':
      return { ...state, showReasoning: !state.showReasoning }
    case 'flash':
      return { ...state, flash: { text: action.text, until: action.until } }
    case 'suspend':
      return { ...state, suspensions: state.suspensions + 1 }
    case 'printed':
      return { ...state, printed: [] }
    case 'left':
      return { ...answered(state, []), leaving: true }
    case 'branch':
      return print(
        state,
        action.messages.flatMap((message) => pastRows(message, state.columns, state.ability)),
      )
    case 'compose':
    case 'copy':
    case 'pick':
    case 'theme':
    case 'clearScreen':
    case 'leave':
      return state
  }
}

export function extentOf({ columns, rows, showReasoning, ability }: ViewState): Extent {
  return { ...ability, columns, tailRows: tailRows(rows), showReasoning }
}

function print(state: ViewState, rows: readonly StyledRow[]): ViewState {
  return rows.length === 0 ? state : { ...state, printed: [...state.printed, ...rows] }
}

/**
 * The terminal has moved what is on it already, and what has left the screen cannot be drawn again: so much of the open
 * end is printed, as it was drawn, that the rest is still within reach.
 */
function resized(
  state: ViewState,
  { columns, rows, least = { columns, rows } }: Extract<ViewAction, { type: 'resized' }>,
): ViewState {
  const { live } = state
  const next = { ...state, columns, rows }
  const isSmaller = least.columns < state.columns || least.rows < state.rows
  if (live === undefined || !isSmaller) return next
  const reachable = reachableTailRows(state, least)
  const step = grow(live, '', live.part, { ...extentOf(state), tailRows: reachable })
  return print({ ...next, live: { ...step.live, begun: live.begun } }, step.rows)
}

function answered(
  state: ViewState,
  verdict: Extract<SessionEvent, { type: 'answered' }>['lines'],
): ViewState {
  const { live } = state
  const rest = live === undefined || !live.begun ? [] : settle(live, extentOf(state))
  const below = lineRows(verdict, state.columns)
  const said = rest.length > 0 || live?.printed === true
  const rows = [...rest, ...(said && below.length > 0 ? [BLANK] : []), ...below]
  return print({ ...state, live: undefined, notice: undefined }, rows)
}

/** In the middle of an answer they stand above its open end, which stays in one piece. */
function lines(
  state: ViewState,
  said: Extract<SessionEvent, { type: 'lines' }>['lines'],
): ViewState {
  if (said.length === 0) return state
  const { live } = state
  const rows = lineRows(said, state.columns)
  if (live === undefined) return print(state, [BLANK, ...rows])
  const above = live.printed ? [BLANK] : []
  return print({ ...state, live: { ...live, printed: true } }, [...above, ...rows, BLANK])
}

function opened(
  state: ViewState,
  { messages, omitted, title }: Extract<SessionEvent, { type: 'opened' }>,
): ViewState {
  const { columns, ability } = state
  const head: StyledRow[] = [
    ...(title === undefined ? [] : [BLANK, row('strong', title)]),
    ...(omitted === 0
      ? []
      : [row('hint', `${omitted} earlier messages are in the history: speak-code history show`)]),
  ]
  const past = messages.flatMap((message) => pastRows(message, columns, ability))
  const rows =
    past.length <= MAX_PAST_ROWS
      ? [...head, ...past]
      : [...head, row('hint', '…'), ...past.slice(-MAX_PAST_ROWS)]
  const fresh = {
    ...state,
    title,
    live: undefined,
    notice: undefined,
    waiting: [],
  }
  return print(fresh, rows)
}
