/** Plays one reply on a socket. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { DONE_EVENT, deltaEvent, finishEvent, roleEvent, usageEvent } from './chat-events.ts'
import { cutBytes } from './cut.ts'
import type { Cut, DeltaStream, Pause, Piece, Reply } from './reply.ts'

/** Before a reset, so that what was written has reached the client. */
const RESET_DELAY_MS = 20

/** Where a reply stands: `gate` waits for a gate by its name. */
export interface Stage {
  gate(name: string): Promise<void>
  /** False once the client has closed the connection. */
  isOpen(): boolean
}

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

const isPause = (piece: Piece): piece is Pause =>
  typeof piece !== 'string' && ('delayMs' in piece || 'gate' in piece)

const bytesOf = (piece: string | { readonly base64: string }): Buffer =>
  typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.base64, 'base64')

/** HTTP chunks, one for each piece: a client reads each of them apart, however TCP packs them. */
function chunked(pieces: readonly Buffer[]): Buffer {
  return Buffer.concat(
    pieces.flatMap((piece) => [
      Buffer.from(`${piece.length.toString(16)}\r\n`),
      piece,
      Buffer.from('\r\n'),
    ]),
  )
}

/** Waits for the gate, or the time. */
export async function pause(stage: Pick<Stage, 'gate'>, wait: Pause): Promise<void> {
  await ('gate' in wait ? stage.gate(wait.gate) : sleep(wait.delayMs))
}

const microseconds = (): bigint => process.hrtime.bigint() / 1000n

/** Sends the deltas at their times; never ahead, and without losing any where the process falls behind. */
async function playDeltas(
  stream: DeltaStream,
  model: string,
  stage: Stage,
  write: (text: string) => void,
): Promise<void> {
  const count = stream.count ?? stream.texts.length
  const spacing = stream.perSecond === undefined ? 0 : 1000 / stream.perSecond
  const began = performance.now()
  write(roleEvent(model))
  for (let index = 0; index < count && stage.isOpen(); index += 1) {
    const early = began + (index + 1) * spacing - performance.now()
    if (early > 0) await sleep(early)
    const text = stream.texts[index % stream.texts.length] ?? ''
    write(deltaEvent(model, stream.stamp === true ? `${microseconds()};${text}` : text))
  }
  const reason = stream.finishReason === undefined ? 'stop' : stream.finishReason
  if (reason !== null) write(finishEvent(model, reason))
  const usage =
    stream.usage === undefined
      ? { prompt_tokens: 7, completion_tokens: count, total_tokens: 7 + count }
      : stream.usage
  if (usage !== null) write(usageEvent(model, usage))
  if (stream.done !== false) write(DONE_EVENT)
}

/** Repeats the bytes for as long as the client reads. */
async function playEndless(
  socket: NonNullable<ServerResponse['socket']>,
  bytes: Buffer,
  stage: Stage,
): Promise<void> {
  while (stage.isOpen()) {
    const flushed = socket.write(bytes)
    await new Promise((resolve) => {
      if (flushed) setImmediate(resolve)
      else socket.once('drain', resolve).once('close', resolve)
    })
  }
}

/** Plays the reply to its end. Resolves when the mock is through with it. */
export async function playReply(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  model: string,
  stage: Stage,
): Promise<void> {
  for (const wait of reply.before ?? []) {
    await pause(stage, wait)
  }
  if (reply.silent === true || !stage.isOpen()) return
  // The mock frames every body itself, whatever length the recorded headers name.
  const { 'content-length': _, ...headers } = reply.headers ?? {}
  response.writeHead(reply.status ?? 200, {
    'content-type': 'text/event-stream',
    ...headers,
    'transfer-encoding': 'chunked',
  })
  response.flushHeaders()
  const { socket } = request
  const cut: Cut = reply.cut ?? 'whole'
  let last: Buffer = Buffer.alloc(0)
  const write = (bytes: Buffer): void => {
    if (bytes.length === 0 || !stage.isOpen()) return
    last = chunked(cutBytes(bytes, cut))
    socket.write(last)
  }
  for (const piece of reply.body ?? []) {
    if (isPause(piece)) await pause(stage, piece)
    else write(bytesOf(piece))
  }
  if (reply.deltas !== undefined) {
    await playDeltas(reply.deltas, model, stage, (text) => {
      write(Buffer.from(text))
    })
  }
  if (!stage.isOpen()) return
  switch (reply.end ?? 'complete') {
    case 'complete':
      response.end()
      break
    case 'close':
      socket.end()
      break
    case 'reset':
      await sleep(RESET_DELAY_MS)
      socket.resetAndDestroy()
      break
    case 'endless':
      await playEndless(socket, last, stage)
      break
    case 'never':
      break
  }
}
