/** Is anybody still there? (CONTRACT.md §1, Keep-alive) */
import { PONG_TIMEOUT_MS } from '@speak-code/protocol'
import type { Clock } from './clock.ts'

/** After a sleep the answer is either quick or none will come. */
const PROBE_TIMEOUT_MS = 3_000

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly ping: () => void
  /** Nothing came in after a ping. The heartbeat has stopped. */
  readonly silent: () => void
}

/** Pings at a steady pace, and tells when nothing at all came in for a while after a ping. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #intervalMs = 0
  #alive = true
  #stopTimer: (() => void) | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Pings every `intervalMs` milliseconds from now on. */
  start(intervalMs: number): void {
    this.stop()
    this.#intervalMs = intervalMs
    this.#rest()
  }

  /** Something came in. */
  alive(): void {
    this.#alive = true
  }

  /** Pings at once and waits for 3 s only. */
  probe(): void {
    this.#ping(PROBE_TIMEOUT_MS)
  }

  stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  #rest(): void {
    this.#after(this.#intervalMs, () => {
      this.#ping(PONG_TIMEOUT_MS)
    })
  }

  #ping(timeoutMs: number): void {
    this.#alive = false
    this.#options.ping()
    this.#after(timeoutMs, () => {
      if (this.#alive) {
        this.#rest()
      } else {
        this.stop()
        this.#options.silent()
      }
    })
  }

  #after(ms: number, callback: () => void): void {
    this.stop()
    this.#stopTimer = this.#options.clock.after(ms, callback)
  }
}
