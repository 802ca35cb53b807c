import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { transition } from './connection-machine.ts'
import { INITIAL, statusOf, timerOf, type Event, type State } from './connection-states.ts'
import { failureOfClose, failureOfStatus, final, unreachable, type Failure } from './failure.ts'

const MAX_ATTEMPTS = 3

/** What a person could say about the connection, without knowing the machine. */
interface Model {
  phase: 'off' | 'trying' | 'greeting' | 'on' | 'leaving' | 'pausing' | 'given up' | 'error'
  /** Attempts used up since they were last forgotten. */
  used: number
  /** The pause is one that the relay asked for. */
  told: boolean
}

/** The machine with a driver that only keeps count, and complains. */
class World {
  state: State = INITIAL
  link: 'none' | 'opening' | 'open' = 'none'
  timer: number | null = null
  now = 0

  dispatch(event: Event): void {
    const around = { intervalMs: 1000, maxAttempts: MAX_ATTEMPTS, now: this.now, random: 0.5 }
    const { state, effects } = transition(this.state, event, around)
    this.state = state
    for (const effect of effects) {
      switch (effect.type) {
        case 'open':
          assert.equal(this.link, 'none', 'never two sockets')
          this.link = 'opening'
          break
        case 'close':
        case 'drop':
          assert.notEqual(this.link, 'none', 'there is a socket to be rid of')
          this.link = 'none'
          break
        case 'ready':
        case 'probe':
          assert.equal(this.link, 'open')
          break
        case 'startTimer':
          assert.equal(this.timer, null, 'one timer at most')
          this.timer = effect.ms
          break
        case 'stopTimer':
          this.timer = null
          break
        case 'announce':
          break
      }
    }
    assert.equal(this.timer, timerOf(state), 'the timer is that of the state')
  }

  fire(): void {
    this.now += this.timer ?? 0
    this.dispatch({ type: 'timer' })
  }

  /** The socket is gone by itself. */
  lose(event: Event): void {
    this.link = 'none'
    this.dispatch(event)
  }
}

/** How often each command ran, over all runs. */
const tally = new Map<string, number>()

const PHASES = {
  idle: 'off',
  shut: 'off',
  opening: 'trying',
  greeting: 'greeting',
  fresh: 'on',
  steady: 'on',
  leaving: 'leaving',
  waiting: 'pausing',
  exhausted: 'given up',
  refused: 'error',
} as const

class Step implements fc.Command<Model, World> {
  readonly name: string
  readonly #when: (model: Model) => boolean
  readonly #then: (model: Model) => void
  readonly #act: (world: World) => void

  constructor(
    name: string,
    when: (model: Model) => boolean,
    then: (model: Model) => void,
    act: (world: World) => void,
  ) {
    this.name = name
    this.#when = when
    this.#then = then
    this.#act = act
  }

  check(model: Model): boolean {
    return this.#when(model)
  }

  run(model: Model, world: World): void {
    tally.set(this.name, (tally.get(this.name) ?? 0) + 1)
    this.#then(model)
    this.#act(world)
    assert.equal(PHASES[world.state.name], model.phase)
    const status = statusOf(world.state, 'relay', MAX_ATTEMPTS)
    assert.ok(status.attempt <= MAX_ATTEMPTS)
    if (model.phase === 'pausing' || model.phase === 'given up') {
      assert.equal(status.attempt, Math.min(model.used, MAX_ATTEMPTS))
    }
    assert.equal(status.retryAt !== undefined, model.phase === 'pausing')
  }

  toString(): string {
    return this.name
  }
}

/** What a failure does to the model. */
function fail(model: Model, failure: Failure): void {
  model.told = failure.after === 'wait'
  if (failure.after === 'stop') {
    model.phase = 'error'
  } else if (failure.after === 'wait') {
    model.phase = 'pausing'
  } else {
    model.used += 1
    model.phase = model.used > MAX_ATTEMPTS ? 'given up' : 'pausing'
  }
}

function begin(model: Model): void {
  model.phase = 'trying'
  model.used = 0
}

const linked = ({ phase }: Model): boolean => ['greeting', 'on', 'leaving'].includes(phase)

const handshakeFails = (name: string, failure: Failure): Step =>
  new Step(
    name,
    ({ phase }) => phase === 'trying',
    (model) => {
      fail(model, failure)
    },
    (world) => {
      world.lose({ type: 'failed', failure })
    },
  )

const closes = (code: number): Step =>
  new Step(
    `close ${code}`,
    linked,
    (model) => {
      const failure = failureOfClose(code, '')
      const announced = model.phase === 'leaving' && failure.after !== 'stop'
      if (model.phase === 'leaving') model.used = 0
      fail(model, announced ? { ...failure, after: 'wait' } : failure)
    },
    (world) => {
      world.lose({ type: 'closed', code, reason: '' })
    },
  )

const STEPS: readonly Step[] = [
  new Step(
    'connect',
    () => true,
    (model) => {
      if (model.phase === 'pausing' && model.told) model.used = 0
      else if (['off', 'pausing', 'given up', 'error'].includes(model.phase)) begin(model)
    },
    (world) => {
      world.dispatch({ type: 'connect' })
    },
  ),
  new Step(
    'Ctrl-R',
    () => true,
    begin,
    (world) => {
      world.dispatch({ type: 'reconnect' })
    },
  ),
  new Step(
    'handshake',
    ({ phase }) => phase === 'trying',
    (model) => {
      model.phase = 'greeting'
    },
    (world) => {
      world.link = 'open'
      world.dispatch({ type: 'opened' })
    },
  ),
  handshakeFails('refused', unreachable('connection refused')),
  handshakeFails('503', failureOfStatus(503, '2', 0)),
  handshakeFails('401', failureOfStatus(401, undefined, 0)),
  new Step(
    'welcome',
    ({ phase }) => phase === 'greeting',
    (model) => {
      model.phase = 'on'
    },
    (world) => {
      world.dispatch({ type: 'welcomed' })
    },
  ),
  ...[1006, 1012, 1013, 4401].map(closes),
  new Step(
    'timer',
    () => true,
    (model) => {
      if (model.phase === 'pausing') model.phase = 'trying'
      else if (model.phase === 'on') model.used = 0
      else if (model.phase === 'trying' || model.phase === 'greeting') fail(model, unreachable(''))
    },
    (world) => {
      if (world.timer !== null) world.fire()
    },
  ),
  new Step(
    'going away, runs live',
    linked,
    (model) => {
      model.phase = 'leaving'
    },
    (world) => {
      world.dispatch({ type: 'goingAway', reconnectAfterMs: 1000, busy: true })
    },
  ),
  new Step(
    'going away, no run',
    linked,
    (model) => {
      if (model.phase === 'leaving') model.used = 0
      fail(model, failureOfStatus(503, undefined, 0))
    },
    (world) => {
      world.dispatch({ type: 'goingAway', reconnectAfterMs: 1000, busy: false })
    },
  ),
  new Step(
    'last run ends',
    linked,
    (model) => {
      if (model.phase !== 'leaving') return
      model.used = 0
      fail(model, failureOfStatus(503, undefined, 0))
    },
    (world) => {
      world.dispatch({ type: 'runsEnded' })
    },
  ),
  new Step(
    'silence',
    linked,
    (model) => {
      if (model.phase === 'leaving') model.used = 0
      fail(model, model.phase === 'leaving' ? failureOfStatus(503, undefined, 0) : unreachable(''))
    },
    (world) => {
      world.dispatch({ type: 'silent' })
    },
  ),
  new Step(
    'wake',
    () => true,
    (model) => {
      if (['trying', 'greeting', 'pausing', 'given up'].includes(model.phase)) begin(model)
      else if (model.phase === 'on') model.used = 0
    },
    (world) => {
      world.dispatch({ type: 'woke' })
    },
  ),
  new Step(
    'garbage',
    linked,
    (model) => {
      model.phase = 'error'
    },
    (world) => {
      world.dispatch({ type: 'giveUp', failure: final('not a relay') })
    },
  ),
]

/** Steps forward come more often than each of the many ways back, or nothing would ever be connected. */
function weight({ name }: Step): number {
  return ['handshake', 'welcome'].includes(name) ? 8 : 1
}

/** From here on the relay is up and answers. Returns how many steps it took to be connected for good. */
function stepsUntilSteady(world: World): number {
  if (['idle', 'exhausted', 'refused'].includes(world.state.name)) {
    world.dispatch({ type: 'reconnect' })
  }
  if (world.state.name === 'leaving') world.lose({ type: 'closed', code: 1012, reason: '' })
  for (let steps = 0; steps < 10; steps += 1) {
    if (world.state.name === 'steady') return steps
    if (world.link === 'opening') {
      world.link = 'open'
      world.dispatch({ type: 'opened' })
    } else if (world.state.name === 'greeting') {
      world.dispatch({ type: 'welcomed' })
    } else {
      world.fire()
    }
  }
  return Infinity
}

it('one socket, one timer, bounded attempts, and connected in the end where the relay is up', () => {
  const runs = 300
  fc.assert(
    fc.property(
      fc.commands(
        STEPS.flatMap((step) => Array.from({ length: weight(step) }, () => fc.constant(step))),
        { maxCommands: 400, size: 'max' },
      ),
      (commands) => {
        const world = new World()
        const model: Model = { phase: 'off', used: 0, told: false }
        fc.modelRun(() => ({ model, real: world }), commands)
        expect(stepsUntilSteady(world)).toBeLessThan(10)
        world.dispatch({ type: 'shut' })
        expect(world).toMatchObject({ link: 'none', timer: null })
      },
    ),
    { numRuns: runs },
  )
  process.stdout.write(`steps: ${JSON.stringify(Object.fromEntries(tally))}\n`)
  for (const { name } of STEPS) {
    expect(tally.get(name) ?? 0, `${name} was rare`).toBeGreaterThan(runs / 2)
  }
})
