/**
 * The clients of a measurement, all in one process: as many connections as streams, each with one question.
 * Started with an IPC channel; the one argument is {@link ClientOptions} as JSON. It tells its parent when each measured
 * window begins and ends, and at last what it saw.
 */
import { randomUUID } from 'node:crypto'
import { encode, SUBPROTOCOL } from '@speak-code/protocol'
import { WebSocket } from 'ws'
import { microseconds, readStamps } from './stamp.ts'
import { quantile } from './statistics.ts'

export interface ClientOptions {
  /** Of the WebSocket. */
  readonly url: string
  readonly model: string
  readonly streams: number
  /** Deltas that each stream has in all. */
  readonly count: number
  readonly warmUpMs: number
  /** Of one second each, after the other. */
  readonly windows: number
}

/** What came within a second. */
export interface Window {
  readonly deltas: number
  /** Latencies in ms, from the upstream's writing to the client's reading. */
  readonly p50: number
  readonly p99: number
}

/** How the streams ended. */
export interface Result {
  /** Streams that ended before the last window did: the figures are not of the load that was meant. */
  readonly endedEarly: number
  /** Deltas of all streams that did not come, or not in their turn. */
  readonly lost: number
  /** Streams with a proper end. */
  readonly ended: number
}

/** What the client tells: `begin` and `end` of each window, then `result`. */
export type ClientNews =
  | { readonly news: 'begin' }
  | ({ readonly news: 'end' } & Window)
  | ({ readonly news: 'result' } & Result)

const WINDOW_MS = 1000

/** Connections that are opened at one time. */
const BATCH = 50

const options: ClientOptions = JSON.parse(process.argv[2] ?? '')
let latencies: number[] = []
let measuring = false
let streaming = 0
let received = 0
let outOfTurn = 0
let ended = 0
let endedEarly = 0
let closed = 0

const tell = (news: ClientNews): void => {
  process.send?.(news)
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

async function measure(): Promise<void> {
  await after(options.warmUpMs)
  measuring = true
  for (let index = 0; index < options.windows; index += 1) {
    latencies = []
    tell({ news: 'begin' })
    // oxlint-disable-next-line no-await-in-loop -- one window after the other
    await after(WINDOW_MS)
    const sorted = Float64Array.from(latencies).toSorted()
    tell({
      news: 'end',
      deltas: sorted.length,
      p50: quantile(sorted, 0.5) / 1000,
      p99: quantile(sorted, 0.99) / 1000,
    })
  }
  measuring = false
  endedEarly = ended
}

function openStream(): Promise<void> {
  const socket = new WebSocket(options.url, SUBPROTOCOL, { perMessageDeflate: false })
  let next = 0
  socket.on('message', (data) => {
    if (!Buffer.isBuffer(data)) return
    const now = microseconds()
    const frame = data.toString()
    // A refusal would be waited for in vain.
    if (frame.startsWith('{"type":"error"')) throw new Error(`the relay refused: ${frame}`)
    received += readStamps(frame, (sentAt, index) => {
      if (index !== next) outOfTurn += 1
      next = index + 1
      if (measuring) latencies.push(now - sentAt)
      if (index === 0 && (streaming += 1) === options.streams) void measure()
    })
    if (!/"status":"completed"|data: \[DONE\]/.test(frame)) return
    ended += 1
    socket.close()
  })
  socket.on('close', () => {
    closed += 1
    if (closed === options.streams) finish()
  })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      socket.send(encode({ type: 'hello', client: { name: 'bench', version: '1' } }))
      socket.send(
        encode({
          type: 'chat',
          id: randomUUID(),
          conversationId: randomUUID(),
          parentId: null,
          messages: [{ id: randomUUID(), role: 'user', content: 'Go.' }],
          model: options.model,
        }),
      )
      resolve()
    })
  })
}

function finish(): void {
  const missing = options.streams * options.count - received
  const early = measuring ? ended : endedEarly
  tell({ news: 'result', endedEarly: early, lost: Math.max(missing, outOfTurn), ended })
  process.disconnect?.()
}

for (let opened = 0; opened < options.streams; opened += BATCH) {
  const batch = Math.min(BATCH, options.streams - opened)
  // oxlint-disable-next-line no-await-in-loop -- a batch after the other, or the listen queue overflows
  await Promise.all(Array.from({ length: batch }, openStream))
}
