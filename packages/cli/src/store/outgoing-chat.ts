import type { ChatMessage, ChatParams, ChatRequest } from '@speak-code/protocol'

/** A file that goes with a question; it is read when the question is sent. */
export interface Attachment {
  /** As the person named it. */
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/** A question on its way. Ids are the caller's; `messages` is what the relay may lack after `parentId`. */
export interface OutgoingChat {
  /** The run's id. */
  readonly id: string
  readonly conversationId: string
  readonly parentId: string | null
  readonly messages: readonly ChatMessage[]
  readonly model?: string
  readonly params?: ChatParams
  readonly ephemeral?: boolean
  readonly exercise?: NonNullable<ChatRequest['exercise']>
  /**
   * The run whose answer this question follows while that answer is still to come. The question waits, on disk, until
   * that run has ended, and then takes the answer's message as its parent. If the run was cancelled or came to
   * nothing, the question is held until `release`.
   */
  readonly follows?: string
  /** What a person typed and attached, where `messages` says more than that; the relay is not told. */
  readonly asked?: { readonly typed: string; readonly attached: readonly Attachment[] }
  /** The answer is a summary that the conversation goes on from; the relay is not told. */
  readonly summarises?: boolean
}
