/** One client: a switch on the type of its frames, handled in order, that calls chat. */
import {
  closeReason,
  CloseCode,
  encode,
  errorInfo,
  HELLO_TIMEOUT_MS,
  MAX_BAD_FRAMES,
  MAX_HELLO_BYTES,
  parseClientMessage,
  SpeakCodeError,
  type ChatRequest,
  type ClientMessage,
  type ErrorMessage,
  type HelloMessage,
  type ServerMessage,
  type Socket,
  type WelcomeMessage,
} from '@speak-code/protocol'
import type { Chat, StartedRun } from '../chat/chat.ts'
import type { Principal } from '../chat/principal.ts'
import type { RunReader } from '../chat/run-reader.ts'
import type { RunNews } from '../chat/watchers.ts'
import type { Providers } from '../providers/provider.ts'
import type { Answer } from '../store/store.ts'
import { Delivery, MAX_BUFFERED_BYTES } from './delivery.ts'

/** How many conversations one socket may watch. */
const MAX_ATTACHED = 256

export interface SessionHost {
  readonly chat: Chat
  readonly maxInflight: number
  /** Who it is, and what it is welcomed with; throws SpeakCodeError. */
  welcome(hello: HelloMessage): { principal: Principal; welcome: WelcomeMessage }
  /** The providers of the present configuration and of the caller's environment. Throws SpeakCodeError. */
  providers(environment: Readonly<Record<string, string>> | undefined): Providers
  warn(what: string, error: unknown): void
}

type For = ErrorMessage['for']

export class Session {
  readonly #socket: Socket
  readonly #host: SessionHost
  readonly #queue: string[] = []
  #busy = false
  #closed = false
  #badFrames = 0
  #principal: Principal | undefined
  #environment: Readonly<Record<string, string>> | undefined
  readonly #helloTimer: NodeJS.Timeout
  /** Runs that this socket follows, by id. */
  readonly #deliveries = new Map<string, Delivery>()
  /** Live runs that this socket started. */
  readonly #started = new Set<string>()
  readonly #attached = new Map<string, () => void>()
  readonly #onClosed: () => void

  constructor(socket: Socket, host: SessionHost, onClosed: () => void) {
    this.#socket = socket
    this.#host = host
    this.#onClosed = onClosed
    this.#helloTimer = setTimeout(() => {
      this.#close(CloseCode.helloTimeout, 'no hello in time')
    }, HELLO_TIMEOUT_MS)
    socket.onMessage((text) => {
      // Not queued: that would pause the socket, and the client's answer to the close would not be read.
      if (this.#closed) return
      this.#queue.push(text)
      if (!this.#busy) void this.#work()
    })
    socket.onDrain(() => {
      for (const delivery of this.#deliveries.values()) delivery.pump()
      if (!this.#busy) void this.#work()
    })
    socket.onClose(() => {
      this.#release()
    })
  }

  /** Whether a hello was read: before it, a client may not send much. */
  get greeted(): boolean {
    return this.#principal !== undefined
  }

  /** Whether something that the client waits for is still on its way. */
  get delivering(): boolean {
    const deliveries = [...this.#deliveries.values()]
    return deliveries.some(({ behind }) => behind) || this.#socket.bufferedAmount > 0
  }

  goingAway(reconnectAfterMs: number): void {
    if (this.greeted) this.#send({ type: 'goingAway', reconnectAfterMs })
  }

  close(code: number, reason: string): void {
    this.#close(code, reason)
  }

  async #work(): Promise<void> {
    this.#busy = true
    while (!this.#closed && this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) {
      const text = this.#queue.shift()
      if (text === undefined) break
      const handled = this.#handle(text)
      if (handled === undefined) continue
      this.#socket.pause()
      try {
        await handled
      } finally {
        this.#socket.resume()
      }
    }
    this.#busy = false
    // A client that asks without reading has to wait as well.
    if (this.#queue.length > 0) this.#socket.pause()
    else this.#socket.resume()
  }

  #handle(text: string): Promise<void> | undefined {
    if (!this.greeted && Buffer.byteLength(text) > MAX_HELLO_BYTES) {
      this.#close(CloseCode.tooLarge, 'the hello is too large')
      return undefined
    }
    const parsed = parseClientMessage(text)
    if (!this.greeted) {
      if (!parsed.ok || parsed.message.type !== 'hello') {
        const reason = parsed.ok ? 'the first frame must be a hello' : parsed.reason
        this.#close(CloseCode.protocolError, reason)
        return undefined
      }
      this.#hello(parsed.message)
      return undefined
    }
    if (!parsed.ok && parsed.for === 'frame') {
      this.#badFrame(parsed.reason, parsed.id)
      return undefined
    }
    this.#badFrames = 0
    if (!parsed.ok) {
      this.#refuse('chat', parsed.id, new SpeakCodeError('bad_request', parsed.reason))
      return undefined
    }
    return this.#dispatch(parsed.message)
  }

  #dispatch(message: ClientMessage): Promise<void> | undefined {
    switch (message.type) {
      case 'hello':
        this.#badFrame('a second hello')
        return undefined
      case 'chat':
        return this.#answering('chat', message.id, () => this.#chat(message))
      case 'resume':
        return this.#answering('resume', message.id, () => this.#resume(message.id, message.after))
      case 'cancel':
        return this.#answering('cancel', message.id, () => this.#cancel(message.id))
      case 'attach':
        return this.#answering('attach', undefined, async () => {
          this.#attach(message.conversationId)
        })
      case 'detach':
        this.#attached.get(message.conversationId)?.()
        this.#attached.delete(message.conversationId)
        return undefined
      case 'ping':
        this.#send({ type: 'pong', ...(message.n === undefined ? {} : { n: message.n }) })
        return undefined
    }
  }

  /** Answers what `work` throws by an error frame; nothing that a client sends may end the relay. */
  async #answering(what: For, id: string | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof SpeakCodeError) {
        this.#refuse(what, id, error)
        return
      }
      this.#host.warn(`a ${what} frame could not be handled`, error)
      const sentence = error instanceof Error && error.name === 'StoreFailure' ? error.message : ''
      this.#refuse(
        what,
        id,
        new SpeakCodeError('internal', sentence || 'The relay failed; try again.'),
      )
    }
  }

  #hello(hello: HelloMessage): void {
    clearTimeout(this.#helloTimer)
    try {
      const { principal, welcome } = this.#host.welcome(hello)
      this.#principal = principal
      this.#environment = hello.environment
      this.#send(welcome)
    } catch (error) {
      const refused =
        error instanceof SpeakCodeError
          ? error
          : new SpeakCodeError('internal', 'The relay could not welcome the client.')
      this.#host.warn('a hello was refused', error)
      this.#refuse('hello', undefined, refused)
      this.#close(CloseCode.tryAgainLater, refused.message)
    }
  }

  async #chat(request: ChatRequest): Promise<void> {
    const principal = this.#principal
    if (principal === undefined) return
    if (this.#started.size >= this.#host.maxInflight && !this.#started.has(request.id)) {
      throw new SpeakCodeError(
        'concurrency_limited',
        `This connection has ${this.#host.maxInflight} answers under way already; wait for one to end.`,
      )
    }
    const providers = this.#host.providers(this.#environment)
    let repeated: RunReader | undefined
    await this.#host.chat.start(principal, request, providers, (run) => {
      if (this.#accepted(run)) repeated = run.reader
    })
    if (repeated !== undefined) await this.#replay(repeated, 0)
  }

  /** Returns whether the run has to be replayed: it was there before, and this socket does not follow it yet. */
  #accepted({ reader, duplicate }: StartedRun): boolean {
    const { id, conversationId, messageId, model, provider } = reader.row
    this.#send({ type: 'accepted', id, conversationId, messageId, model, provider, duplicate })
    if (!duplicate) {
      this.#started.add(id)
      this.#follow(reader, 0)
      return false
    }
    if (!this.#deliveries.has(id)) return true
    this.#send({ type: 'resumed', id, conversationId, messageId, mode: 'replay', seq: reader.tail })
    return false
  }

  async #resume(id: string, after: number): Promise<void> {
    const principal = this.#principal
    if (principal === undefined) return
    const reader = await this.#host.chat.find(principal, id)
    if (reader === undefined || after > reader.tail) {
      this.#lost(id)
      return
    }
    await this.#replay(reader, after)
  }

  async #replay(reader: RunReader, after: number): Promise<void> {
    const { id, conversationId, messageId, trimmed } = reader.row
    const { end } = reader
    const common = { type: 'resumed', id, conversationId, messageId } as const
    if (end === undefined || !trimmed || after >= end.seq - 1) {
      this.#deliveries.get(id)?.stop()
      this.#send({ ...common, mode: 'replay', seq: reader.tail })
      this.#follow(reader, after)
      return
    }
    const answer = await reader.answer()
    if (answer === undefined) {
      this.#lost(id)
      return
    }
    this.#send({ ...common, mode: 'snapshot', seq: end.seq - 1, ...withoutEmpty(answer) })
    this.#follow(reader, end.seq - 1)
  }

  #lost(id: string): void {
    this.#send({
      type: 'resumed',
      id,
      conversationId: null,
      messageId: null,
      mode: 'lost',
      seq: 0,
    })
  }

  #follow(reader: RunReader, after: number): void {
    if (this.#closed) return
    const { id } = reader.row
    let over = false
    const delivery = new Delivery(reader, after, this.#socket, (delivered) => {
      over = true
      this.#deliveries.delete(id)
      this.#started.delete(id)
      if (!delivered) {
        this.#refuse(
          'resume',
          id,
          new SpeakCodeError('internal', 'The journal could not be read; resume again.'),
        )
      }
    })
    if (!over) this.#deliveries.set(id, delivery)
  }

  async #cancel(id: string): Promise<void> {
    const principal = this.#principal
    if (principal === undefined) return
    const reader = await this.#host.chat.cancel(principal, id)
    // The answer is the run's end; whoever does not follow it gets the end alone.
    if (reader.end !== undefined || this.#deliveries.has(id)) return
    const unfollow = reader.follow(() => {
      if (reader.end === undefined) return
      unfollow()
      this.#send(reader.end)
    })
  }

  #attach(conversationId: string): void {
    const principal = this.#principal
    if (principal === undefined) return
    if (!this.#attached.has(conversationId)) {
      if (this.#attached.size >= MAX_ATTACHED) {
        throw new SpeakCodeError(
          'bad_request',
          `One connection can watch ${MAX_ATTACHED} conversations; detach from one first.`,
        )
      }
      this.#attached.set(
        conversationId,
        this.#host.chat.watchers.watch(principal, conversationId, (news) => {
          this.#news(news)
        }),
      )
    }
    const runs = this.#host.chat.liveRunsOf(principal, conversationId)
    this.#send({ type: 'attached', conversationId, runs })
  }

  #news({ messages, ...news }: RunNews): void {
    this.#send({
      type: 'run',
      ...news,
      ...(messages === undefined ? {} : { messages: [...messages] }),
    })
  }

  #badFrame(reason: string, id?: string): void {
    this.#badFrames += 1
    this.#refuse('frame', id, new SpeakCodeError('bad_request', reason))
    if (this.#badFrames >= MAX_BAD_FRAMES) {
      this.#close(CloseCode.protocolError, `${MAX_BAD_FRAMES} bad frames in a row`)
    }
  }

  #refuse(what: For, id: string | undefined, error: SpeakCodeError): void {
    this.#send({
      type: 'error',
      for: what,
      ...(id === undefined ? {} : { id }),
      ...errorInfo(error.code, error.message, error.retryAfterMs),
    })
  }

  #send(message: ServerMessage): void {
    if (!this.#closed) this.#socket.send(encode(message))
  }

  #close(code: number, reason: string): void {
    if (this.#closed) return
    this.#socket.close(code, closeReason(reason))
    this.#release()
  }

  #release(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#helloTimer)
    this.#queue.length = 0
    for (const delivery of this.#deliveries.values()) delivery.stop()
    this.#deliveries.clear()
    for (const unwatch of this.#attached.values()) unwatch()
    this.#attached.clear()
    this.#onClosed()
  }
}

/** An optional field is absent where it has no value. */
function withoutEmpty({ text, reasoning, refusal }: Answer): Partial<Answer> {
  return {
    ...(text === '' ? {} : { text }),
    ...(reasoning === '' ? {} : { reasoning }),
    ...(refusal === '' ? {} : { refusal }),
  }
}
