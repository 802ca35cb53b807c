/**
 * The client's own history: conversations, what is on its way (the outbox), prompts and drafts. It works without a
 * relay. All verbs are synchronous and atomic; several processes may have it open at once.
 */
import type {
  Channel,
  ChatMessage,
  ConversationView,
  Cost,
  EndChunk,
  MessageView,
} from '@speak-code/protocol'
import type { Attachment, OutgoingChat } from './outgoing-chat.ts'

/** A message of the tree as the client knows it. An answer carries its run. */
export interface LocalMessage extends MessageView {
  readonly reasoning: string
  readonly refusal: string
  /** The configured name of the provider whose model wrote it; null where it is not known. */
  readonly provider: string | null
  /** Null where it is not known, never 0. */
  readonly cost: Cost | null
  /** The run that wrote it; null for what was typed. */
  readonly runId: string | null
  /** Why it failed, for people. */
  readonly error: string | null
}

/** A run that this client has not seen the end of. */
export interface OpenRun {
  readonly runId: string
  readonly conversationId: string
  /** null until the relay has accepted it: then it is in the outbox. */
  readonly messageId: string | null
  /** The last seq that is on disk. */
  readonly seq: number
  /** The chat itself, to send it again under the same id. */
  readonly chat: OutgoingChat
}

export interface LocalChunk {
  readonly runId: string
  readonly seq: number
  readonly delta: string
  readonly channel?: Channel
}

export interface SearchHit {
  readonly conversationId: string
  readonly messageId: string
  readonly title: string
  readonly role: ChatMessage['role']
  /** The place of the hit, matches between `«` and `»`. */
  readonly snippet: string
  readonly createdAt: string
}

export interface ConversationPage {
  readonly limit?: number
  readonly offset?: number
}

/** A conversation in a long list. */
export interface ConversationTitle {
  readonly id: string
  readonly title: string
  /** Counts up with every message of any conversation: the order of the list. */
  readonly activity: number
}

export interface LocalStore {
  /** Conversations by newest activity. */
  conversations(page?: ConversationPage): ConversationView[]
  /** Titles by newest activity, those of less than `before`; a page costs the same wherever it stands. */
  conversationTitles(page: {
    readonly limit: number
    readonly before?: number
  }): ConversationTitle[]
  /** The beginning of the newest message that has text, as one line; '' where there is none. */
  latestLine(conversationId: string): string
  conversation(id: string): ConversationView | undefined
  /** Those whose id begins or ends with `part` (case-insensitive), at most 10. */
  matchingConversations(part: string): ConversationView[]
  /** All messages of a conversation, oldest first, all branches. */
  messages(conversationId: string): LocalMessage[]
  /** From the root to `messageId`. */
  branch(conversationId: string, messageId: string): LocalMessage[]
  rename(conversationId: string, title: string): boolean
  /** The message that a person chose to go on after; null where an answer has come since, or none was chosen. */
  chosenHead(conversationId: string): string | null
  /** Remembers where a conversation goes on, until the next answer in it. */
  chooseHead(conversationId: string, messageId: string | null): void
  /** Erases the bytes (secure_delete, the full-text index too). Returns whether there was one. */
  delete(conversationId: string): boolean
  /** Deletes conversations without activity since `before` (milliseconds since 1970). Returns their ids. */
  prune(before: number): string[]
  /**
   * Messages that have all words of the query; the last may be a beginning. `quick`, for somebody who is still typing:
   * a beginning of one or two letters is not looked up in a large history, where that takes long.
   */
  search(query: string, limit?: number, effort?: 'whole' | 'quick'): SearchHit[]

  /** The question, its conversation and its place in the outbox; on disk when it returns. */
  recordSend(chat: OutgoingChat): void
  recordAccepted(
    runId: string,
    accepted: { messageId: string; model: string; provider: string },
  ): void
  /** Pieces of answers as they arrive; costs the same however long the answer is. */
  recordChunks(chunks: readonly LocalChunk[]): void
  recordReplaced(
    runId: string,
    state: { seq: number; text: string; reasoning: string; refusal: string },
  ): void
  recordEnd(runId: string, chunk: EndChunk): void
  /** The relay will not answer it: it leaves the outbox, the question stays, marked with why. */
  recordRefused(runId: string, message: string): void
  /** A run of another terminal, so that it can be followed and kept here too. */
  recordForeignRun(run: {
    runId: string
    conversationId: string
    messageId: string
    parentId: string | null
    messages: readonly ChatMessage[]
  }): void
  /** Merges what a relay knows of a conversation (after `lost`): unknown messages are added, answers completed. */
  recordConversation(conversation: ConversationView, messages: readonly MessageView[]): void
  /** Runs whose end this client has not seen, oldest first; without a conversation, of all. */
  openRuns(conversationId?: string): OpenRun[]
  /** Takes a question that was not accepted out of the outbox, with its message. */
  withdraw(runId: string): void

  addPrompt(text: string): void
  /** Prompts across sessions, newest first, without repeats in a row. */
  prompts(limit?: number): string[]
  /** The draft of a conversation; of the one not begun yet where `conversationId` is null. */
  draft(conversationId: string | null): string
  /** The files that are attached to that draft. */
  attached(conversationId: string | null): readonly Attachment[]
  /** Keeps a draft with what is attached to it; where both are empty nothing is kept. */
  saveDraft(conversationId: string | null, text: string, attached?: readonly Attachment[]): void

  close(): void
}
