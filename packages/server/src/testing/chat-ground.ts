/** A chat with a scripted provider and stores in memory, and clients on linked sockets. */
import { createHash } from 'node:crypto'
import { MAX_FRAME_BYTES } from '@speak-code/protocol'
import { vi } from 'vitest'
import { Chat } from '../chat/chat.ts'
import { openMemoryStore } from '../store/index.ts'
import { askOnce } from './router.ts'
import { ScriptedProvider, type ScriptedCall } from './scripted-provider.ts'
import { SessionClient } from './session-client.ts'

export class ChatGround {
  readonly provider = new ScriptedProvider()
  readonly store = openMemoryStore()
  readonly memory = openMemoryStore()
  readonly warnings: string[] = []
  orphanTimeoutMs = 0
  readonly chat = new Chat({
    store: this.store,
    memory: this.memory,
    router: askOnce(),
    maxFrameBytes: MAX_FRAME_BYTES,
    orphanTimeoutMs: () => this.orphanTimeoutMs,
    warn: (what) => this.warnings.push(what),
  })

  /** A client that has not said hello. */
  stranger(): SessionClient {
    return new SessionClient(this.chat, this.provider.providers())
  }

  connect(): SessionClient {
    return this.stranger().hello()
  }

  /** The provider's call with this index, now or when it comes. */
  async callOf(index = 0): Promise<ScriptedCall> {
    await vi.waitUntil(() => this.provider.calls.length > index)
    const call = this.provider.calls[index]
    if (call === undefined) throw new Error('no call')
    return call
  }

  async close(): Promise<void> {
    await this.chat.drain(0)
    this.chat.close()
    await this.store.close()
    await this.memory.close()
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
