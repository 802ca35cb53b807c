/** Renaming and deleting conversations from their list, as `history rename` and `history delete` do. */
import type { ChatSession } from '../../chat/chat-session.ts'
import { eraseHere, type DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import type { LocalStore } from '../../store/local-store.ts'

export interface ConversationChangesParts {
  readonly session: ChatSession
  readonly store: LocalStore
  readonly deleteAtRelay: DeleteAtRelay
}

export class ConversationChanges {
  readonly #parts: ConversationChangesParts

  constructor(parts: ConversationChangesParts) {
    this.#parts = parts
  }

  /** Returns the title as it is kept. Throws what the store throws. */
  rename(conversationId: string, title: string): string {
    const { session, store } = this.#parts
    if (this.#isOpen(conversationId)) session.rename(title)
    else store.rename(conversationId, title)
    return store.conversation(conversationId)?.title ?? title
  }

  /** Deletes it here, then at the relay, and says how that went. Returns whether it is gone here. */
  remove(conversationId: string): boolean {
    const { session, store } = this.#parts
    if (this.#isOpen(conversationId)) {
      const text = 'This conversation is open. /new begins another; then it can be deleted.'
      session.say({ tone: 'error', text })
      return false
    }
    const title = store.conversation(conversationId)?.title ?? ''
    const { gone, failure } = eraseHere(store, conversationId)
    if (failure !== undefined) session.say({ tone: 'error', text: messageOf(failure) })
    if (gone) void this.#removeAtRelay(conversationId, title)
    return gone
  }

  async #removeAtRelay(conversationId: string, title: string): Promise<void> {
    const { session, deleteAtRelay } = this.#parts
    const result = await deleteAtRelay(conversationId)
    if (typeof result === 'object') {
      const text = `“${title}” is deleted here, but not at the relay: ${result.unreachable}`
      session.say({ tone: 'warning', text })
    } else {
      const where = result === 'deleted' ? ', at the relay too' : ''
      session.say({ tone: 'meta', text: `“${title}” is deleted${where}.` })
    }
  }

  #isOpen(conversationId: string): boolean {
    const { session } = this.#parts
    return session.begun && session.conversationId === conversationId
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
