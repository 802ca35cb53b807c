/** Who watches which conversation: news of its runs go to every attached socket of the user. */
import type { ChatMessage, RunStatus } from '@speak-code/protocol'
import type { Principal } from './principal.ts'

export interface RunNews {
  readonly conversationId: string
  readonly id: string
  readonly messageId: string
  readonly parentId: string
  readonly status: RunStatus
  /** With `started`: the request's. */
  readonly messages?: readonly ChatMessage[]
}

type Listener = (news: RunNews) => void

export class Watchers {
  readonly #byConversation = new Map<string, Set<Listener>>()

  /** Returns the function that stops it. */
  watch(principal: Principal, conversationId: string, listener: Listener): () => void {
    const key = keyOf(principal.userId, conversationId)
    const listeners = this.#byConversation.get(key) ?? new Set()
    listeners.add(listener)
    this.#byConversation.set(key, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#byConversation.delete(key)
    }
  }

  tell(userId: string, news: RunNews): void {
    for (const listener of this.#byConversation.get(keyOf(userId, news.conversationId)) ?? []) {
      listener(news)
    }
  }
}

function keyOf(userId: string, conversationId: string): string {
  return JSON.stringify([userId, conversationId])
}
