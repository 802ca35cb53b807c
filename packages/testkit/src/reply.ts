/** What the mock upstream answers with: plain data, because it travels to the mock's process as JSON. */

/** A pause: a time, or a gate that stays shut until {@link MockUpstream.open} opens it. */
export type Pause = { readonly delayMs: number } | { readonly gate: string }

/** Bytes of a body, as text or base64, or a pause between them. */
export type Piece = string | { readonly base64: string } | Pause

/**
 * How the bytes between two pauses are cut into the pieces that the client reads: not at all, after
 * every byte, at these offsets, or at random.
 */
export type Cut =
  | 'whole'
  | 'bytes'
  | { readonly at: readonly number[] }
  | { readonly seed: number; readonly longest?: number }

/** A Chat Completions stream made of deltas. */
export interface DeltaStream {
  readonly texts: readonly string[]
  /** How many deltas to send, going round in `texts`; each text once unless given. */
  readonly count?: number
  /** Deltas per second; all at once unless given. */
  readonly perSecond?: number
  /**
   * Puts `<µs>;` before each text: the time of sending in microseconds of the machine's monotonic
   * clock, which all processes share (`process.hrtime`).
   */
  readonly stamp?: boolean
  /** `stop` unless given; null sends none. */
  readonly finishReason?: string | null
  /** `usage` as the vendor spells it; figures that match the deltas unless given, null for none. */
  readonly usage?: Readonly<Record<string, unknown>> | null
  /** Whether `[DONE]` comes at the end; it does unless told otherwise. */
  readonly done?: boolean
}

/** What an answer in the background is made of, in order: events of its text, other events, or pauses. */
export type BackgroundStep =
  | { readonly text: string }
  | { readonly reasoning: string }
  | { readonly refusal: string }
  | Pause

/**
 * An answer of the Responses API that is written in the background: it goes on whether a connection listens or not. It is
 * made by the first POST; a further one is refused with 500, as it would be paid a second time. `GET …/ID` with `stream`
 * serves what follows `starting_after`, and `POST …/ID/cancel` ends it.
 */
export interface BackgroundAnswer {
  readonly id: string
  readonly steps: readonly BackgroundStep[]
  /** Calls of tools after the text, each with its arguments. */
  readonly tools?: readonly { readonly name: string; readonly arguments: string }[]
  /** How it ends unless it is cancelled; `completed` unless given. */
  readonly end?: 'completed' | 'incomplete' | 'failed'
  /** Each connection, the first one first, is reset after so many bytes of its body; those without a figure are not. */
  readonly drops?: readonly number[]
  /** Whether its last event repeats what it was made of; it does unless told otherwise. */
  readonly output?: boolean
}

export interface Reply {
  /** 200 unless given. */
  readonly status?: number
  /** Beside `content-type: text/event-stream`, or in its place. */
  readonly headers?: Readonly<Record<string, string>>
  /** What passes before the status line. */
  readonly before?: readonly Pause[]
  readonly body?: readonly Piece[]
  /** Sent after `body`. */
  readonly deltas?: DeltaStream
  /** In place of everything below. */
  readonly background?: BackgroundAnswer
  readonly cut?: Cut
  /**
   * `complete` (unless given) ends the body as HTTP does; `close` closes the connection without that
   * end, `reset` resets it, `never` leaves it open in silence, `endless` repeats the last bytes for ever.
   */
  readonly end?: 'complete' | 'close' | 'reset' | 'never' | 'endless'
  /** No answer at all: not even a status line. */
  readonly silent?: boolean
}

/** Which calls a script is for; all of them unless given. */
export interface Match {
  readonly model?: string
  /** Of the URL, such as `/v1/chat/completions`. */
  readonly path?: string
}

/** The mock's own record of one call. Times are milliseconds since the epoch. */
export interface MockCall {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly method: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown
  readonly startedAt: number
  /** Other calls that were open when this one began. */
  readonly overlapping: number
  /** When the mock was through with its reply. */
  readonly finishedAt?: number
  /** When the client closed the connection before the reply was through. */
  readonly closedAt?: number
}
