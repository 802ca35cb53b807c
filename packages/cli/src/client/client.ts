/** What the commands and the UI may ask of the conversation with a relay, and what they are told. */
import type {
  Channel,
  ConnectionState,
  EndChunk,
  ErrorCode,
  ErrorInfo,
  LiveRunInfo,
  NoticeMessage,
  RunMessage,
  WelcomeMessage,
} from '@speak-code/protocol'
import type { OutgoingChat } from '../store/outgoing-chat.ts'

export type { OutgoingChat }

/** Why there is no connection, for people and for exit codes. */
export interface ConnectionFailure {
  /** `relay_unreachable`: nobody answered, it is no relay, or it broke the connection. */
  readonly code: ErrorCode | 'relay_unreachable'
  /** A sentence. */
  readonly message: string
}

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
  /** Why the last attempt or connection failed; absent after a success. */
  readonly failure?: ConnectionFailure
}

/** A question that the relay has not accepted yet. */
export interface OutboxEntry {
  readonly chat: OutgoingChat
  /** `held`: waits for `release`. `postponed`: goes out again at `at` (milliseconds of `Date.now()`). */
  readonly state: 'queued' | 'sent' | 'postponed' | 'held'
  readonly at?: number
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
  /** A question left the outbox by `cancel`: nothing was asked upstream. */
  | { readonly type: 'withdrawn'; readonly runId: string }
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
  /** What the relay has not accepted yet, in the order in which it goes out. */
  readonly outbox: readonly OutboxEntry[]
  /**
   * Begins to connect. While waiting for the next attempt it begins that at once and forgets those before (unless the
   * relay itself said when to come back). Does nothing while connected or connecting.
   */
  connect(): void
  /** Ctrl-R: connects at once in any state and forgets the attempts. */
  reconnect(): void
  /**
   * Writes the question to disk (unless ephemeral), then sends it as soon as there is a connection, again after
   * each reconnect until it is accepted (same id: L5), and follows its run to the end. An id that is under way already
   * changes nothing. Throws what the store throws where the question cannot be written; it is not sent then.
   */
  send(chat: OutgoingChat): void
  /**
   * Gives a question that has not gone out another place, with other messages before it, on disk as well. Returns
   * whether there was one: false for what the relay has, or may have.
   */
  place(chat: OutgoingChat): boolean
  /** Lets the held questions of a conversation go. */
  release(conversationId: string): void
  /**
   * Takes up what earlier sessions left of a conversation (without one: of all): questions that were not accepted go
   * out again under their ids, answers that were under way are told by `replaced` as far as they are on disk and then
   * followed. Returns the runs taken up, oldest first.
   */
  restore(conversationId?: string): readonly string[]
  /**
   * Follows a run that this client did not start, from after `after`. `text` is the answer's text up to there: without
   * it the answer is read again at its end, to be verified.
   */
  follow(runId: string, after: number, text?: string): void
  /**
   * Asks the relay to stop a run, now or once connected. A question that never left is withdrawn at once, also in the
   * outbox on disk.
   */
  cancel(runId: string): void
  attach(conversationId: string): void
  detach(conversationId: string): void
  /** Calls `listener` for every event from now on. Returns the function that stops it. */
  on(listener: (event: ClientEvent) => void): () => void
  /** Closes the connection; runs go on at the relay. What was told is on disk when it resolves. It is final. */
  close(): Promise<void>
}
