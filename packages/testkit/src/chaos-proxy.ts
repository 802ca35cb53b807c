/** A TCP proxy that does what networks do: it cuts, resets, swallows, delays, throttles and splits. Seeded. */
import { createServer, type Socket } from 'node:net'
import { ChaosConnection, type Fault, type ProxyTarget } from './chaos-connection.ts'
import { FAIR, type Weather } from './chaos-lane.ts'
import { randomFrom } from './cut.ts'

export interface ChaosProxy {
  /** On 127.0.0.1. */
  readonly port: number
  /** Connections over which bytes still pass. */
  readonly alive: number
  /** How many connections each fault has struck so far. */
  readonly struck: Readonly<Record<Fault, number>>
  /** Where connections from now on go; without a target they are reset. */
  aim(target?: ProxyTarget): void
  /** Changes the weather for all connections; what is not named stays. */
  weather(weather: Partial<Weather>): void
  /** Strikes every connection that is alive. Returns how many there were. */
  strike(fault: Fault): number
  /** Strikes every connection of now as soon as `bytes` more bytes have gone to its client: in mid-frame, mostly. */
  strikeAfter(fault: Fault, bytes: number): void
  /** Ends all connections, those in black holes too, and takes no more. */
  close(): Promise<void>
}

export interface ChaosProxyOptions {
  readonly target?: ProxyTarget
  /** Two proxies with one seed do the same to the same bytes. */
  readonly seed?: number
  readonly weather?: Partial<Weather>
}

/** Resolves when the proxy takes connections on a port of its own choosing. */
export async function startChaosProxy(options: ChaosProxyOptions = {}): Promise<ChaosProxy> {
  const { seed = 1 } = options
  let { target } = options
  let weather: Weather = { ...FAIR, ...options.weather }
  let count = 0
  const connections = new Set<ChaosConnection>()
  const struck: Record<Fault, number> = { cut: 0, reset: 0, blackHole: 0 }
  const living = (): ChaosConnection[] => [...connections].filter(({ alive }) => alive)

  const take = (near: Socket): void => {
    if (target === undefined) {
      near.on('error', () => near.destroy())
      near.resetAndDestroy()
      return
    }
    count += 1
    const connection = new ChaosConnection(near, {
      target,
      weather: () => weather,
      random: randomFrom(seed * 65_537 + count),
      struck: (fault) => {
        struck[fault] += 1
      },
      closed: () => connections.delete(connection),
    })
    connections.add(connection)
  }

  const server = createServer({ allowHalfOpen: true }, take)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get alive() {
      return living().length
    },
    struck,
    aim(next) {
      target = next
    },
    weather(change) {
      weather = { ...weather, ...change }
    },
    strike(fault) {
      const victims = living()
      for (const victim of victims) victim.strike(fault)
      struck[fault] += victims.length
      return victims.length
    },
    strikeAfter(fault, bytes) {
      for (const victim of living()) victim.plan(fault, bytes)
    },
    async close() {
      for (const connection of connections) connection.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
