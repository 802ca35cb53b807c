/**
 * The life of a connection as a pure machine: every state with every event, and what is to be done about it.
 * `connection.ts` performs the effects.
 */
import { backoffMs } from './backoff.ts'
import {
  NO_EFFORT,
  timerOf,
  type Effect,
  type Effort,
  type Event,
  type EventName,
  type EventOf,
  type State,
  type StateName,
  type StateOf,
  type Step,
  type Surroundings,
} from './connection-states.ts'
import { failureOfClose, unreachable, type Failure } from './failure.ts'

/** The longest wait that a relay's hint can make: an hour. */
const MAX_HINT_MS = 3_600_000

type Cell<S extends StateName, E extends EventName> = (
  state: StateOf<S>,
  event: EventOf<E>,
  around: Surroundings,
) => Step

type Row<S extends StateName> = { readonly [E in EventName]: Cell<S, E> }

/** Timers and announcements come by themselves. */
type Deed = Exclude<Effect['type'], 'startTimer' | 'stopTimer' | 'announce'>

const to = (state: State, ...deeds: readonly Deed[]): Step => ({
  state,
  effects: deeds.map((type) => ({ type })),
})

const stay = (state: State): Step => ({ state, effects: [] })
const shut = (): Step => to({ name: 'shut' })
const closeAndShut = (): Step => to({ name: 'shut' }, 'close')

const open = (effort: Effort = NO_EFFORT): Step => to({ name: 'opening', effort }, 'open')
const openAnew = (): Step => open()
const closeAndOpen = (): Step => to({ name: 'opening', effort: NO_EFFORT }, 'close', 'open')

/** What follows a failure of a connection or an attempt: the next attempt, or none. */
function retry(effort: Effort, failure: Failure, around: Surroundings): Step {
  if (failure.after === 'stop') return to({ name: 'refused', failure })
  const waits = failure.after === 'wait'
  const next: Effort = waits
    ? { attempt: effort.attempt, waits: effort.waits + 1, failure }
    : { attempt: effort.attempt + 1, waits: 0, failure }
  if (!waits && around.maxAttempts > 0 && next.attempt > around.maxAttempts) {
    return to({ name: 'exhausted', effort: { ...effort, failure } })
  }
  const delayMs =
    failure.retryAfterMs === undefined
      ? backoffMs(waits ? next.waits : next.attempt, around.intervalMs, around.random)
      : Math.min(failure.retryAfterMs, MAX_HINT_MS)
  return to({ name: 'waiting', effort: next, delayMs, retryAt: around.now + delayMs })
}

/** As {@link retry}, with a socket to be rid of first. */
function dropAndRetry(effort: Effort, failure: Failure, around: Surroundings): Step {
  const step = retry(effort, failure, around)
  return { state: step.state, effects: [{ type: 'drop' }, ...step.effects] }
}

const SILENT = unreachable('the relay did not answer any more')
const NO_ANSWER = unreachable('the relay did not answer')
const NO_WELCOME = unreachable('the relay did not greet')

const restarting = (reconnectAfterMs: number): Failure => ({
  after: 'wait',
  code: 'draining',
  message: 'the relay is restarting',
  retryAfterMs: reconnectAfterMs,
})

const closed = (effort: Effort, event: EventOf<'closed'>, around: Surroundings): Step =>
  retry(effort, failureOfClose(event.code, event.reason, event.retryAfterMs), around)

const giveUp = (failure: Failure): Step => to({ name: 'refused', failure }, 'drop')

/** The relay drains: stay while a run of ours is live, else go and come back when it said. */
function goAway(effort: Effort, event: EventOf<'goingAway'>, around: Surroundings): Step {
  return event.busy
    ? to({ name: 'leaving', reconnectAfterMs: event.reconnectAfterMs })
    : leave(effort, event.reconnectAfterMs, around)
}

function leave(effort: Effort, reconnectAfterMs: number, around: Surroundings): Step {
  const step = retry(effort, restarting(reconnectAfterMs), around)
  return { state: step.state, effects: [{ type: 'close' }, ...step.effects] }
}

/** Every state with every event. A new state or event does not compile until all its cells are described. */
const CELLS: { readonly [S in StateName]: Row<S> } = {
  idle: {
    connect: openAnew,
    reconnect: openAnew,
    opened: stay,
    welcomed: stay,
    failed: stay,
    closed: stay,
    timer: stay,
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: stay,
    giveUp: stay,
    shut,
  },
  opening: {
    connect: stay,
    reconnect: closeAndOpen,
    opened: (state) => to({ name: 'greeting', effort: state.effort }),
    welcomed: stay,
    failed: (state, event, around) => retry(state.effort, event.failure, around),
    closed: (state, event, around) => closed(state.effort, event, around),
    timer: (state, _, around) => dropAndRetry(state.effort, NO_ANSWER, around),
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: closeAndOpen,
    giveUp: (_, event) => giveUp(event.failure),
    shut: closeAndShut,
  },
  greeting: {
    connect: stay,
    reconnect: closeAndOpen,
    opened: stay,
    welcomed: (state) => to({ name: 'fresh', effort: state.effort }, 'ready'),
    failed: (state, event, around) => dropAndRetry(state.effort, event.failure, around),
    closed: (state, event, around) => closed(state.effort, event, around),
    timer: (state, _, around) => dropAndRetry(state.effort, NO_WELCOME, around),
    goingAway: goAwayFrom,
    runsEnded: stay,
    silent: (state, _, around) => dropAndRetry(state.effort, SILENT, around),
    woke: closeAndOpen,
    giveUp: (_, event) => giveUp(event.failure),
    shut: closeAndShut,
  },
  fresh: {
    connect: stay,
    reconnect: closeAndOpen,
    opened: stay,
    welcomed: stay,
    failed: (state, event, around) => dropAndRetry(state.effort, event.failure, around),
    closed: (state, event, around) => closed(state.effort, event, around),
    timer: () => to({ name: 'steady' }),
    goingAway: goAwayFrom,
    runsEnded: stay,
    silent: (state, _, around) => dropAndRetry(state.effort, SILENT, around),
    woke: () => to({ name: 'steady' }, 'probe'),
    giveUp: (_, event) => giveUp(event.failure),
    shut: closeAndShut,
  },
  steady: {
    connect: stay,
    reconnect: closeAndOpen,
    opened: stay,
    welcomed: stay,
    failed: (_, event, around) => dropAndRetry(NO_EFFORT, event.failure, around),
    closed: (_, event, around) => closed(NO_EFFORT, event, around),
    timer: stay,
    goingAway: (_, event, around) => goAway(NO_EFFORT, event, around),
    runsEnded: stay,
    silent: (_, __, around) => dropAndRetry(NO_EFFORT, SILENT, around),
    woke: (state) => to(state, 'probe'),
    giveUp: (_, event) => giveUp(event.failure),
    shut: closeAndShut,
  },
  leaving: {
    connect: stay,
    reconnect: closeAndOpen,
    opened: stay,
    welcomed: stay,
    failed: (state, _, around) =>
      dropAndRetry(NO_EFFORT, restarting(state.reconnectAfterMs), around),
    closed: (state, event, around) => {
      const failure = failureOfClose(event.code, event.reason)
      const announced = restarting(state.reconnectAfterMs)
      return retry(NO_EFFORT, failure.after === 'stop' ? failure : announced, around)
    },
    timer: stay,
    goingAway: goAwayFrom,
    runsEnded: (state, _, around) => leave(NO_EFFORT, state.reconnectAfterMs, around),
    silent: (state, _, around) =>
      dropAndRetry(NO_EFFORT, restarting(state.reconnectAfterMs), around),
    woke: (state) => to(state, 'probe'),
    giveUp: (_, event) => giveUp(event.failure),
    shut: closeAndShut,
  },
  waiting: {
    // A relay that said when it will be back is not asked before; a person with Ctrl-R may.
    connect: (state, _, around) =>
      state.effort.waits > 0
        ? to({
            ...state,
            effort: { ...state.effort, attempt: 0 },
            delayMs: Math.max(0, state.retryAt - around.now),
          })
        : openAnew(),
    reconnect: openAnew,
    opened: stay,
    welcomed: stay,
    failed: stay,
    closed: stay,
    timer: (state) => open(state.effort),
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: openAnew,
    giveUp: stay,
    shut,
  },
  exhausted: {
    connect: openAnew,
    reconnect: openAnew,
    opened: stay,
    welcomed: stay,
    failed: stay,
    closed: stay,
    timer: stay,
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: openAnew,
    giveUp: stay,
    shut,
  },
  refused: {
    connect: openAnew,
    reconnect: openAnew,
    opened: stay,
    welcomed: stay,
    failed: stay,
    closed: stay,
    timer: stay,
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: stay,
    giveUp: stay,
    shut,
  },
  shut: {
    connect: stay,
    reconnect: stay,
    opened: stay,
    welcomed: stay,
    failed: stay,
    closed: stay,
    timer: stay,
    goingAway: stay,
    runsEnded: stay,
    silent: stay,
    woke: stay,
    giveUp: stay,
    shut: stay,
  },
}

function goAwayFrom(
  state: StateOf<'greeting' | 'fresh' | 'leaving'>,
  event: EventOf<'goingAway'>,
  around: Surroundings,
): Step {
  return goAway(state.name === 'leaving' ? NO_EFFORT : state.effort, event, around)
}

function stepOf<S extends StateName, E extends EventName>(
  state: StateOf<S>,
  event: EventOf<E>,
  around: Surroundings,
): Step {
  const row: Row<S> = CELLS[state.name]
  const cell: Cell<S, E> = row[event.type]
  return cell(state, event, around)
}

/** What an event makes of a state, and what is to be done. Pure. */
export function transition(state: State, event: Event, around: Surroundings): Step {
  const step = stepOf(state, event, around)
  if (step.state === state) return step
  const before = timerOf(state)
  const after = timerOf(step.state)
  const effects: Effect[] = []
  if (before !== null) effects.push({ type: 'stopTimer' })
  effects.push({ type: 'announce' }, ...step.effects)
  if (after !== null) effects.push({ type: 'startTimer', ms: after })
  return { state: step.state, effects }
}
