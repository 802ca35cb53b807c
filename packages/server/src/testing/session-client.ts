/** A bare client at the far end of a linked socket: sends frames, gathers what comes. */
import { randomUUID } from 'node:crypto'
import {
  encode,
  MAX_FRAME_BYTES,
  parseServerMessage,
  type ChatMessage,
  type ChatRequest,
  type ClientMessage,
  type ServerFrameType,
  type ServerMessage,
  type Socket,
} from '@speak-code/protocol'
import { linkedSockets } from '@speak-code/protocol/testing'
import type { Chat } from '../chat/chat.ts'
import { LOCAL } from '../chat/principal.ts'
import type { Providers } from '../providers/provider.ts'
import { Session } from '../transport/session.ts'

type Of<T extends ServerFrameType> = Extract<ServerMessage, { type: T }>

export class SessionClient {
  readonly received: ServerMessage[] = []
  closed: { code: number; reason: string } | undefined
  readonly session: Session
  readonly #socket: Socket
  #waiting: (() => void)[] = []

  constructor(chat: Chat, providers: Providers) {
    const [near, far] = linkedSockets()
    this.#socket = near
    near.onMessage((text) => {
      const parsed = parseServerMessage(text)
      if (parsed.kind !== 'message') throw new Error(`a frame out of the protocol: ${text}`)
      this.received.push(parsed.message)
      this.#tell()
    })
    near.onClose((code, reason) => {
      this.closed = { code, reason }
      this.#tell()
    })
    this.session = new Session(
      far,
      {
        chat,
        maxInflight: 16,
        welcome: () => ({
          principal: LOCAL,
          welcome: {
            type: 'welcome',
            server: { name: 'test', version: '0' },
            user: null,
            heartbeatMs: 25_000,
            maxFrameBytes: MAX_FRAME_BYTES,
            maxInflight: 16,
            defaultModel: providers.defaultModel,
          },
        }),
        providers: () => providers,
        warn: () => {},
      },
      () => {},
    )
  }

  send(message: ClientMessage): void {
    this.#socket.send(encode(message))
  }

  sendText(text: string): void {
    this.#socket.send(text)
  }

  hello(): this {
    this.send({ type: 'hello', client: { name: 'test', version: '0' } })
    return this
  }

  drop(): void {
    this.#socket.terminate()
  }

  of<T extends ServerFrameType>(type: T): Of<T>[] {
    return this.received.filter((message): message is Of<T> => message.type === type)
  }

  /** The first frame for which `wanted` holds, now or when it comes. */
  async wait<T extends ServerFrameType>(
    type: T,
    wanted: (message: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    for (;;) {
      const found = this.of(type).find(wanted)
      if (found !== undefined) return found
      await this.#next()
    }
  }

  async waitClosed(): Promise<{ code: number; reason: string }> {
    while (this.closed === undefined) await this.#next()
    return this.closed
  }

  /** The answer's text as this client saw it; throws where a seq is missing or comes twice. */
  textOf(id: string): string {
    const chunks = this.of('chunk').filter((chunk) => chunk.id === id)
    for (const [index, chunk] of chunks.entries()) {
      if (chunk.seq !== index + 1) throw new Error(`seq ${chunk.seq} at place ${index + 1}`)
    }
    return chunks.map((chunk) => chunk.delta).join('')
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

export function chatRequest(fields: Partial<ChatRequest> = {}): ChatRequest {
  const question: ChatMessage = { id: randomUUID(), role: 'user', content: 'Why?' }
  return {
    type: 'chat',
    id: randomUUID(),
    conversationId: randomUUID(),
    parentId: null,
    messages: [question],
    ...fields,
  }
}
