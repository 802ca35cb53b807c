/** A bare client at the far end of a linked socket: sends frames, gathers what comes. */
import { randomUUID } from 'node:crypto'
import {
  encode,
  MAX_FRAME_BYTES,
  type ChatMessage,
  type ChatRequest,
  type ClientMessage,
  type Socket,
} from '@speak-code/protocol'
import { linkedSockets } from '@speak-code/protocol/testing'
import type { Chat } from '../chat/chat.ts'
import { LOCAL } from '../chat/principal.ts'
import type { Providers } from '../providers/provider.ts'
import { Session } from '../transport/session.ts'
import { FrameLog } from './frame-log.ts'

export class SessionClient extends FrameLog {
  readonly session: Session
  readonly #socket: Socket

  constructor(chat: Chat, providers: Providers) {
    super()
    const [near, far] = linkedSockets()
    this.#socket = near
    near.onMessage((text) => {
      this.take(text)
    })
    near.onClose((code, reason) => {
      this.close(code, reason)
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
