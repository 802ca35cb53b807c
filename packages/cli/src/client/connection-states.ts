/** The words of the connection machine: its states with their timers, its events, its effects, and what people see of it. */
import { HELLO_TIMEOUT_MS } from '@speak-code/protocol'
import type { ConnectionFailure, ConnectionStatus } from './client.ts'
import type { Failure } from './failure.ts'

/** What a row of failures has used up. */
export interface Effort {
  /** Attempts used up since the last stable connection. */
  readonly attempt: number
  /** Waits in a row that the relay asked for, which use up none. */
  readonly waits: number
  /** Of the last attempt or connection. */
  readonly failure?: Failure
}

interface States {
  /** Nobody has asked for a connection. */
  idle: object
  /** The relay is being found, the socket opened. */
  opening: { readonly effort: Effort }
  /** The socket is open, `hello` is out, `welcome` is to come. */
  greeting: { readonly effort: Effort }
  /** Connected, but not for long enough to forget the attempts. */
  fresh: { readonly effort: Effort }
  /** Connected, and the attempts are forgotten. */
  steady: object
  /** The relay goes away; runs of ours are live, so the connection is kept until it closes. */
  leaving: { readonly reconnectAfterMs: number }
  /** The next attempt is planned. */
  waiting: { readonly effort: Effort; readonly delayMs: number; readonly retryAt: number }
  /** The attempts are used up. */
  exhausted: { readonly effort: Effort }
  /** Trying again would not help. */
  refused: { readonly failure: Failure }
  /** Shut for good. */
  shut: object
}

interface Events {
  /** Somebody wants a connection: the start of a command, Enter. */
  connect: object
  /** Ctrl-R. */
  reconnect: object
  /** The WebSocket handshake is done. */
  opened: object
  welcomed: object
  /** There was no socket: the relay was not found, the handshake failed. */
  failed: { readonly failure: Failure }
  /** The socket closed. `retryAfterMs` is what the relay had said in an `error` before. */
  closed: { readonly code: number; readonly reason: string; readonly retryAfterMs?: number }
  /** The timer of the state fired. */
  timer: object
  /** The relay drains. `busy`: runs of this client are live. */
  goingAway: { readonly reconnectAfterMs: number; readonly busy: boolean }
  /** The last live run of this client has ended. */
  runsEnded: object
  /** The heartbeat had no answer. */
  silent: object
  /** The machine slept, or its clock jumped ahead. */
  woke: object
  /** What the other side sends makes no sense. */
  giveUp: { readonly failure: Failure }
  shut: object
}

export type StateName = keyof States
export type EventName = keyof Events
export type StateOf<S extends StateName> = { [K in S]: { readonly name: K } & States[K] }[S]
export type EventOf<E extends EventName> = { [K in E]: { readonly type: K } & Events[K] }[E]
export type State = StateOf<StateName>
export type Event = EventOf<EventName>

export type Effect =
  /** Find the relay and open a socket to it. There is none at that moment. */
  | { readonly type: 'open' }
  /** Close the socket with a handshake, or give up opening it. */
  | { readonly type: 'close' }
  /** Drop the socket: nobody is there to shake hands. */
  | { readonly type: 'drop' }
  /** The connection can be used. */
  | { readonly type: 'ready' }
  /** Find out at once whether anybody is still there. */
  | { readonly type: 'probe' }
  /** Send the event `timer` after so many milliseconds. */
  | { readonly type: 'startTimer'; readonly ms: number }
  | { readonly type: 'stopTimer' }
  /** The public status may have changed. */
  | { readonly type: 'announce' }

/** What a transition may depend on besides state and event. */
export interface Surroundings {
  /** `[server] reconnect_interval_ms` */
  readonly intervalMs: number
  /** `[server] max_reconnect_attempts`; 0: unlimited. */
  readonly maxAttempts: number
  /** Milliseconds of `Date.now()`. */
  readonly now: number
  /** In [0, 1). */
  readonly random: number
}

export interface Step {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** Finding or starting a relay and the handshake, in all. */
const OPENING_MS = 30_000
/** As long as a relay waits for `hello`. */
const GREETING_MS = HELLO_TIMEOUT_MS
/** After so long a connection counts as stable. */
const STABLE_MS = 5_000
export const NO_EFFORT: Effort = { attempt: 0, waits: 0 }

export const INITIAL: State = { name: 'idle' }

/** The timer that belongs to a state, in milliseconds, or null: it starts with the state and dies with it. */
export function timerOf(state: State): number | null {
  let ms: number | null
  switch (state.name) {
    case 'opening':
      ms = OPENING_MS
      break
    case 'greeting':
      ms = GREETING_MS
      break
    case 'fresh':
      ms = STABLE_MS
      break
    case 'waiting':
      ms = state.delayMs
      break
    case 'idle':
    case 'steady':
    case 'leaving':
    case 'exhausted':
    case 'refused':
    case 'shut':
      ms = null
      break
  }
  return ms
}

/**
 * What people see of a state.
 *
 * @param relay the relay's address, for people
 */
export function statusOf(state: State, relay: string, maxAttempts: number): ConnectionStatus {
  const view = (
    name: 'Disconnected' | 'Connecting' | 'Connected',
    effort: Effort = NO_EFFORT,
    draining = effort.waits > 0,
  ): ConnectionStatus => ({
    state: { name },
    relay,
    attempt: effort.attempt,
    maxAttempts,
    draining,
    ...(effort.failure === undefined ? {} : { failure: told(effort.failure) }),
  })
  let status: ConnectionStatus
  switch (state.name) {
    case 'idle':
    case 'shut':
      status = view('Disconnected')
      break
    case 'opening':
    case 'greeting':
      status = view('Connecting', state.effort)
      break
    case 'fresh':
      status = view('Connected', { attempt: state.effort.attempt, waits: 0 })
      break
    case 'steady':
      status = view('Connected')
      break
    case 'leaving':
      status = view('Connected', NO_EFFORT, true)
      break
    case 'waiting':
      status = { ...view('Connecting', state.effort), retryAt: state.retryAt }
      break
    case 'exhausted':
      status = view('Disconnected', state.effort)
      break
    case 'refused':
      status = {
        ...view('Disconnected'),
        state: { name: 'Error', message: state.failure.message },
        failure: told(state.failure),
      }
      break
  }
  return status
}

const told = ({ code, message }: Failure): ConnectionFailure => ({ code, message })
