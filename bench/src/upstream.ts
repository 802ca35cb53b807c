/**
 * The model's side of a measurement: an OpenAI-compatible server that spends as little as it can, because it shares the
 * machine with what is measured. The model's name says what it answers: `paced-RATE-COUNT` sends COUNT deltas, RATE a
 * second; any other name gets a short answer at once.
 *
 * The mock of the tests keeps a timer and a record for each delta; here one timer serves all streams.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { microseconds, stampedDelta } from './stamp.ts'

/** Streams of one rate get their deltas in turn, this far apart in phase. */
const SLOT_MS = 1

interface PacedStream {
  readonly response: ServerResponse
  readonly count: number
  readonly periodMs: number
  index: number
  dueAt: number
}

const streams = new Set<PacedStream>()
let phase = 0

const event = (choice: string, usage = 'null'): string =>
  `data: {"id":"bench","object":"chat.completion.chunk","created":0,"model":"bench","choices":[${choice}],"usage":${usage}}\n\n`

const delta = (content: string): string =>
  event(`{"index":0,"delta":{"content":"${content}"},"finish_reason":null}`)

const ending = (count: number): string =>
  event('{"index":0,"delta":{},"finish_reason":"stop"}') +
  event('', `{"prompt_tokens":3,"completion_tokens":${count},"total_tokens":${count + 3}}`) +
  'data: [DONE]\n\n'

function tick(): void {
  const now = performance.now()
  for (const stream of streams) {
    while (stream.dueAt <= now && stream.index < stream.count) {
      stream.response.write(delta(stampedDelta(stream.index, microseconds())))
      stream.index += 1
      stream.dueAt += stream.periodMs
    }
    if (stream.index < stream.count) continue
    stream.response.end(ending(stream.count))
    streams.delete(stream)
  }
  setTimeout(tick, SLOT_MS)
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const paced = /"model":"(?:openai\/)?paced-(\d+)-(\d+)"/.exec(body)
  if (paced === null) {
    response.end(delta('A short') + delta(' answer.') + ending(2))
    return
  }
  response.flushHeaders()
  const periodMs = 1000 / Number(paced[1])
  phase = (phase + SLOT_MS) % periodMs
  const dueAt = Math.floor(performance.now() / periodMs) * periodMs + periodMs + phase
  const stream = { response, count: Number(paced[2]), periodMs, index: 0, dueAt }
  streams.add(stream)
  response.on('close', () => {
    streams.delete(stream)
  })
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    response.destroy()
  })
})
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  process.stdout.write(`listening on http://127.0.0.1:${address.port}/v1\n`)
})
tick()
