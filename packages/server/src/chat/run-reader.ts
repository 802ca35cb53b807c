/**
 * Reads one run's chunks after a seq, then follows it to its end: first delivery and resume are this one path (L2).
 * It remembers nothing but the reader's place.
 */
import type { EndChunk } from '@speak-code/protocol'
import type { Answer, JournalChunk, LogEntry, RunRow, Store } from '../store/store.ts'
import type { LiveRun, NoticeListener } from './live-run.ts'

export class RunReader {
  readonly row: RunRow
  readonly #store: Store
  readonly #live: LiveRun | undefined

  constructor(row: RunRow, store: Store, live: LiveRun | undefined) {
    this.row = row
    this.#store = store
    this.#live = live
  }

  /** The present tail: the last seq that is in the journal, the end's once there is one. */
  get tail(): number {
    return this.end?.seq ?? this.#live?.committed ?? 0
  }

  /** The end chunk, once it is in the journal. */
  get end(): EndChunk | undefined {
    if (this.#live !== undefined) return this.#live.end
    const { id, end, endSeq } = this.row
    return end === undefined || endSeq === undefined
      ? undefined
      : { type: 'chunk', id, seq: endSeq, delta: '', done: true, ...end }
  }

  /** The chunk with this seq, if it is at hand. */
  at(seq: number): LogEntry | undefined {
    return this.#live?.at(seq)
  }

  /** Some chunks after `after` from the store, in order; none where there are none. */
  load(after: number): Promise<readonly JournalChunk[]> {
    return this.#store.readSegments(this.row.key, after)
  }

  /** The whole answer of a run that has ended, whatever became of its journal. */
  answer(): Promise<Answer | undefined> {
    return this.#store.answer(this.row.key)
  }

  /** Follows a live run (see LiveRun.follow); does nothing where it has ended. */
  follow(wake: () => void, onNotice?: NoticeListener): () => void {
    return this.#live?.follow(wake, onNotice) ?? (() => {})
  }
}
