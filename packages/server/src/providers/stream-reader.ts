/**
 * What reads one vendor's stream: it is told each event and says what it brings. It knows no socket and no clock. It is
 * on the path of every delta, so checks are by hand.
 */
import type { ErrorCode } from '@speak-code/protocol'
import type { Checkpoint, ProviderEnd, ProviderUsage, Replay } from './provider.ts'

/**
 * What an event means for the call: go on; `finished`: the finish reason is known, only usage and the
 * end mark may follow; `done`: the end mark; `error`: the provider told of one; `garbage`: this is no
 * such stream.
 */
export type Reading = 'open' | 'finished' | 'done' | 'error' | 'garbage'

/** An end without what is known apart from it. */
export type ReadEnd =
  | Omit<Extract<ProviderEnd, { outcome: 'finished' }>, 'usage' | 'replay' | 'certainty'>
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly story: string }

export interface StreamReader {
  /** Takes an event's data and name. */
  event(data: string, name: string | undefined): Reading
  /** Takes a line that is no field of an event stream, such as `error: {…}` or a bare JSON body's. */
  strayLine(line: string, field: string | undefined, value: string | undefined): Reading
  /** Takes the end of the body with its last, unterminated line: what was it, all in all? */
  bodyEnd(rest: string): Reading
  /** Whether the provider has said why it stopped. From then on no failure of the connection matters. */
  readonly finished: boolean
  /** The error that the stream told of: its body, whole. */
  readonly error: unknown
  /** The provider's last word on usage. */
  readonly usage: ProviderUsage | undefined
  /** Where the answer can be read on, once that is known; undefined again once the provider has told of its failure. */
  readonly checkpoint?: Checkpoint | undefined
  /** What the provider wants back with this answer. */
  readonly replay?: Replay | undefined
  /** The end as the stream told it: after `done`, or where `finished`. */
  end(): ReadEnd
}
