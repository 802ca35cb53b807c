/** A chat client on a scripted relay, with a store, a clock, and all that it has told. */
import { v7 as uuid } from 'uuid'
import { createChatClient, type ChatClientOptions } from '../chat-client.ts'
import type { ChatClient, ClientEvent, OutgoingChat } from '../client.ts'
import { FakeClock, settled } from './fake-clock.ts'
import { MemoryStore, mortalStore } from './memory-store.ts'
import { ScriptedRelay } from './scripted-relay.ts'

export class Harness {
  readonly relay: ScriptedRelay
  readonly clock: FakeClock
  readonly store: MemoryStore
  readonly client: ChatClient
  readonly events: ClientEvent[] = []
  #alive = true

  constructor(options: Partial<ChatClientOptions> = {}, earlier?: Harness) {
    this.relay = earlier?.relay ?? new ScriptedRelay()
    this.clock = earlier?.clock ?? new FakeClock()
    this.store = earlier?.store ?? new MemoryStore()
    this.client = createChatClient({
      relay: {
        label: 'ws://relay',
        token: undefined,
        target: () => Promise.resolve({ url: 'ws://relay' }),
      },
      client: { name: 'test', version: '1' },
      reconnectIntervalMs: 100,
      maxReconnectAttempts: 0,
      store: mortalStore(this.store, () => this.#alive),
      open: this.relay.open,
      clock: this.clock,
      random: () => 0.5,
      ...options,
    })
    this.client.on((event) => this.events.push(event))
  }

  /** `kill -9`: nothing that has not happened yet happens any more. */
  async kill(): Promise<void> {
    this.#alive = false
    const closing = this.client.close()
    await this.clock.advance(1000)
    await closing
  }

  async connect(): Promise<this> {
    this.client.connect()
    await settled()
    return this
  }

  /** Sends a question and returns its id; it has been accepted where there is a connection. */
  async ask(more: Partial<OutgoingChat> = {}): Promise<string> {
    const chat = question(more)
    this.client.send(chat)
    await settled()
    return chat.id
  }

  /** The connection is cut; another is there when it resolves. */
  async drop(): Promise<void> {
    this.relay.session.cut()
    await settled()
    await this.clock.advance(60_000)
  }

  /** Events of one type, of one run where it is given. */
  of<T extends ClientEvent['type']>(type: T, runId?: string): Extract<ClientEvent, { type: T }>[] {
    return this.events
      .filter((event): event is Extract<ClientEvent, { type: T }> => event.type === type)
      .filter((event) => runId === undefined || !('runId' in event) || event.runId === runId)
  }

  /** A run's text as it was told, replacements included. */
  told(runId: string): string {
    let text = ''
    for (const event of this.events) {
      if (event.type === 'replaced' && event.runId === runId) text = event.text
      if (event.type === 'delta' && event.runId === runId && event.channel === undefined) {
        text += event.delta
      }
    }
    return text
  }
}

/** A question of one message in a conversation of its own. */
export function question(more: Partial<OutgoingChat> = {}): OutgoingChat {
  return {
    id: uuid(),
    conversationId: uuid(),
    parentId: null,
    messages: [{ id: uuid(), role: 'user', content: 'why?' }],
    ...more,
  }
}
