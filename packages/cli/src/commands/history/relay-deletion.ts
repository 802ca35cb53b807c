import type { DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import type { Deps } from '../../deps.ts'

/** By the relay's HTTP routes; any failure, of the configuration too, is why it could not be. */
export function deleteAtRelay(deps: Pick<Deps, 'http'>): DeleteAtRelay {
  return async (conversationId) => {
    try {
      const relay = await deps.http()
      return (await relay.deleteConversation(conversationId)) ? 'deleted' : 'unknown'
    } catch (error) {
      return { unreachable: error instanceof Error ? error.message : String(error) }
    }
  }
}
