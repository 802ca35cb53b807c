/** Answers in the background: each goes on by itself, and connections listen to it from wherever they ask. */
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pause, playReply, type Stage } from './mock-reply.ts'
import type { BackgroundAnswer, MockCall, Pause, Reply } from './reply.ts'
import { backgroundEnd, backgroundEvents } from './responses-events.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
/** Before a reset, so that what was written has reached the client. */
const RESET_DELAY_MS = 20

/** One answer as far as it has come. */
class Answer {
  readonly script: BackgroundAnswer
  readonly #model: string
  readonly #grown = new EventEmitter().setMaxListeners(0)
  readonly #events: string[] = []
  #over = false
  #listeners = 0

  constructor(script: BackgroundAnswer, model: string, stage: Pick<Stage, 'gate'>) {
    this.script = script
    this.#model = model
    void this.#write(stage)
  }

  cancel(): void {
    this.#end('cancelled')
  }

  /** Sends what follows event `after`, then what comes, until the answer is over or the connection is dropped. */
  async listen(
    after: number,
    request: IncomingMessage,
    response: ServerResponse,
    stage: Stage,
  ): Promise<void> {
    const { drops = [] } = this.script
    let room = drops[this.#listeners] ?? Infinity
    this.#listeners += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    response.once('close', () => this.#grown.emit('more'))
    for (let next = after + 1; stage.isOpen(); next += 1) {
      while (next >= this.#events.length && !this.#over && stage.isOpen()) {
        await once(this.#grown, 'more')
      }
      const event = this.#events[next]
      if (event === undefined) break
      const bytes = Buffer.from(event).subarray(0, room)
      response.write(bytes)
      room -= bytes.length
      if (room > 0) continue
      await new Promise((resolve) => setTimeout(resolve, RESET_DELAY_MS))
      request.socket.resetAndDestroy()
      return
    }
    response.end()
  }

  async #write(stage: Pick<Stage, 'gate'>): Promise<void> {
    for (const step of backgroundEvents(this.script, this.#model)) {
      if (isPause(step)) {
        await pause(stage, step)
      } else this.#add(step)
    }
    this.#end(this.script.end ?? 'completed')
  }

  #end(status: Parameters<typeof backgroundEnd>[2]): void {
    if (this.#over) return
    this.#add(backgroundEnd(this.script, this.#model, status))
    this.#over = true
    this.#grown.emit('more')
  }

  #add(event: Readonly<Record<string, unknown>>): void {
    if (this.#over) return
    const data = JSON.stringify({ ...event, sequence_number: this.#events.length })
    this.#events.push(`event: ${String(event['type'])}\ndata: ${data}\n\n`)
    this.#grown.emit('more')
  }
}

function isPause(step: Readonly<Record<string, unknown>> | Pause): step is Pause {
  return 'gate' in step || 'delayMs' in step
}

export class BackgroundAnswers {
  readonly #answers = new Map<string, Answer>()

  /** Makes the answer, or refuses to make it again. Resolves when the mock is through with the call. */
  async begin(
    script: BackgroundAnswer,
    { before = [] }: Reply,
    request: IncomingMessage,
    response: ServerResponse,
    model: string,
    stage: Stage,
  ): Promise<void> {
    if (this.#answers.has(script.id)) {
      const body = JSON.stringify({ error: { message: 'asked twice', type: 'server_error' } })
      const refusal: Reply = { status: 500, headers: JSON_TYPE, body: [body] }
      await playReply(refusal, request, response, model, stage)
      return
    }
    const answer = new Answer(script, model, stage)
    this.#answers.set(script.id, answer)
    for (const wait of before) {
      await pause(stage, wait)
    }
    if (stage.isOpen()) await answer.listen(-1, request, response, stage)
  }

  /** Answers calls for what was made: undefined for any other call. */
  find(
    { path, method, query }: Pick<MockCall, 'path' | 'method' | 'query'>,
    request: IncomingMessage,
    response: ServerResponse,
    stage: Stage,
  ): Promise<void> | undefined {
    const [, id = '', verb] = /\/responses\/([^/]+)(?:\/(cancel))?$/.exec(path) ?? []
    if (id === '') return undefined
    const answer = this.#answers.get(id)
    if (answer === undefined) {
      const body = JSON.stringify({ error: { message: `Response with id '${id}' not found.` } })
      const missing: Reply = { status: 404, headers: JSON_TYPE, body: [body] }
      return playReply(missing, request, response, '', stage)
    }
    if (method === 'POST' && verb === 'cancel') {
      answer.cancel()
      const body = JSON.stringify({ id, object: 'response', status: 'cancelled' })
      return playReply({ headers: JSON_TYPE, body: [body] }, request, response, '', stage)
    }
    return answer.listen(Number(query['starting_after'] ?? -1), request, response, stage)
  }
}
