/**
 * What the relay remembers. Each verb is atomic: it happens wholly or not at all. Every row belongs
 * to one user, and a foreign id answers exactly as an unknown one (L9).
 *
 * A run's journal is its chunks in order of `seq`. While a run is live its newest chunks are in
 * an append-only log, which is the cheapest durable write; from time to time, and at its end, they
 * are gathered into segments, which can be read by run and trimmed.
 */
import type {
  Channel,
  ChatMessage,
  ConversationView,
  MessageView,
  RunEnd,
  RunStatus,
} from '@speak-code/protocol'

/** One numbered delta. */
export interface JournalChunk {
  readonly seq: number
  readonly delta: string
  /** Absent is the answer's text. */
  readonly channel?: Channel
}

/** A delta on its way into the log, and then to its followers. */
export interface LogEntry extends JournalChunk {
  /** The store's own key, from {@link RunRow}. */
  readonly run: number
  /** The delta as JSON: the log and every frame need it, so it is made once. */
  readonly json: string
}

export interface RunRow {
  /** The store's own key of the run. */
  readonly key: number
  readonly userId: string
  /** The request's id, chosen by the client. */
  readonly id: string
  readonly conversationId: string
  /** Of the answer. */
  readonly messageId: string
  /** Of the message that the answer follows. */
  readonly parentId: string
  readonly bodyHash: string
  readonly model: string
  readonly provider: string
  readonly status: RunStatus
  /** Where it has ended: the seq of its end chunk. */
  readonly endSeq?: number
  readonly end?: RunEnd
  /** Its chunks are gone, only the end and the message's text are left. */
  readonly trimmed: boolean
}

export interface StartRun {
  readonly userId: string
  readonly id: string
  readonly bodyHash: string
  readonly conversationId: string
  readonly parentId: string | null
  readonly messages: readonly ChatMessage[]
  /** Of the answer to come. */
  readonly messageId: string
  readonly model: string
  readonly provider: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What a provider wants back with an answer of its own; opaque here. */
interface KeptReplay {
  readonly kind: string
  readonly data: string
}

export interface ContextMessage {
  readonly id: string
  readonly role: ChatMessage['role']
  readonly content: string
  readonly replay?: KeptReplay
}

export type StartOutcome =
  | {
      readonly kind: 'started'
      readonly run: RunRow
      /** The branch from its root to the last message of the request, in order. */
      readonly context: readonly ContextMessage[]
    }
  /** The same id with the same body: the run that exists, in whatever state. */
  | { readonly kind: 'duplicate'; readonly run: RunRow }
  /** The same id with another body. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown_parent' }
  /** `parentId`, or a message's parent, is an answer still being written. */
  | { readonly kind: 'parent_is_live' }
  /** A message id is known with another role, content or parent. */
  | { readonly kind: 'message_mismatch'; readonly messageId: string }

/** Where the answer of a live run can be read on at its provider once the relay has lost it. */
export interface RunCheckpoint {
  readonly run: number
  /** Of the last chunk before it; 0 where there is none. */
  readonly seq: number
  /** JSON, opaque here. */
  readonly data: string
}

export interface Segment {
  readonly run: number
  /** In order, without holes: all that the log has of the run. None where only the checkpoint is new. */
  readonly chunks: readonly JournalChunk[]
  /** The log's newest. */
  readonly checkpoint?: RunCheckpoint | undefined
}

/** An answer by channel, each joined from its deltas. */
export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
}

export interface EndRun {
  readonly run: number
  readonly end: RunEnd
  readonly endSeq: number
  /** The answer's whole text, and what came on the other channels. */
  readonly answer: Answer
  /** What is not in a segment yet. */
  readonly rest: readonly JournalChunk[]
  /** The calls of tools that the answer made, as JSON. */
  readonly toolCalls?: string
  readonly replay?: KeptReplay
  readonly now: number
}

/** A run that was under way when the relay last stopped, with all of its journal. */
export interface UnfinishedRun {
  readonly run: RunRow
  readonly chunks: readonly JournalChunk[]
  /** Those of `chunks` that are not in a segment yet. */
  readonly rest: readonly JournalChunk[]
  /** The newest, if it ever had one. */
  readonly checkpoint?: RunCheckpoint
  /** Length in UTF-16 code units of the prompt, to estimate its tokens. */
  readonly promptLength: number
}

export interface Store {
  startRun(request: StartRun): Promise<StartOutcome>
  /**
   * Appends deltas of any number of runs to the log, and where they can be read on after these, in one transaction. A store
   * on this machine is done, or throws, at once: this is the one verb on the path of every delta.
   */
  append(entries: readonly LogEntry[], checkpoints?: readonly RunCheckpoint[]): Promise<void> | void
  /** Gathers chunks that are in the log into a segment. */
  addSegment(segment: Segment): Promise<void>
  /** Another model answers a run that is under way, so that whoever ends it after a crash names the right one. */
  redirectRun(run: number, to: Pick<RunRow, 'provider' | 'model'>): Promise<void>
  /** Ends a run: its last segment, its end, the answer's message, its usage; once: a second end changes nothing. */
  endRun(end: EndRun): Promise<void>
  /** The run of this user's request, if there is one. */
  findRun(userId: string, id: string): Promise<RunRow | undefined>
  /** Chunks in segments with a seq above `after`, in order, at most a segment or so at a time; empty where there is no more. */
  readSegments(run: number, after: number): Promise<readonly JournalChunk[]>
  /** The answer of a run that has ended, whatever became of its journal. */
  answer(run: number): Promise<Answer | undefined>
  /** Runs without an end, for a relay that has just started. */
  unfinishedRuns(): Promise<readonly UnfinishedRun[]>
  /** Drops the journals (not the messages) of runs that ended before `before`. Returns how many. */
  trimJournals(before: number): Promise<number>
  conversation(userId: string, id: string): Promise<ConversationView | undefined>
  messages(userId: string, conversationId: string): Promise<readonly MessageView[]>
  /** Takes its messages and runs along. Returns whether there was one. */
  deleteConversation(userId: string, id: string): Promise<boolean>
  /** Takes whole conversations along that have no live run and no activity since `before`: for what is kept in memory alone. */
  forgetConversations(before: number): Promise<number>
  /** Whether it can be read and written at this moment. */
  healthy(): Promise<boolean>
  close(): Promise<void>
}
