/** One connection through the chaos proxy, and how it comes to grief. */
import { connect, type Socket } from 'node:net'
import { ChaosLane, type Weather } from './chaos-lane.ts'

/** `cut`: both sides get a FIN. `reset`: both get an RST. `blackHole`: nothing passes any more, and nobody is told. */
export type Fault = 'cut' | 'reset' | 'blackHole'

export type ProxyTarget =
  | { readonly host?: string; readonly port: number }
  | { readonly path: string }

export interface ConnectionOptions {
  readonly target: ProxyTarget
  readonly weather: () => Weather
  readonly random: () => number
  /** A fault that was planned has happened. */
  readonly struck: (fault: Fault) => void
  readonly closed: () => void
}

/** A side that does not answer a FIN is left after this long. */
const FIN_GRACE_MS = 1000

export class ChaosConnection {
  readonly #near: Socket
  readonly #far: Socket
  readonly #lanes: readonly ChaosLane[]
  #plan: { readonly fault: Fault; bytes: number } | undefined
  #dead = false

  constructor(near: Socket, options: ConnectionOptions) {
    this.#near = near
    this.#far = connect({ ...options.target, allowHalfOpen: true, noDelay: true })
    near.setNoDelay(true)
    const { weather, random, struck, closed } = options
    const common = {
      weather,
      random,
      stopped: () => {
        const fault = this.#plan?.fault ?? 'cut'
        this.strike(fault)
        struck(fault)
      },
    }
    this.#lanes = [
      new ChaosLane({ ...common, from: near, to: this.#far, allowed: (length) => length }),
      new ChaosLane({
        ...common,
        from: this.#far,
        to: near,
        allowed: (length) => this.#allowed(length),
      }),
    ]
    for (const [socket, other] of [
      [near, this.#far],
      [this.#far, near],
    ] as const) {
      // A reset on one side is one on the other; a close comes after it in any case.
      socket.on('error', () => {
        if (!this.#dead) reset(other)
      })
      socket.on('close', () => {
        if (!this.#dead) other.end()
        if (near.closed && this.#far.closed) closed()
      })
    }
  }

  /** Whether bytes still pass. */
  get alive(): boolean {
    return !this.#dead
  }

  /** Returns whether it was still alive. */
  strike(fault: Fault): boolean {
    if (this.#dead) return false
    this.#dead = true
    for (const lane of this.#lanes) lane.stop()
    for (const socket of [this.#near, this.#far]) {
      if (fault === 'reset') reset(socket)
      else if (fault === 'cut') finish(socket)
      else socket.pause()
    }
    return true
  }

  /** Strikes as soon as `bytes` more bytes have gone to the client. */
  plan(fault: Fault, bytes: number): void {
    this.#plan = { fault, bytes }
  }

  /** Leaves nothing behind. */
  destroy(): void {
    this.#dead = true
    for (const lane of this.#lanes) lane.stop()
    this.#near.destroy()
    this.#far.destroy()
  }

  #allowed(length: number): number {
    const plan = this.#plan
    if (plan === undefined) return length
    const count = Math.min(length, plan.bytes)
    plan.bytes -= count
    return count
  }
}

function finish(socket: Socket): void {
  socket.resume()
  socket.end()
  const timer = setTimeout(() => socket.destroy(), FIN_GRACE_MS)
  socket.once('close', () => {
    clearTimeout(timer)
  })
  socket.once('end', () => socket.destroy())
}

/** A Unix socket knows no reset: closing it with unread bytes is the nearest thing. */
function reset(socket: Socket): void {
  if (socket.remotePort === undefined || socket.destroyed) socket.destroy()
  else socket.resetAndDestroy()
}
