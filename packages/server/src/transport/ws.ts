/** `ws` → Socket: frames, heartbeat, payload caps and slow readers. All that is known of `ws` on this side is here. */
import type { Duplex } from 'node:stream'
import {
  CloseCode,
  closeReason,
  MAX_HELLO_BYTES,
  PONG_TIMEOUT_MS,
  type Socket,
} from '@speak-code/protocol'
import type { WebSocket } from 'ws'
import { MAX_BUFFERED_BYTES } from './delivery.ts'
import { writeTextFrame } from './text-frame.ts'

/** A reader that takes nothing for this long is dropped. */
const STALL_MS = 10_000
/** How often a slow reader is looked at. */
const STALL_CHECK_MS = 1000
/** How long a closing handshake may take. */
const CLOSE_GRACE_MS = 2000
/** Frames that are not deltas (news, answers) are not held back for a slow reader, but they end here: two of the largest. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024 + MAX_BUFFERED_BYTES

export interface WsSocketOptions {
  readonly heartbeatMs: number
  /** Whether a hello was read; before that a client may send `MAX_HELLO_BYTES` in all. */
  readonly greeted: () => boolean
}

export class WsSocket implements Socket {
  readonly #ws: WebSocket
  readonly #raw: Duplex
  readonly #options: WsSocketOptions
  #bytesBeforeHello = 0
  #lastSign = performance.now()
  readonly #heartbeat: NodeJS.Timeout
  #dead: NodeJS.Timeout | undefined
  #stall: NodeJS.Timeout | undefined
  readonly #drainListeners: (() => void)[] = []

  /** `raw` is the connection under the WebSocket. */
  constructor(ws: WebSocket, raw: Duplex, options: WsSocketOptions) {
    this.#ws = ws
    this.#raw = raw
    this.#options = options
    raw.on('data', this.#onData)
    raw.on('drain', this.#onRawDrain)
    ws.on('error', () => {
      // `close` follows and says the same; a frame that is too large or malformed has been answered by `ws`.
    })
    ws.on('close', () => {
      this.#stopTimers()
      raw.off('data', this.#onData)
    })
    this.#heartbeat = setInterval(() => {
      this.#beat()
    }, options.heartbeatMs)
    this.#heartbeat.unref()
  }

  get bufferedAmount(): number {
    return this.#raw.writableLength
  }

  send(text: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return
    writeTextFrame(this.#raw, text)
    const buffered = this.#raw.writableLength
    if (buffered > MAX_BUFFERED_BYTES) this.#watchStall(buffered)
  }

  close(code: number, reason = ''): void {
    this.#ws.close(code, closeReason(reason))
    setTimeout(() => {
      this.#ws.terminate()
    }, CLOSE_GRACE_MS).unref()
  }

  terminate(): void {
    this.#ws.terminate()
  }

  onMessage(listener: (text: string) => void): void {
    this.#ws.on('message', (data, isBinary) => {
      // A binary frame is a bad frame, which an empty text is as well.
      listener(isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8'))
    })
  }

  onClose(listener: (code: number, reason: string) => void): void {
    this.#ws.on('close', (code, reason) => {
      listener(code, reason.toString('utf8'))
    })
  }

  onDrain(listener: () => void): void {
    this.#drainListeners.push(listener)
  }

  cork(): void {
    this.#raw.cork()
  }

  uncork(): void {
    this.#raw.uncork()
  }

  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#lastSign = performance.now()
    if (this.#options.greeted()) return
    this.#bytesBeforeHello += bytes.length
    if (this.#bytesBeforeHello > MAX_HELLO_BYTES + 64) {
      this.close(CloseCode.tooLarge, 'the hello is too large')
    }
  }

  readonly #onRawDrain = (): void => {
    if (this.#stall !== undefined) clearInterval(this.#stall)
    this.#stall = undefined
    for (const listener of this.#drainListeners) listener()
  }

  #beat(): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return
    const asked = performance.now()
    this.#ws.ping()
    clearTimeout(this.#dead)
    this.#dead = setTimeout(() => {
      // A paused socket can not have answered: it waits for us, not we for it.
      if (this.#lastSign < asked && !this.#ws.isPaused) this.#ws.terminate()
    }, PONG_TIMEOUT_MS)
    this.#dead.unref()
  }

  #watchStall(buffered: number): void {
    if (buffered > MAX_QUEUED_BYTES) {
      this.#tooSlow()
      return
    }
    if (this.#stall !== undefined) return
    let least = buffered
    let since = performance.now()
    this.#stall = setInterval(() => {
      const now = this.bufferedAmount
      if (now < least) since = performance.now()
      least = Math.min(least, now)
      if (performance.now() - since >= STALL_MS) this.#tooSlow()
    }, STALL_CHECK_MS)
    this.#stall.unref()
  }

  #tooSlow(): void {
    this.#stopTimers()
    this.close(CloseCode.tryAgainLater, 'the client reads too slowly')
  }

  #stopTimers(): void {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#dead)
    clearInterval(this.#stall)
  }
}
