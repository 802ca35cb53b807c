import { CloseCode, type ServerMessage } from '@speak-code/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ConnectionStatus } from './client.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { failureOfStatus } from './failure.ts'
import type { RelayAddress } from './relay-target.ts'
import { FakeClock, settled } from './testing/fake-clock.ts'
import { ScriptedRelay } from './testing/scripted-relay.ts'

let relay: ScriptedRelay
let clock: FakeClock
let statuses: ConnectionStatus[]
let frames: ServerMessage[]
let ready: number
let busy: boolean

beforeEach(() => {
  relay = new ScriptedRelay()
  clock = new FakeClock()
  statuses = []
  frames = []
  ready = 0
  busy = false
})

function connection(options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection(
    {
      label: 'ws://relay',
      target: () => Promise.resolve({ url: 'ws://relay' }),
      client: { name: 'test', version: '1' },
      reconnectIntervalMs: 1000,
      maxReconnectAttempts: 5,
      open: relay.open,
      clock,
      random: () => 0.5,
      detail: () => undefined,
      ...options,
    },
    {
      status: (status) => statuses.push(status),
      ready: () => {
        ready += 1
      },
      frame: (frame) => frames.push(frame),
      busy: () => busy,
    },
  )
}

async function connected(options: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const made = connection(options)
  made.connect()
  await settled()
  expect(made.status.state).toEqual({ name: 'Connected' })
  return made
}

describe('opening', () => {
  it('says hello first and is ready after welcome', async () => {
    const made = await connected({ token: 'secret' })
    expect(relay.received).toEqual([
      { type: 'hello', client: { name: 'test', version: '1' }, token: 'secret' },
    ])
    expect(ready).toBe(1)
    expect(made.welcome).toEqual(relay.welcome)
    expect(statuses.map((status) => status.state.name)).toEqual([
      'Connecting',
      'Connecting',
      'Connected',
    ])
  })

  it('sends the environment where the address has one, and only there', async () => {
    const environment = { OPENAI_API_KEY: 'k' }
    const address: RelayAddress = { socketPath: '/run/relay.sock', environment }
    await connected({ target: () => Promise.resolve(address) })
    expect(relay.got('hello')[0]?.environment).toEqual(environment)
    await connected()
    expect(relay.got('hello')[1]).not.toHaveProperty('environment')
  })

  it('asks for the relay at each attempt', async () => {
    let asked = 0
    const target = (): Promise<RelayAddress> => {
      asked += 1
      return asked === 1 ? Promise.reject(new Error('no relay yet')) : Promise.resolve({ url: 'x' })
    }
    const made = connection({ target })
    made.connect()
    await settled()
    expect(made.status).toMatchObject({ attempt: 1, failure: { message: 'no relay yet' } })
    await clock.advance(500)
    expect(made.status.state.name).toBe('Connected')
  })

  it('an error of the search that is final ends it', async () => {
    const error = Object.assign(new Error('not on this system'), { final: true })
    const made = connection({ target: () => Promise.reject(error) })
    made.connect()
    await settled()
    expect(made.status.state).toEqual({ name: 'Error', message: 'not on this system' })
    expect(clock.pending).toBe(1)
    await made.close()
    expect(clock.pending).toBe(0)
  })

  it('a relay that never greets is left after 10 s', async () => {
    relay.greets = false
    const made = connection()
    made.connect()
    await clock.advance(9_999)
    expect(made.status.state.name).toBe('Connecting')
    expect(relay.session.open).toBe(true)
    await clock.advance(1)
    expect(relay.session.open).toBe(false)
    expect(made.status).toMatchObject({
      attempt: 1,
      failure: { message: expect.stringMatching(/greet/) },
    })
  })

  it.each([
    ['no JSON', 'hello there'],
    ['a chunk that does not fit', '{"type":"chunk","seq":"one"}'],
    ['a frame before welcome', '{"type":"pong"}'],
  ])('%s: Error, not a relay', async (_, text) => {
    relay.greets = false
    const made = connection()
    made.connect()
    await settled()
    relay.session.sendRaw(text)
    await settled()
    expect(made.status.state).toMatchObject({
      name: 'Error',
      message: expect.stringMatching(/not a speak-code relay/),
    })
    expect(relay.session.open).toBe(false)
  })

  it('frames of a later version are ignored', async () => {
    const made = await connected()
    relay.session.sendRaw('{"type":"weather","sun":true}')
    await settled()
    expect(frames).toEqual([])
    expect(made.status.state.name).toBe('Connected')
  })
})

describe('closing and coming back', () => {
  it('reconnects after a lost connection, with the attempts and the countdown visible', async () => {
    const made = await connected()
    await clock.advance(5_000)
    relay.stop()
    await settled()
    expect(made.status).toMatchObject({ attempt: 1, retryAt: clock.now() + 500 })
    await clock.advance(500)
    expect(made.status).toMatchObject({ attempt: 2, retryAt: clock.now() + 1000 })
    relay.start()
    await clock.advance(1000)
    expect(made.status).toMatchObject({ state: { name: 'Connected' }, attempt: 2 })
    expect(ready).toBe(2)
    await clock.advance(5_000)
    expect(made.status.attempt).toBe(0)
  })

  it('after the last attempt it is Disconnected, and Ctrl-R tries anew', async () => {
    relay.stop()
    const made = connection({ maxReconnectAttempts: 2 })
    made.connect()
    await clock.advance(60_000)
    expect(made.status).toMatchObject({ state: { name: 'Disconnected' }, attempt: 2 })
    expect(made.status).not.toHaveProperty('retryAt')
    relay.start()
    made.reconnect()
    await settled()
    expect(made.status).toMatchObject({ state: { name: 'Connected' }, attempt: 0 })
  })

  it('Ctrl-R in mid-connection opens another and lets the first go', async () => {
    const made = await connected()
    const first = relay.session
    made.reconnect()
    await settled()
    expect(first.open).toBe(false)
    expect(relay.session).not.toBe(first)
    expect(made.status.state.name).toBe('Connected')
    expect(relay.mostLinks).toBe(1)
  })

  it('Ctrl-R while the relay is being found forgets what that search finds', async () => {
    const found: ((address: RelayAddress) => void)[] = []
    const target = (): Promise<RelayAddress> =>
      new Promise((resolve) => {
        found.push(resolve)
      })
    const made = connection({ target })
    made.connect()
    made.reconnect()
    for (const resolve of found) resolve({ url: 'ws://relay' })
    await settled()
    expect(relay.sessions).toHaveLength(1)
    expect(made.status.state.name).toBe('Connected')
  })

  it('4401: Error with its sentence, and no further attempt', async () => {
    const made = await connected()
    relay.session.socket.close(CloseCode.unauthenticated, 'no')
    await clock.advance(60_000)
    expect(made.status).toMatchObject({
      state: { name: 'Error', message: expect.stringMatching(/token/) },
      failure: { code: 'unauthenticated' },
    })
    expect(relay.sessions).toHaveLength(1)
  })

  it('4429 after an error with a hint waits that long', async () => {
    relay.greets = false
    const made = connection()
    made.connect()
    await settled()
    relay.session.send({
      type: 'error',
      for: 'hello',
      code: 'rate_limited',
      message: 'too many connections',
      retryable: true,
      retryAfterMs: 9000,
    })
    relay.session.socket.close(CloseCode.tooManyConnections)
    await settled()
    expect(made.status).toMatchObject({
      attempt: 1,
      retryAt: clock.now() + 9000,
      failure: { code: 'rate_limited' },
    })
  })

  it('a 503 uses up no attempt, however often, and waits as told', async () => {
    relay.down = failureOfStatus(503, '2', 0)
    const made = connection({ maxReconnectAttempts: 1 })
    made.connect()
    await settled()
    expect(made.status).toMatchObject({ attempt: 0, draining: true, retryAt: clock.now() + 2000 })
    await clock.advance(60_000)
    relay.start()
    await clock.advance(2000)
    expect(made.status).toMatchObject({ state: { name: 'Connected' }, draining: false })
  })

  it('goingAway: leaves at once without a run, stays with one until it has ended', async () => {
    const made = await connected()
    busy = true
    relay.session.send({ type: 'goingAway', reconnectAfterMs: 3000 })
    await settled()
    expect(made.status).toMatchObject({ state: { name: 'Connected' }, draining: true })
    expect(made).toMatchObject({ ready: true, open: false })
    made.runsEnded()
    await settled()
    expect(relay.session.open).toBe(false)
    expect(made.status).toMatchObject({ attempt: 0, retryAt: clock.now() + 3000, draining: true })
    await clock.advance(3000)
    busy = false
    relay.session.send({ type: 'goingAway', reconnectAfterMs: 1000 })
    await settled()
    expect(relay.session.open).toBe(false)
    expect(made.status.retryAt).toBe(clock.now() + 1000)
  })

  it('closes for good, and leaves no timer behind', async () => {
    const made = await connected()
    await made.close()
    expect(relay.session.open).toBe(false)
    expect(clock.pending).toBe(0)
    made.connect()
    made.reconnect()
    await clock.advance(60_000)
    expect(relay.sessions).toHaveLength(1)
  })

  it('does not wait for a relay that does not shake hands', async () => {
    const made = await connected()
    relay.session.blackHole = true
    const closing = made.close()
    await clock.advance(1000)
    await closing
    expect(clock.pending).toBe(0)
  })
})

describe('keep-alive', () => {
  it('pings every heartbeatMs and ends a connection silent for 10 s after', async () => {
    const made = await connected()
    relay.session.blackHole = true
    await clock.advance(34_999)
    expect(made.status.state.name).toBe('Connected')
    await clock.advance(1)
    expect(made.status).toMatchObject({
      attempt: 1,
      failure: { message: expect.stringMatching(/did not answer/) },
    })
  })

  it('any inbound frame is life, and an answered ping keeps the connection for hours', async () => {
    const made = await connected()
    await clock.advance(4 * 3_600_000)
    expect(made.status.state.name).toBe('Connected')
    expect(relay.sessions).toHaveLength(1)
  })

  it('a sleep is noticed by the clock: a dead connection is left within 3 s, not after 35', async () => {
    const made = await connected()
    await clock.advance(6_000)
    relay.session.blackHole = true
    clock.sleep(8 * 3_600_000)
    await clock.advance(2_000 + 3_000)
    await clock.advance(500)
    expect(relay.sessions).toHaveLength(2)
    expect(made.status.state.name).toBe('Connected')
  })

  it('a connection that lived through the sleep is kept', async () => {
    const made = await connected()
    clock.sleep(60_000)
    await clock.advance(60_000)
    expect(relay.sessions).toHaveLength(1)
    expect(made.status.state.name).toBe('Connected')
  })

  it('waking forgets the attempts and does not wait for the next one', async () => {
    relay.stop()
    const made = connection({ maxReconnectAttempts: 2 })
    made.connect()
    await clock.advance(60_000)
    expect(made.status.state.name).toBe('Disconnected')
    relay.start()
    clock.sleep(3_600_000)
    await clock.advance(2_000)
    expect(made.status).toMatchObject({ state: { name: 'Connected' }, attempt: 0 })
  })

  it('a clock that is set back is no sleep', async () => {
    const made = await connected()
    clock.sleep(-3_600_000)
    await clock.advance(60_000)
    expect(relay.sessions).toHaveLength(1)
    expect(made.status.state.name).toBe('Connected')
  })
})

describe('sending', () => {
  it('sends nothing while there is no connection', () => {
    const made = connection()
    expect(made.send({ type: 'ping' })).toBe('not_ready')
  })

  it('does not send what the relay would close the connection over', async () => {
    relay.welcome = { ...relay.welcome, maxFrameBytes: 60 }
    const made = await connected()
    const ping = { type: 'cancel', id: '019a0000-0000-7000-8000-000000000000' } as const
    expect(made.send(ping)).toBe('too_large')
    expect(made.send({ type: 'ping', n: 1 })).toBe('sent')
  })
})
