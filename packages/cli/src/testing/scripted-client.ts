/** A chat client for tests: it keeps what it is asked, and tells what the test makes it tell. */
import type { Channel, EndChunk, WelcomeMessage } from '@speak-code/protocol'
import type {
  ChatClient,
  ClientEvent,
  ConnectionStatus,
  OutboxEntry,
  OutgoingChat,
} from '../client/client.ts'

const WELCOME: WelcomeMessage = {
  type: 'welcome',
  server: { name: 'scripted', version: '0.0.0' },
  user: null,
  heartbeatMs: 25_000,
  maxFrameBytes: 8 * 1024 * 1024,
  maxInflight: 16,
  defaultModel: 'mock/model',
}

const RELAY = { relay: 'ws://relay.test/ws/chat', attempt: 0, maxAttempts: 5, draining: false }

export class ScriptedClient implements ChatClient {
  status: ConnectionStatus = { ...RELAY, state: { name: 'Disconnected' } }
  welcome: WelcomeMessage | undefined
  readonly outbox: readonly OutboxEntry[] = []
  readonly sent: OutgoingChat[] = []
  readonly cancelled: string[] = []
  readonly followed: string[] = []
  readonly attached: string[] = []
  readonly restored: (string | undefined)[] = []
  closed = false
  /** What the relay does with a question; nothing unless set. */
  onSend: (chat: OutgoingChat) => void = () => undefined
  onCancel: (runId: string) => void = () => undefined
  onConnect: () => void = () => {
    this.connected()
  }
  onAttach: (conversationId: string) => void = () => undefined
  onRestore: (conversationId: string | undefined) => void = () => undefined
  readonly #listeners = new Set<(event: ClientEvent) => void>()

  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** The connection is up, with this bound. */
  connected(maxFrameBytes = WELCOME.maxFrameBytes): void {
    this.welcome = { ...WELCOME, maxFrameBytes }
    this.setStatus({ state: { name: 'Connected' } })
    this.emit({ type: 'welcome', welcome: this.welcome })
  }

  setStatus(change: Partial<ConnectionStatus>): void {
    this.status = { ...RELAY, state: { name: 'Disconnected' }, ...change }
    this.emit({ type: 'status', status: this.status })
  }

  accept({ id, conversationId }: OutgoingChat, model = 'model', provider = 'mock'): void {
    const messageId = '00000000-0000-7000-8000-00000000000a'
    this.emit({ type: 'accepted', runId: id, conversationId, messageId, model, provider })
  }

  delta(runId: string, seq: number, delta: string, channel?: Channel): void {
    this.emit({ type: 'delta', runId, seq, delta, ...(channel === undefined ? {} : { channel }) })
  }

  end(runId: string, seq: number, end: Partial<EndChunk> = {}, verified = true): void {
    this.emit({ type: 'end', runId, chunk: endChunk(runId, seq, end), verified })
  }

  connect(): void {
    this.onConnect()
  }

  reconnect(): void {
    this.onConnect()
  }

  send(chat: OutgoingChat): void {
    this.sent.push(chat)
    queueMicrotask(() => {
      this.onSend(chat)
    })
  }

  place(): boolean {
    return false
  }

  release(): void {
    // Nothing is ever held here.
  }

  restore(conversationId?: string): readonly string[] {
    this.restored.push(conversationId)
    queueMicrotask(() => {
      this.onRestore(conversationId)
    })
    return []
  }

  follow(runId: string): void {
    this.followed.push(runId)
  }

  cancel(runId: string): void {
    this.cancelled.push(runId)
    this.onCancel(runId)
  }

  attach(conversationId: string): void {
    this.attached.push(conversationId)
    queueMicrotask(() => {
      this.onAttach(conversationId)
    })
  }

  detach(): void {
    // Nothing follows from it here.
  }

  on(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  close(): Promise<void> {
    this.closed = true
    return Promise.resolve()
  }
}

/** A complete end, changed as told. */
function endChunk(runId: string, seq: number, end: Partial<EndChunk> = {}): EndChunk {
  return {
    type: 'chunk',
    id: runId,
    seq,
    delta: '',
    done: true,
    status: 'completed',
    finishReason: 'stop',
    endedBy: 'provider',
    model: 'model',
    provider: 'mock',
    usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5, source: 'provider' },
    textSha256: '0'.repeat(64),
    ...end,
  }
}
