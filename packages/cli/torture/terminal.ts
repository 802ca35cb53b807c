/** A terminal without a screen: the real client over a real socket, a history of its own on disk, a bad line to the relay. */
import type { ChaosProxy } from '@speak-code/testkit'
import { createChatClient } from '../src/client/chat-client.ts'
import type { ChatClient, OutgoingChat } from '../src/client/client.ts'
import type { Clock } from '../src/client/clock.ts'
import type { LocalStore } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { fastClock } from './fast-clock.ts'
import type { RelayUnderTest } from './relay-under-test.ts'
import { Witness } from './witness.ts'

export interface TerminalOptions {
  readonly name: string
  readonly relay: RelayUnderTest
  /** Path of `history.db`; terminals of one machine share it. */
  readonly history: string
  readonly seed: number
  readonly clock?: Clock
}

/** Of a client that never gives up. */
export const CLIENT_OPTIONS = {
  client: { name: 'torture', version: '0' },
  reconnectIntervalMs: 200,
  maxReconnectAttempts: 0,
} as const

export class Terminal {
  readonly name: string
  readonly line: ChaosProxy
  readonly witness: Witness
  readonly #options: TerminalOptions
  readonly #joined: string[] = []
  #store: LocalStore
  #client: ChatClient

  private constructor(options: TerminalOptions, line: ChaosProxy) {
    this.name = options.name
    this.line = line
    this.witness = new Witness(options.name)
    this.#options = options
    this.#store = openLocalStore(options.history)
    this.#client = this.#start()
  }

  /** A terminal that has begun to connect. */
  static async open(options: TerminalOptions): Promise<Terminal> {
    return new Terminal(options, await options.relay.line(options.seed))
  }

  get client(): ChatClient {
    return this.#client
  }

  get store(): LocalStore {
    return this.#store
  }

  get connected(): boolean {
    return this.#client.status.state.name === 'Connected'
  }

  ask(chat: OutgoingChat): void {
    this.#client.send(chat)
  }

  cancel(runId: string): void {
    this.#client.cancel(runId)
  }

  follow(runId: string): void {
    const { end, withdrawn } = this.witness.of(runId)
    if (end === undefined && !withdrawn) this.#client.follow(runId, 0)
  }

  /** Joins a conversation as another terminal does: follows every run that it hears of. */
  join(conversationId: string): void {
    this.#joined.push(conversationId)
    this.#client.attach(conversationId)
  }

  /** Left and opened again: what was not finished is taken up. */
  async reopen(): Promise<void> {
    await this.#client.close()
    this.#store.close()
    this.#store = openLocalStore(this.#options.history)
    this.#client = this.#start()
    this.witness.restoring = true
    this.#client.restore()
    this.witness.restoring = false
  }

  async close(): Promise<void> {
    await this.#client.close()
    this.#store.close()
    await this.line.close()
  }

  #start(): ChatClient {
    const url = `ws://127.0.0.1:${this.line.port}/ws/chat`
    const client = createChatClient({
      ...CLIENT_OPTIONS,
      relay: { label: url, token: undefined, target: () => Promise.resolve({ url }) },
      store: this.#store,
      clock: this.#options.clock ?? fastClock(),
    })
    client.on((event) => {
      this.witness.take(event)
      if (event.type === 'attached') {
        for (const run of event.runs) client.follow(run.id, 0)
      } else if (event.type === 'run' && event.run.status === 'started') {
        client.follow(event.run.id, 0)
      }
    })
    for (const conversationId of this.#joined) client.attach(conversationId)
    client.connect()
    return client
  }
}
