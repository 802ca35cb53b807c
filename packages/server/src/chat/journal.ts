/**
 * Persist, then publish (L1): chunks of all runs that arrive in one turn of the event loop go into the store in one
 * transaction, and only then may any follower see them. A commit a turn rather than on a timer: a timer would
 * add its period to each delta's latency.
 */
import type { JournalChunk, LogEntry, Store } from '../store/store.ts'
import type { LiveRun } from './live-run.ts'

/** A run's chunks are gathered into a segment when this many are in the log … */
const SEGMENT_CHUNKS = 256
/** … or after this long, so that a slow run does not keep everybody's log rows. */
const SEGMENT_MS = 10_000

export class Journal {
  readonly #store: Store
  readonly #onFailure: (run: LiveRun, error: unknown) => void
  readonly #segmenter: NodeJS.Timeout
  #pending: LogEntry[] = []
  /** The last seq of each run in `#pending`. */
  #touched = new Map<LiveRun, number>()
  #flushing: Promise<void> | undefined
  readonly #live = new Set<LiveRun>()
  #segmenting: Promise<void> = Promise.resolve()

  /** `onFailure` is told of each run whose chunks could not be written; none of them was published. */
  constructor(store: Store, onFailure: (run: LiveRun, error: unknown) => void) {
    this.#store = store
    this.#onFailure = onFailure
    this.#segmenter = setInterval(() => {
      this.#segmentAll()
    }, SEGMENT_MS)
    this.#segmenter.unref()
  }

  append(run: LiveRun, chunks: readonly JournalChunk[]): void {
    const last = chunks.at(-1)
    if (last === undefined) return
    const key = run.row.key
    for (const { seq, delta, channel } of chunks) {
      this.#pending.push(
        channel === undefined ? { run: key, seq, delta } : { run: key, seq, delta, channel },
      )
    }
    this.#touched.set(run, last.seq)
    this.#live.add(run)
    this.#flushing ??= this.#flushSoon()
  }

  /** Resolves when everything that was appended before has been written, or has failed. */
  async flushed(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing
  }

  /** Leaves the run alone from now on: when it resolves, all that `tail()` says is in the log and in no segment. */
  async release(run: LiveRun): Promise<void> {
    await this.flushed()
    this.#live.delete(run)
    await this.#segmenting
  }

  close(): void {
    clearInterval(this.#segmenter)
  }

  async #flushSoon(): Promise<void> {
    await new Promise(setImmediate)
    const entries = this.#pending
    const touched = this.#touched
    this.#pending = []
    this.#touched = new Map()
    try {
      await this.#store.append(entries)
      for (const [run, seq] of touched) run.commit(seq)
    } catch (error) {
      for (const run of touched.keys()) this.#fail(run, error)
    }
    this.#flushing = this.#pending.length > 0 ? this.#flushSoon() : undefined
    for (const run of touched.keys()) {
      if (run.unsegmented >= SEGMENT_CHUNKS) this.#segmentNext(run)
    }
  }

  #fail(run: LiveRun, error: unknown): void {
    this.#pending = this.#pending.filter((entry) => entry.run !== run.row.key)
    this.#touched.delete(run)
    this.#onFailure(run, error)
  }

  #segmentAll(): void {
    for (const run of this.#live) this.#segmentNext(run)
  }

  #segmentNext(run: LiveRun): void {
    this.#segmenting = this.#segmenting.then(() => this.#segment(run))
  }

  async #segment(run: LiveRun): Promise<void> {
    const chunks = run.tail()
    const last = chunks.at(-1)
    if (last === undefined || !this.#live.has(run)) return
    try {
      await this.#store.addSegment({ run: run.row.key, chunks })
      run.segmented(last.seq)
    } catch (error) {
      this.#fail(run, error)
    }
  }
}
