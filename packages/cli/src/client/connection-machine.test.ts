import { describe, expect, it } from 'vitest'
import { transition } from './connection-machine.ts'
import {
  statusOf,
  timerOf,
  type Event,
  type EventName,
  type State,
  type StateName,
  type Surroundings,
} from './connection-states.ts'
import { unreachable } from './failure.ts'

const NOW = 1_790_000_000_000
const AROUND: Surroundings = { intervalMs: 1000, maxAttempts: 5, now: NOW, random: 0.5 }
const EFFORT = { attempt: 2, waits: 0 }
const FAILURE = unreachable('connection refused')

const STATES: { readonly [S in StateName]: Extract<State, { name: S }> } = {
  idle: { name: 'idle' },
  opening: { name: 'opening', effort: EFFORT },
  greeting: { name: 'greeting', effort: EFFORT },
  fresh: { name: 'fresh', effort: EFFORT },
  steady: { name: 'steady' },
  leaving: { name: 'leaving', reconnectAfterMs: 2000 },
  waiting: { name: 'waiting', effort: EFFORT, delayMs: 4000, retryAt: NOW + 4000 },
  exhausted: { name: 'exhausted', effort: { attempt: 5, waits: 0, failure: FAILURE } },
  refused: { name: 'refused', failure: { ...FAILURE, after: 'stop' } },
  shut: { name: 'shut' },
}

const EVENTS: { readonly [E in EventName]: Extract<Event, { type: E }> } = {
  connect: { type: 'connect' },
  reconnect: { type: 'reconnect' },
  opened: { type: 'opened' },
  welcomed: { type: 'welcomed' },
  failed: { type: 'failed', failure: FAILURE },
  closed: { type: 'closed', code: 1006, reason: '' },
  timer: { type: 'timer' },
  goingAway: { type: 'goingAway', reconnectAfterMs: 1500, busy: true },
  runsEnded: { type: 'runsEnded' },
  silent: { type: 'silent' },
  woke: { type: 'woke' },
  giveUp: { type: 'giveUp', failure: { ...FAILURE, after: 'stop' } },
  shut: { type: 'shut' },
}

/** The next state and what is done besides timers and the announcement; `-`: nothing happens at all. */
const TABLE: { readonly [S in StateName]: { readonly [E in EventName]: string } } = {
  idle: {
    connect: 'opening open',
    reconnect: 'opening open',
    opened: '-',
    welcomed: '-',
    failed: '-',
    closed: '-',
    timer: '-',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: '-',
    giveUp: '-',
    shut: 'shut',
  },
  opening: {
    connect: '-',
    reconnect: 'opening close open',
    opened: 'greeting',
    welcomed: '-',
    failed: 'waiting',
    closed: 'waiting',
    timer: 'waiting drop',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: 'opening close open',
    giveUp: 'refused drop',
    shut: 'shut close',
  },
  greeting: {
    connect: '-',
    reconnect: 'opening close open',
    opened: '-',
    welcomed: 'fresh ready',
    failed: 'waiting drop',
    closed: 'waiting',
    timer: 'waiting drop',
    goingAway: 'leaving',
    runsEnded: '-',
    silent: 'waiting drop',
    woke: 'opening close open',
    giveUp: 'refused drop',
    shut: 'shut close',
  },
  fresh: {
    connect: '-',
    reconnect: 'opening close open',
    opened: '-',
    welcomed: '-',
    failed: 'waiting drop',
    closed: 'waiting',
    timer: 'steady',
    goingAway: 'leaving',
    runsEnded: '-',
    silent: 'waiting drop',
    woke: 'steady probe',
    giveUp: 'refused drop',
    shut: 'shut close',
  },
  steady: {
    connect: '-',
    reconnect: 'opening close open',
    opened: '-',
    welcomed: '-',
    failed: 'waiting drop',
    closed: 'waiting',
    timer: '-',
    goingAway: 'leaving',
    runsEnded: '-',
    silent: 'waiting drop',
    woke: 'steady probe',
    giveUp: 'refused drop',
    shut: 'shut close',
  },
  leaving: {
    connect: '-',
    reconnect: 'opening close open',
    opened: '-',
    welcomed: '-',
    failed: 'waiting drop',
    closed: 'waiting',
    timer: '-',
    goingAway: 'leaving',
    runsEnded: 'waiting close',
    silent: 'waiting drop',
    woke: 'leaving probe',
    giveUp: 'refused drop',
    shut: 'shut close',
  },
  waiting: {
    connect: 'opening open',
    reconnect: 'opening open',
    opened: '-',
    welcomed: '-',
    failed: '-',
    closed: '-',
    timer: 'opening open',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: 'opening open',
    giveUp: '-',
    shut: 'shut',
  },
  exhausted: {
    connect: 'opening open',
    reconnect: 'opening open',
    opened: '-',
    welcomed: '-',
    failed: '-',
    closed: '-',
    timer: '-',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: 'opening open',
    giveUp: '-',
    shut: 'shut',
  },
  refused: {
    connect: 'opening open',
    reconnect: 'opening open',
    opened: '-',
    welcomed: '-',
    failed: '-',
    closed: '-',
    timer: '-',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: '-',
    giveUp: '-',
    shut: 'shut',
  },
  shut: {
    connect: '-',
    reconnect: '-',
    opened: '-',
    welcomed: '-',
    failed: '-',
    closed: '-',
    timer: '-',
    goingAway: '-',
    runsEnded: '-',
    silent: '-',
    woke: '-',
    giveUp: '-',
    shut: '-',
  },
}

const CELLS = Object.values(STATES).flatMap((state) =>
  Object.values(EVENTS).map((event) => ({
    title: `${state.name} × ${event.type} → ${TABLE[state.name][event.type]}`,
    state,
    event,
    expected: TABLE[state.name][event.type],
  })),
)

describe('every cell of the connection machine', () => {
  it.each(CELLS)('$title', ({ state, event, expected }) => {
    const step = transition(state, event, AROUND)
    const deeds = step.effects
      .map((effect) => effect.type)
      .filter((type) => !['startTimer', 'stopTimer', 'announce'].includes(type))
    const happened = [step.state.name, ...deeds].join(' ')
    expect(step.state === state && deeds.length === 0 ? '-' : happened).toBe(expected)
  })

  it.each(CELLS)('a timer belongs to its state and dies with it: $title', ({ state, event }) => {
    const step = transition(state, event, AROUND)
    const types = new Set(step.effects.map((effect) => effect.type))
    const changed = step.state !== state
    expect(types.has('stopTimer')).toBe(changed && timerOf(state) !== null)
    const started = step.effects.flatMap((effect) =>
      effect.type === 'startTimer' ? [effect.ms] : [],
    )
    const own = timerOf(step.state)
    expect(started).toEqual(changed && own !== null ? [own] : [])
    expect(types.has('announce')).toBe(changed)
  })
})

const run = (state: State, ...events: readonly Event[]): State =>
  events.reduce((before, event) => transition(before, event, AROUND).state, state)

const busy = (is: boolean): Event => ({ ...EVENTS.goingAway, busy: is })

const seen = (state: State): unknown => statusOf(state, 'ws://relay', 5)

describe('attempts', () => {
  it('a failure uses one up, and the wait is jittered and doubled', () => {
    expect(run(STATES.opening, EVENTS.failed)).toEqual({
      name: 'waiting',
      effort: { attempt: 3, waits: 0, failure: FAILURE },
      delayMs: 2000,
      retryAt: NOW + 2000,
    })
  })

  it('after max_reconnect_attempts failures in a row there is no further attempt', () => {
    let state = run(STATES.idle, EVENTS.connect)
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      state = run(state, EVENTS.failed)
      expect(state).toMatchObject({ name: 'waiting', effort: { attempt } })
      state = run(state, EVENTS.timer)
    }
    expect(run(state, EVENTS.failed)).toMatchObject({
      name: 'exhausted',
      effort: { attempt: 5, failure: FAILURE },
    })
  })

  it('0 means unlimited', () => {
    const opening: State = { name: 'opening', effort: { attempt: 1_000_000, waits: 0 } }
    const { state } = transition(opening, EVENTS.failed, { ...AROUND, maxAttempts: 0 })
    expect(state).toMatchObject({ name: 'waiting', effort: { attempt: 1_000_001 } })
  })

  it('a connection that does not last 5 s does not forget them', () => {
    const state = run(STATES.opening, EVENTS.opened, EVENTS.welcomed, EVENTS.closed)
    expect(state).toMatchObject({ name: 'waiting', effort: { attempt: 3 } })
  })

  it('a stable connection, waking, Enter and Ctrl-R forget them', () => {
    expect(run(STATES.fresh, EVENTS.timer, EVENTS.closed)).toMatchObject({ effort: { attempt: 1 } })
    expect(run(STATES.fresh, EVENTS.woke, EVENTS.closed)).toMatchObject({ effort: { attempt: 1 } })
    for (const event of [EVENTS.woke, EVENTS.connect, EVENTS.reconnect]) {
      expect(run(STATES.waiting, event)).toMatchObject({ name: 'opening', effort: { attempt: 0 } })
      expect(run(STATES.exhausted, event)).toMatchObject({ effort: { attempt: 0 } })
    }
  })
})

describe('a 503, goingAway and 1012 use up no attempt', () => {
  it('503 waits as Retry-After says, else with backoff of its own', () => {
    const wait = { after: 'wait', code: 'draining', message: 'restarting' } as const
    const told: Event = { type: 'failed', failure: { ...wait, retryAfterMs: 7000 } }
    expect(run(STATES.opening, told)).toMatchObject({
      name: 'waiting',
      effort: { attempt: 2, waits: 1 },
      delayMs: 7000,
    })
    const silent: Event = { type: 'failed', failure: wait }
    const twice = run(STATES.opening, silent, EVENTS.timer, silent)
    expect(twice).toMatchObject({ effort: { attempt: 2, waits: 2 }, delayMs: 1000 })
  })

  it('a hint beyond all reason is cut to an hour', () => {
    const failure = { ...FAILURE, after: 'wait', retryAfterMs: 1e15 } as const
    expect(run(STATES.opening, { type: 'failed', failure })).toMatchObject({ delayMs: 3_600_000 })
  })

  it('1012', () => {
    expect(run(STATES.fresh, { type: 'closed', code: 1012, reason: '' })).toMatchObject({
      name: 'waiting',
      effort: { attempt: 2, waits: 1 },
    })
  })

  it('goingAway without a live run leaves at once and comes back when told', () => {
    const step = transition(STATES.steady, busy(false), AROUND)
    expect(step.state).toMatchObject({
      name: 'waiting',
      effort: { attempt: 0, waits: 1 },
      delayMs: 1500,
    })
    expect(step.effects).toContainEqual({ type: 'close' })
  })

  it('goingAway with a live run stays until the close, or until the run has ended', () => {
    expect(run(STATES.steady, busy(true), EVENTS.closed)).toMatchObject({
      name: 'waiting',
      effort: { attempt: 0, waits: 1 },
      delayMs: 1500,
    })
    expect(run(STATES.steady, busy(true), EVENTS.runsEnded)).toMatchObject({ delayMs: 1500 })
  })

  it('a close that stops, stops also then', () => {
    const unauthenticated: Event = { type: 'closed', code: 4401, reason: '' }
    expect(run(STATES.steady, busy(true), unauthenticated)).toMatchObject({ name: 'refused' })
  })

  it('Enter does not press a relay that said when it will be back, Ctrl-R does', () => {
    const away = run(STATES.steady, busy(false))
    const later = { ...AROUND, now: NOW + 500 }
    const step = transition(away, EVENTS.connect, later)
    expect(step.state).toMatchObject({ name: 'waiting', retryAt: NOW + 1500, delayMs: 1000 })
    expect(transition(away, EVENTS.reconnect, later).state.name).toBe('opening')
  })
})

describe('what people see', () => {
  it('while waiting: Connecting, with the attempt, the time and the reason', () => {
    expect(seen(run(STATES.opening, EVENTS.failed))).toEqual({
      state: { name: 'Connecting' },
      relay: 'ws://relay',
      attempt: 3,
      maxAttempts: 5,
      draining: false,
      retryAt: NOW + 2000,
      failure: { code: 'relay_unreachable', message: 'connection refused' },
    })
  })

  it('after the last attempt: Disconnected', () => {
    expect(seen(STATES.exhausted)).toMatchObject({ state: { name: 'Disconnected' }, attempt: 5 })
  })

  it('a close code that stops: Error with its sentence', () => {
    const state = run(STATES.greeting, { type: 'closed', code: 4401, reason: '' })
    expect(seen(state)).toMatchObject({
      state: { name: 'Error', message: expect.stringContaining('token') },
      failure: { code: 'unauthenticated' },
    })
  })

  it('draining, from goingAway until the next connection', () => {
    const leaving = run(STATES.steady, EVENTS.goingAway)
    expect(seen(leaving)).toMatchObject({ state: { name: 'Connected' }, draining: true })
    const waiting = run(leaving, EVENTS.closed)
    expect(seen(waiting)).toMatchObject({ state: { name: 'Connecting' }, draining: true })
    const back = run(waiting, EVENTS.timer, EVENTS.opened, EVENTS.welcomed)
    expect(seen(back)).toMatchObject({ state: { name: 'Connected' }, draining: false })
    expect(seen(back)).not.toHaveProperty('failure')
  })

  it.each([
    ['idle', 'Disconnected'],
    ['opening', 'Connecting'],
    ['greeting', 'Connecting'],
    ['fresh', 'Connected'],
    ['steady', 'Connected'],
    ['leaving', 'Connected'],
    ['waiting', 'Connecting'],
    ['exhausted', 'Disconnected'],
    ['refused', 'Error'],
    ['shut', 'Disconnected'],
  ] as const)('%s is %s', (name, shown) => {
    expect(seen(STATES[name])).toMatchObject({ state: { name: shown } })
  })
})
