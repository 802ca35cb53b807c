import type { LocalStore } from './local-store.ts'

const nothing = (): void => undefined

/** The history as `--no-save` sees it: what is read passes through, what is written does nothing. */
export function readOnlyStore(store: LocalStore): LocalStore {
  return {
    conversations: (page) => store.conversations(page),
    conversation: (id) => store.conversation(id),
    matchingConversations: (part) => store.matchingConversations(part),
    messages: (conversationId) => store.messages(conversationId),
    branch: (conversationId, messageId) => store.branch(conversationId, messageId),
    search: (query, limit) => store.search(query, limit),
    openRuns: (conversationId) => store.openRuns(conversationId),
    prompts: (limit) => store.prompts(limit),
    draft: (conversationId) => store.draft(conversationId),
    close: () => {
      store.close()
    },
    rename: () => false,
    delete: () => false,
    prune: () => [],
    recordSend: nothing,
    recordAccepted: nothing,
    recordChunks: nothing,
    recordReplaced: nothing,
    recordEnd: nothing,
    recordRefused: nothing,
    recordForeignRun: nothing,
    recordConversation: nothing,
    withdraw: nothing,
    addPrompt: nothing,
    saveDraft: nothing,
  }
}
