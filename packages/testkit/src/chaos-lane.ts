/** One direction of a connection through the chaos proxy: bytes arrive late, slowly and in pieces, but in order. */
import type { Socket } from 'node:net'

/** What the way does to bytes; 0 is nothing. */
export interface Weather {
  /** Each piece is late by up to so many milliseconds. */
  readonly delayMs: number
  readonly bytesPerSecond: number
  /** Bytes are cut at random into pieces of at most this length. */
  readonly longestPiece: number
}

export const FAIR: Weather = { delayMs: 0, bytesPerSecond: 0, longestPiece: 0 }

export interface LaneOptions {
  readonly from: Socket
  readonly to: Socket
  /** Asked anew for each piece. */
  readonly weather: () => Weather
  /** In [0, 1). */
  readonly random: () => number
  /** How many of the next `length` bytes may pass. After fewer than all of them the lane has stopped, and says so. */
  readonly allowed: (length: number) => number
  readonly stopped: () => void
}

/** Beyond this the sender has to wait. */
const MAX_QUEUED_BYTES = 1024 * 1024

/** Timers are not exact: many short waits would add up to far more than was meant. */
const SHORTEST_WAIT_MS = 4

const until = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    if (ms <= 0) setImmediate(resolve)
    else setTimeout(resolve, ms)
  })

export class ChaosLane {
  readonly #options: LaneOptions
  #queue: { readonly bytes: Buffer; readonly due: number }[] = []
  #queued = 0
  #lastDue = 0
  #freeAt = 0
  #pumping = false
  #ended = false
  #over = false

  constructor(options: LaneOptions) {
    this.#options = options
    options.from.on('data', (bytes) => {
      this.#take(Buffer.from(bytes))
    })
    options.from.on('end', () => {
      this.#ended = true
      void this.#pump()
    })
  }

  /** Nothing passes any more; what is under way is lost. */
  stop(): void {
    this.#over = true
    this.#queue = []
  }

  #take(bytes: Buffer): void {
    if (this.#over) return
    const { from, weather, random } = this.#options
    this.#lastDue = Math.max(this.#lastDue, performance.now() + random() * weather().delayMs)
    this.#queue.push({ bytes, due: this.#lastDue })
    this.#queued += bytes.length
    if (this.#queued > MAX_QUEUED_BYTES) from.pause()
    void this.#pump()
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const early = next.due - performance.now()
      if (early > 0) await until(early)
      await this.#pass(next.bytes)
      this.#queued -= next.bytes.length
      if (!this.#over && this.#queued <= MAX_QUEUED_BYTES) this.#options.from.resume()
    }
    this.#pumping = false
    if (this.#ended && !this.#over) this.#options.to.end()
  }

  async #pass(bytes: Buffer): Promise<void> {
    const { weather, random } = this.#options
    let rest = bytes
    while (rest.length > 0 && !this.#over) {
      const { longestPiece, bytesPerSecond } = weather()
      const length = longestPiece > 0 ? 1 + Math.floor(random() * longestPiece) : rest.length
      const piece = rest.subarray(0, length)
      rest = rest.subarray(length)
      if (bytesPerSecond > 0) {
        const now = performance.now()
        this.#freeAt = Math.max(this.#freeAt, now) + (piece.length / bytesPerSecond) * 1000
        if (this.#freeAt - now >= SHORTEST_WAIT_MS) await until(this.#freeAt - now)
      }
      await this.#write(piece)
      // Pieces that are written in one turn would leave as one.
      if (rest.length > 0) await until(0)
    }
  }

  async #write(piece: Buffer): Promise<void> {
    const { to, allowed, stopped } = this.#options
    if (this.#over || !to.writable) return
    const count = allowed(piece.length)
    const flushed = count === 0 || to.write(piece.subarray(0, count))
    if (count < piece.length) {
      this.stop()
      stopped()
    } else if (!flushed) {
      await new Promise((resolve) => {
        to.once('drain', resolve)
        to.once('close', resolve)
      })
    }
  }
}
