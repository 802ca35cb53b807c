/**
 * Reads a stream of frames in gulps. A screen shows no more than so many frames a second, and each piece of an answer
 * that wakes the process by itself costs more than all that is done with it.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** What is read at one time, at most. */
const READ_BYTES = 64 * 1024

/**
 * A connection that stops reading at once when it is paused, as one with a buffer of its own does (`onread`). Others go on
 * until theirs is full, and wake the process for each packet.
 */
export function gulpingConnection(options: NetConnectOpts): Socket {
  const socket: Socket = connect({
    ...options,
    onread: {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (length, bytes) => socket.push(Buffer.from(bytes.subarray(0, length))),
    },
  })
  return socket
}

/** How long a connection rests between two gulps. */
export interface ReadingPace {
  /** Milliseconds; where frames come quickly. */
  readonly leastMs: number
  /** Milliseconds; where they come slowly. */
  readonly mostMs: number
  /** In between, as long as so much takes to come. */
  readonly bytes: number
}

/** Milliseconds; where `received` bytes have come in `elapsedMs`. */
export function restMs(
  { leastMs, mostMs, bytes }: ReadingPace,
  received: number,
  elapsedMs: number,
): number {
  return Math.min(Math.max((bytes * elapsedMs) / received, leastMs), mostMs)
}

/**
 * Lets `socket` rest after what it has received, while messages follow each other faster than `mostMs` twice. What comes
 * after a silence is received at once, and so is what follows it first: an answer's first piece, for one.
 */
export function readInGulps(socket: WebSocket, pace: ReadingPace): void {
  let before = Number.NEGATIVE_INFINITY
  let restedAt = Number.NEGATIVE_INFINITY
  let received = 0
  let quick = 0
  let gulping = false
  const rest = (): void => {
    const now = performance.now()
    const ms = restMs(pace, received, now - restedAt)
    restedAt = now
    received = 0
    socket.pause()
    setTimeout(() => {
      gulping = false
      socket.resume()
    }, ms)
  }
  socket.on('message', (data: Buffer) => {
    received += data.length
    if (gulping) return
    const now = performance.now()
    quick = now - before < 2 * pace.mostMs ? quick + 1 : 0
    before = now
    if (quick < 2) return
    gulping = true
    // What is there already belongs to the gulp.
    setImmediate(rest)
  })
}
