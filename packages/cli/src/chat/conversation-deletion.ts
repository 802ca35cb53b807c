/** Deleting a conversation: here so that its bytes are gone, and at the relay. */
import type { LocalStore } from '../store/local-store.ts'

/** Deletes a conversation at the relay; it never throws. `unknown`: the relay has none of this id. */
export type DeleteAtRelay = (
  conversationId: string,
) => Promise<'deleted' | 'unknown' | { readonly unreachable: string }>

export interface Erasure {
  /** Whether the conversation is no longer in the history; else the relay shall keep its copy too. */
  readonly gone: boolean
  /** Why it is still there, or why its bytes could not be overwritten yet. */
  readonly failure?: unknown
}

/** Erases a conversation of the history. It costs some ten seconds a gigabyte. */
export function eraseHere(store: LocalStore, conversationId: string): Erasure {
  try {
    store.delete(conversationId)
    return { gone: true }
  } catch (failure) {
    return { gone: !isKept(store, conversationId), failure }
  }
}

function isKept(store: LocalStore, conversationId: string): boolean {
  try {
    return store.conversation(conversationId) !== undefined
  } catch {
    return true
  }
}
