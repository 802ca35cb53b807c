/**
 * The model's side of a measurement: an OpenAI-compatible server that spends as little as it can, because it shares the
 * machine with what is measured. The model's name says what it answers: `paced-RATE-COUNT` sends COUNT marked deltas,
 * RATE a second; `text-RATE-COUNT` sends as many tokens of Markdown, the sample answer again and again; `vendor-RATE-COUNT`
 * the same as the vendor sends it whose API is called; any other name gets a short answer at once.
 *
 * The mock of the tests keeps a timer and a record for each delta; here one timer serves all streams.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { dialectOf } from './dialects.ts'
import { sampleText, sampleToken } from './sample-tokens.ts'
import { microseconds, stampedDelta } from './stamp.ts'

/** Streams of one rate get their deltas in turn, this far apart in phase. */
const SLOT_MS = 1

interface PacedStream {
  readonly response: ServerResponse
  readonly event: (index: number) => string
  readonly ending: string
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

type Answer = Pick<PacedStream, 'event' | 'ending'> & { readonly opening: string }

/** What a stream of this kind sends; undefined where there is no such kind. */
function answerOf(kind: string, url: string, count: number): Answer | undefined {
  const plain = { opening: '', ending: ending(count) }
  if (kind === 'paced') {
    return { ...plain, event: (index) => delta(stampedDelta(index, microseconds())) }
  }
  if (kind === 'text') {
    return { ...plain, event: (index) => delta(JSON.stringify(sampleToken(index)).slice(1, -1)) }
  }
  const dialect = kind === 'vendor' ? dialectOf(url) : undefined
  return dialect === undefined
    ? undefined
    : {
        opening: dialect.opening,
        event: (index) => dialect.delta(sampleToken(index), index),
        ending: dialect.ending(sampleText(count), count),
      }
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
    stream.response.end(stream.ending)
    streams.delete(stream)
  }
  setTimeout(tick, SLOT_MS)
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const { url = '' } = request
  const [, kind = '', rate, size] =
    /(?:"model":"|\/)(paced|text|vendor)-(\d+)-(\d+)\b/.exec(`${url} ${body}`) ?? []
  const count = Number(size)
  const answered = answerOf(kind, url, count)
  if (answered === undefined) {
    response.end(delta('A short') + delta(' answer.') + ending(2))
    return
  }
  response.flushHeaders()
  const { opening, ...events } = answered
  if (opening !== '') response.write(opening)
  const periodMs = 1000 / Number(rate)
  phase = (phase + SLOT_MS) % periodMs
  const dueAt = Math.floor(performance.now() / periodMs) * periodMs + periodMs + phase
  const stream = { response, ...events, count, periodMs, index: 0, dueAt }
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
