/** What the commands and the UI may ask of the conversation with a relay, and what they are told. */
import type {
  Channel,
  ChatMessage,
  ChatParams,
  ConnectionState,
  EndChunk,
  ErrorInfo,
  LiveRunInfo,
  NoticeMessage,
  RunMessage,
  WelcomeMessage,
} from '@speak-code/protocol'

export interface ConnectionStatus {
  readonly state: ConnectionState
  /** The relay's address, for people. */
  readonly relay: string
  /** Attempts used since the last stable connection. */
  readonly attempt: number
  /** 0: unlimited. */
  readonly maxAttempts: number
  /** When the next attempt begins, in milliseconds of `Date.now()`; absent while none is planned. */
  readonly retryAt?: number
  /** The relay is draining or restarting and will be back. */
  readonly draining: boolean
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
}

export type ClientEvent =
  | { readonly type: 'status'; readonly status: ConnectionStatus }
  | { readonly type: 'welcome'; readonly welcome: WelcomeMessage }
  | {
      readonly type: 'accepted'
      readonly runId: string
      readonly conversationId: string
      readonly messageId: string
      readonly model: string
      readonly provider: string
    }
  /** The next piece of a run's answer; each seq once and in order, whatever the connection did. */
  | {
      readonly type: 'delta'
      readonly runId: string
      readonly seq: number
      readonly delta: string
      readonly channel?: Channel
    }
  /** Replaces all that was told of the run before: from a snapshot, or read again from the start. */
  | {
      readonly type: 'replaced'
      readonly runId: string
      readonly seq: number
      readonly text: string
      readonly reasoning: string
      readonly refusal: string
    }
  /** A run's end, once. `verified`: the text that was told has the end's `textSha256`. */
  | {
      readonly type: 'end'
      readonly runId: string
      readonly chunk: EndChunk
      readonly verified: boolean
    }
  /** The relay does not know the run (any more): read the conversation. */
  | { readonly type: 'lost'; readonly runId: string }
  /** The relay refused the request for good; nothing was asked upstream. */
  | { readonly type: 'refused'; readonly runId: string; readonly error: ErrorInfo }
  /** The relay refused it for now; the client sends it again at `at` (milliseconds of `Date.now()`). */
  | {
      readonly type: 'postponed'
      readonly runId: string
      readonly error: ErrorInfo
      readonly at: number
    }
  | { readonly type: 'notice'; readonly notice: NoticeMessage }
  /** A run of an attached conversation began or ended, on this terminal or another. */
  | { readonly type: 'run'; readonly run: RunMessage }
  | {
      readonly type: 'attached'
      readonly conversationId: string
      readonly runs: readonly LiveRunInfo[]
    }
  /** An error of the relay that concerns no run of ours. */
  | { readonly type: 'problem'; readonly error: ErrorInfo }

export interface ChatClient {
  readonly status: ConnectionStatus
  /** The relay's last welcome. */
  readonly welcome: WelcomeMessage | undefined
  /** Begins to connect. Does nothing while connected or connecting. */
  connect(): void
  /** Ctrl-R: connects at once in any state and forgets the attempts. */
  reconnect(): void
  /**
   * Writes the question to disk (unless ephemeral), then sends it as soon as there is a connection, again after
   * each reconnect until it is accepted (same id: L5), and follows its run to the end.
   */
  send(chat: OutgoingChat): void
  /** Follows a run that this client did not start, from after `after`. */
  follow(runId: string, after: number): void
  /** Asks the relay to stop a run; withdraws a question that was not sent yet. */
  cancel(runId: string): void
  attach(conversationId: string): void
  detach(conversationId: string): void
  /** Calls `listener` for every event from now on. Returns the function that stops it. */
  on(listener: (event: ClientEvent) => void): () => void
  /** Closes the connection; runs go on at the relay. What was told is on disk when it resolves. */
  close(): Promise<void>
}
