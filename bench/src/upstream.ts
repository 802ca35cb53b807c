/**
 * The model's side of a measurement: an OpenAI-compatible server that spends as little as it can, because it shares the
 * machine with what is measured. The model's name says what it answers: `paced-RATE-COUNT` sends COUNT marked deltas,
 * RATE a second; `text-RATE-COUNT` sends as many tokens of Markdown, the sample answer again and again; any other name
 * gets a short answer at once.
 *
 * The mock of the tests keeps a timer and a record for each delta; here one timer serves all streams.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { SAMPLE_ANSWER, tokensOf } from '@speak-code/testkit'
import { microseconds, stampedDelta } from './stamp.ts'

/** Streams of one rate get their deltas in turn, this far apart in phase. */
const SLOT_MS = 1

interface PacedStream {
  readonly response: ServerResponse
  readonly event: (index: number) => string
  readonly count: number
  readonly periodMs: number
  index: number
  dueAt: number
}

const streams = new Set<PacedStream>()
let phase = 0

const chunk = (choice: string, usage = 'null'): string =>
  `data: {"id":"bench","object":"chat.completion.chunk","created":0,"model":"bench","choices":[${choice}],"usage":${usage}}\n\n`

const delta = (content: string): string =>
  chunk(`{"index":0,"delta":{"content":"${content}"},"finish_reason":null}`)

const ending = (count: number): string =>
  chunk('{"index":0,"delta":{},"finish_reason":"stop"}') +
  chunk('', `{"prompt_tokens":3,"completion_tokens":${count},"total_tokens":${count + 3}}`) +
  'data: [DONE]\n\n'

const SAMPLE = tokensOf(SAMPLE_ANSWER).map((token) => delta(JSON.stringify(token).slice(1, -1)))

/** What a stream of this kind sends at its turn. */
const EVENTS: Readonly<Record<string, PacedStream['event']>> = {
  paced: (index) => delta(stampedDelta(index, microseconds())),
  text: (index) => SAMPLE[index % SAMPLE.length] ?? '',
}

function tick(): void {
  const now = performance.now()
  for (const stream of streams) {
    while (stream.dueAt <= now && stream.index < stream.count) {
      stream.response.write(stream.event(stream.index))
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
  const [, kind = '', rate, count] =
    /"model":"(?:openai\/)?(paced|text)-(\d+)-(\d+)"/.exec(body) ?? []
  const event = EVENTS[kind]
  if (event === undefined) {
    response.end(delta('A short') + delta(' answer.') + ending(2))
    return
  }
  response.flushHeaders()
  const periodMs = 1000 / Number(rate)
  phase = (phase + SLOT_MS) % periodMs
  const dueAt = Math.floor(performance.now() / periodMs) * periodMs + periodMs + phase
  const stream = { response, event, count: Number(count), periodMs, index: 0, dueAt }
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
