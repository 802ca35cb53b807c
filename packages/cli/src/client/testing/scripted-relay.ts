/** A relay in memory that keeps the protocol as a test tells it to, and breaks it where the test says so. */
import { createHash } from 'node:crypto'
import {
  encode,
  parseClientMessage,
  type Channel,
  type ChatRequest,
  type ClientMessage,
  type EndChunk,
  type ErrorMessage,
  type RunEnd,
  type ServerMessage,
  type Socket,
  type WelcomeMessage,
} from '@speak-code/protocol'
import { linkedSockets } from '@speak-code/protocol/testing'
import { v7 as uuid } from 'uuid'
import { unreachable, type Failure } from '../failure.ts'
import type { Link, LinkEvents, OpenLink } from '../relay-link.ts'

interface Piece {
  readonly delta: string
  readonly channel?: Channel
}

/** A run as the relay keeps it. */
class RelayRun {
  readonly request: ChatRequest
  readonly messageId = uuid()
  readonly pieces: Piece[] = []
  end: EndChunk | undefined
  /** Only the end and the text are left of its journal. */
  trimmed = false

  constructor(request: ChatRequest) {
    this.request = request
  }

  get tail(): number {
    return this.end?.seq ?? this.pieces.length
  }

  all(channel?: Channel): string {
    return this.pieces
      .filter((piece) => piece.channel === channel)
      .map((piece) => piece.delta)
      .join('')
  }

  frame(seq: number): ServerMessage {
    const piece = this.pieces[seq - 1]
    if (piece !== undefined) {
      return { type: 'chunk', id: this.request.id, seq, done: false, ...piece }
    }
    if (this.end === undefined) throw new RangeError(`no chunk ${seq}`)
    return this.end
  }
}

/** One connection as the relay sees it. */
export class RelaySession {
  readonly following = new Set<string>()
  readonly attached = new Set<string>()
  /** Nothing comes through any more, and nobody says so. */
  blackHole = false
  /** So many frames still leave; then the connection is cut. */
  framesLeft = Infinity
  open = true
  readonly socket: Socket

  constructor(socket: Socket) {
    this.socket = socket
    socket.onClose(() => {
      this.open = false
    })
  }

  send(message: ServerMessage): void {
    if (!this.open || this.blackHole) return
    if (this.framesLeft <= 0) {
      this.cut()
      return
    }
    this.framesLeft -= 1
    this.socket.send(encode(message))
  }

  sendRaw(text: string): void {
    this.socket.send(text)
  }

  cut(): void {
    this.open = false
    this.socket.terminate()
  }
}

const END: RunEnd = {
  status: 'completed',
  finishReason: 'stop',
  endedBy: 'provider',
  model: 'scripted-1',
  provider: 'scripted',
  usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, source: 'estimated' },
  textSha256: '',
}

export class ScriptedRelay {
  /** Why a handshake fails; undefined: it does not. */
  down: Failure | undefined
  welcome: WelcomeMessage = {
    type: 'welcome',
    server: { name: 'scripted', version: '1.0.0' },
    user: null,
    heartbeatMs: 25_000,
    maxFrameBytes: 8 * 1024 * 1024,
    maxInflight: 16,
    defaultModel: 'scripted/scripted-1',
  }
  /** Answers a chat in place of the relay. */
  refuse: ((chat: ChatRequest) => Omit<ErrorMessage, 'type' | 'for' | 'id'> | undefined) | undefined
  /** Whether a `hello` is answered. */
  greets = true
  /** Every frame that came in, oldest first. */
  readonly received: ClientMessage[] = []
  readonly sessions: RelaySession[] = []
  readonly runs = new Map<string, RelayRun>()
  /** Generations that were begun, by run. */
  readonly calls = new Map<string, number>()
  /** Sockets that were open or opening at the same time, at most. */
  mostLinks = 0
  #links = 0

  /** The connection of now. */
  get session(): RelaySession {
    const session = this.sessions.at(-1)
    if (session === undefined) throw new Error('nobody has connected')
    return session
  }

  readonly open: OpenLink = (_address, events) => {
    this.#links += 1
    this.mostLinks = Math.max(this.mostLinks, this.#links)
    let counted = true
    const gone = (): void => {
      if (counted) this.#links -= 1
      counted = false
    }
    const { down } = this
    if (down !== undefined) {
      queueMicrotask(() => {
        gone()
        events.failed(down)
      })
      return { send: () => undefined, ping: () => undefined, close: gone, terminate: gone }
    }
    return this.#connected(events, gone)
  }

  /** The relay stops answering handshakes. */
  stop(message = 'connection refused'): void {
    this.down = unreachable(message)
    for (const session of this.sessions) if (session.open) session.cut()
  }

  start(): void {
    this.down = undefined
  }

  /** The next piece of a run's answer, to the journal and to those who follow. */
  publish(id: string, delta: string, channel?: Channel): void {
    const run = this.#run(id)
    run.pieces.push(channel === undefined ? { delta } : { delta, channel })
    this.#tell(run)
  }

  end(id: string, end: Partial<RunEnd> = {}): void {
    const run = this.#run(id)
    if (run.end !== undefined) return
    const textSha256 = createHash('sha256').update(run.all()).digest('hex')
    run.end = {
      type: 'chunk',
      id,
      seq: run.pieces.length + 1,
      delta: '',
      done: true,
      ...END,
      textSha256,
      ...end,
    }
    this.#tell(run)
  }

  /** Frames of one type that came in. */
  got<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.received.filter(
      (frame): frame is Extract<ClientMessage, { type: T }> => frame.type === type,
    )
  }

  #run(id: string): RelayRun {
    const run = this.runs.get(id)
    if (run === undefined) throw new Error(`no run ${id}`)
    return run
  }

  #tell(run: RelayRun): void {
    for (const session of this.sessions) {
      if (session.following.has(run.request.id)) session.send(run.frame(run.tail))
    }
  }

  #connected(events: LinkEvents, gone: () => void): Link {
    const [near, far] = linkedSockets()
    const session = new RelaySession(far)
    this.sessions.push(session)
    far.onMessage((text) => {
      if (session.open && !session.blackHole) this.#take(session, text)
    })
    near.onMessage((text) => {
      events.alive()
      events.message(text)
    })
    near.onClose((code, reason) => {
      gone()
      session.open = false
      events.closed(code, reason)
    })
    queueMicrotask(() => {
      events.opened()
    })
    return {
      send: (text) => {
        near.send(text)
      },
      ping: () => {
        if (session.open && !session.blackHole) {
          queueMicrotask(() => {
            events.alive()
          })
        }
      },
      close: (code) => {
        gone()
        if (!session.blackHole) near.close(code)
      },
      terminate: () => {
        gone()
        near.terminate()
      },
    }
  }

  #take(session: RelaySession, text: string): void {
    const parsed = parseClientMessage(text)
    if (!parsed.ok) throw new Error(`the client sent a bad frame: ${parsed.reason}`)
    const { message } = parsed
    this.received.push(message)
    switch (message.type) {
      case 'hello':
        if (this.greets) session.send(this.welcome)
        break
      case 'chat':
        this.#chat(session, message)
        break
      case 'resume':
        this.#resume(session, message.id, message.after)
        break
      case 'cancel':
        this.#cancel(session, message.id)
        break
      case 'attach':
        session.attached.add(message.conversationId)
        session.send({ type: 'attached', conversationId: message.conversationId, runs: [] })
        break
      case 'detach':
        session.attached.delete(message.conversationId)
        break
      case 'ping':
        session.send({ type: 'pong' })
        break
    }
  }

  #chat(session: RelaySession, request: ChatRequest): void {
    const known = this.runs.get(request.id)
    const refusal = known === undefined ? this.refuse?.(request) : undefined
    if (refusal !== undefined) {
      session.send({ type: 'error', for: 'chat', id: request.id, ...refusal })
      return
    }
    const run = known ?? new RelayRun(request)
    if (known === undefined) {
      this.runs.set(request.id, run)
      this.calls.set(request.id, (this.calls.get(request.id) ?? 0) + 1)
    } else if (JSON.stringify(known.request) !== JSON.stringify(request)) {
      throw new Error('the same id came with another body')
    }
    session.send({
      type: 'accepted',
      id: request.id,
      conversationId: request.conversationId,
      messageId: run.messageId,
      model: END.model,
      provider: END.provider,
      duplicate: known !== undefined,
    })
    if (known !== undefined) this.#resume(session, request.id, 0)
    session.following.add(request.id)
  }

  #resume(session: RelaySession, id: string, after: number): void {
    const run = this.runs.get(id)
    if (run === undefined || after > run.tail) {
      session.send({
        type: 'resumed',
        id,
        conversationId: null,
        messageId: null,
        mode: 'lost',
        seq: 0,
      })
      return
    }
    const { messageId, tail, trimmed, end } = run
    const { conversationId } = run.request
    const place = { type: 'resumed', id, conversationId, messageId, seq: tail } as const
    session.following.add(id)
    if (trimmed && end !== undefined && after < end.seq - 1) {
      session.send({
        ...place,
        mode: 'snapshot',
        seq: end.seq - 1,
        text: run.all(),
        reasoning: run.all('reasoning'),
        refusal: run.all('refusal'),
      })
      session.send(end)
      return
    }
    session.send({ ...place, mode: 'replay' })
    for (let seq = after + 1; seq <= tail; seq += 1) session.send(run.frame(seq))
  }

  #cancel(session: RelaySession, id: string): void {
    if (!this.runs.has(id)) {
      session.send({
        type: 'error',
        for: 'cancel',
        id,
        code: 'not_found',
        message: 'there is no such run',
        retryable: false,
      })
      return
    }
    this.end(id, { status: 'cancelled', finishReason: null, endedBy: 'user' })
  }
}
