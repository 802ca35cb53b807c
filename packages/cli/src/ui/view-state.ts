/** What is on the screen: a pure reducer of what the session tells and of what keys do to the view. */
import type { SessionEvent, WaitingQuestion } from '../chat/session-events.ts'
import type { ConnectionStatus } from '../client/client.ts'
import {
  grow,
  liveAnswer,
  settle,
  type Extent,
  type LiveAnswer,
  type Printed,
} from './live-answer.ts'
import { tailRows } from './screen-plan.ts'
import { BLANK, row, type StyledRow } from '../terminal/styled-row.ts'
import { lineRows, pastRows, printedRows, questionRows } from './transcript-rows.ts'

/** Rows that are printed once and never again. */
export interface Block {
  readonly key: number
  readonly rows: readonly StyledRow[]
}

export interface ViewState {
  readonly columns: number
  readonly rows: number
  /** Milliseconds since 1970, as of the last tick. */
  readonly now: number
  readonly connection: ConnectionStatus | undefined
  readonly model: string | undefined
  readonly tokens: number
  /** Grows with each conversation that is opened: what was printed before is not counted any more. */
  readonly generation: number
  readonly blocks: Block[]
  readonly live: LiveAnswer | undefined
  readonly notice: { readonly text: string; readonly until: number | undefined } | undefined
  readonly waiting: readonly WaitingQuestion[]
  readonly attachments: readonly string[]
  readonly showReasoning: boolean
  /** A word about the last key, for a moment. */
  readonly flash: { readonly text: string; readonly until: number } | undefined
  /** Grows when all is to be drawn again. */
  readonly redraws: number
  /** How often the process was to be suspended. */
  readonly suspensions: number
  /** Only what is printed stays. */
  readonly leaving: boolean
}

/** More of an opened conversation is not printed; it stays in the history. */
const MAX_PAST_ROWS = 1000

export type ViewAction =
  | SessionEvent
  | { readonly type: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'toggleReasoning' }
  | { readonly type: 'flash'; readonly text: string; readonly until: number }
  /** `printed`: the blocks so far are on the screen. */
  | { readonly type: 'redraw' | 'suspend' | 'left' | 'printed' }

export function initialView(columns: number, rows: number, now: number): ViewState {
  return {
    columns,
    rows,
    now,
    connection: undefined,
    model: undefined,
    tokens: 0,
    generation: 0,
    blocks: [],
    live: undefined,
    notice: undefined,
    waiting: [],
    attachments: [],
    showReasoning: false,
    flash: undefined,
    redraws: 0,
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
      return { ...state, tokens: action.tokens }
    case 'opened':
      return opened(state, action)
    case 'question':
      return print(state, questionRows(action.text, state.columns))
    case 'answering':
      return { ...state, live: liveAnswer(action.at), notice: undefined }
    case 'delta': {
      const live = state.live ?? liveAnswer(state.now)
      const step = grow(live, action.delta, action.channel ?? 'text', extentOf(state))
      return print({ ...state, live: step.live, notice: undefined }, rowsOfPrinted(step.printed))
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
      return { ...state, columns: action.columns, rows: action.rows }
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
    case 'redraw':
      return { ...state, redraws: state.redraws + 1 }
    case 'suspend':
      return { ...state, suspensions: state.suspensions + 1 }
    case 'printed':
      return { ...state, blocks: [], generation: state.generation + 1 }
    case 'left':
      return { ...state, leaving: true }
    case 'compose':
    case 'copy':
    case 'clearScreen':
    case 'leave':
      return state
  }
}

export function extentOf({ columns, rows, showReasoning }: ViewState): Extent {
  return { columns, tailRows: tailRows(rows), showReasoning }
}

function print(state: ViewState, rows: readonly StyledRow[]): ViewState {
  return rows.length === 0
    ? state
    : { ...state, blocks: [...state.blocks, { key: state.blocks.length, rows }] }
}

function rowsOfPrinted(printed: readonly Printed[]): StyledRow[] {
  return printed.flatMap(printedRows)
}

function answered(
  state: ViewState,
  verdict: Extract<SessionEvent, { type: 'answered' }>['lines'],
): ViewState {
  const { live } = state
  const rest = live === undefined ? [] : rowsOfPrinted(settle(live, extentOf(state)))
  const below = lineRows(verdict, state.columns)
  const said = rest.length > 0 || live?.printed === true
  const rows = [...rest, ...(said && below.length > 0 ? [BLANK] : []), ...below]
  return print({ ...state, live: undefined, notice: undefined }, rows)
}

function lines(
  state: ViewState,
  said: Extract<SessionEvent, { type: 'lines' }>['lines'],
): ViewState {
  if (said.length === 0) return state
  const { live } = state
  // In the middle of an answer what is open is printed first, so that nothing changes places.
  const open = live === undefined ? [] : rowsOfPrinted(settle(live, extentOf(state)))
  const rows = [...open, BLANK, ...lineRows(said, state.columns)]
  if (live === undefined) return print(state, rows)
  return print({ ...state, live: { ...live, open: '', printed: false } }, [...rows, BLANK])
}

function opened(
  state: ViewState,
  { messages, omitted, title }: Extract<SessionEvent, { type: 'opened' }>,
): ViewState {
  const { columns } = state
  const head: StyledRow[] = [
    ...(title === undefined ? [] : [BLANK, row('strong', title)]),
    ...(omitted === 0
      ? []
      : [row('hint', `${omitted} earlier messages are in the history: speak-code history show`)]),
  ]
  const past = messages.flatMap((message) => pastRows(message, columns))
  const rows =
    past.length <= MAX_PAST_ROWS
      ? [...head, ...past]
      : [...head, row('hint', '…'), ...past.slice(-MAX_PAST_ROWS)]
  const fresh = {
    ...state,
    generation: state.generation + 1,
    blocks: [],
    live: undefined,
    notice: undefined,
    waiting: [],
  }
  return print(fresh, rows)
}
