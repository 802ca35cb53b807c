/**
 * Persist, then publish (L1): chunks of all runs that arrive in one turn of the event loop go into the store in one
 * transaction, and only then may any follower see them. A commit a turn rather than on a timer: a timer would
 * add its period to each delta's latency.
 */
import type { LogEntry, RunCheckpoint, Store } from '../store/store.ts'
import type { LiveRun } from './live-run.ts'

/** A run's chunks are gathered into a segment when this many are in the log … */
const SEGMENT_CHUNKS = 512
/** … or after this long, so that a slow run does not keep everybody's log rows. */
const SEGMENT_MS = 10_000

interface Batch {
  readonly runs: readonly LiveRun[]
  /** The last seq of each of `runs` that is in the batch. */
  readonly seqs: readonly number[]
  /** Told when the batch is written, or lost. */
  readonly waiting: readonly (() => void)[]
}

const NO_CHECKPOINTS: readonly RunCheckpoint[] = []

const numberedBy = (run: LiveRun): number => run.numbered

export class Journal {
  readonly #store: Store
  readonly #onFailure: (run: LiveRun, error: unknown) => void
  readonly #segmenter: NodeJS.Timeout
  #pending: LogEntry[] = []
  /** The runs of `#pending`; one may be there several times. */
  #touched: LiveRun[] = []
  /** A flush is planned or under way. */
  #flushing = false
  /** Who waits for what is in `#pending`. */
  #waiting: (() => void)[] = []
  readonly #live = new Set<LiveRun>()
  /** Runs whose next segment is planned, or could not be written: not before the next round. */
  readonly #planned = new Set<LiveRun>()
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

  /** `chunks` are the run's next, as it numbered them. */
  append(run: LiveRun, chunks: readonly LogEntry[]): void {
    if (chunks.length === 0) return
    for (const chunk of chunks) this.#pending.push(chunk)
    this.#touch(run)
  }

  /** The run can be read on from another place than before, together with whatever was appended in this turn. */
  mark(run: LiveRun): void {
    this.#touch(run)
  }

  #touch(run: LiveRun): void {
    if (this.#touched.at(-1) !== run) this.#touched.push(run)
    if (!this.#live.has(run)) this.#live.add(run)
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(this.#flush)
  }

  /** Resolves when everything that was appended before has been written, or has failed; what comes later is not waited for. */
  async flushed(): Promise<void> {
    if (!this.#flushing) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** Leaves the run alone from now on: when it resolves, all that `tail()` says is in the log and in no segment. */
  async release(run: LiveRun): Promise<void> {
    await this.flushed()
    this.#live.delete(run)
    await this.#segmenting
    this.#planned.delete(run)
  }

  close(): void {
    clearInterval(this.#segmenter)
  }

  readonly #flush = (): void => {
    const batch: Batch = {
      runs: this.#touched,
      // More may be numbered while a store that is not on this machine writes.
      seqs: this.#touched.map(numberedBy),
      waiting: this.#waiting,
    }
    const entries = this.#pending
    const checkpoints = newCheckpoints(this.#touched)
    this.#pending = []
    this.#touched = []
    this.#waiting = []
    try {
      const nothing = entries.length === 0 && checkpoints.length === 0
      const writing = nothing ? undefined : this.#store.append(entries, checkpoints)
      if (writing === undefined) {
        this.#written(batch)
        return
      }
      writing.then(
        () => {
          this.#written(batch)
        },
        (error: unknown) => {
          this.#lost(batch, error)
        },
      )
    } catch (error) {
      this.#lost(batch, error)
    }
  }

  #written({ runs, seqs, waiting }: Batch): void {
    for (let index = 0; index < runs.length; index += 1) {
      const run = runs[index]
      if (run === undefined) continue
      run.commit(seqs[index] ?? 0)
      if (run.unsegmented >= SEGMENT_CHUNKS) this.#segmentNext(run)
    }
    this.#next(waiting)
  }

  #lost({ runs, waiting }: Batch, error: unknown): void {
    for (const run of new Set(runs)) this.#fail(run, error)
    this.#next(waiting)
  }

  #next(waiting: readonly (() => void)[]): void {
    this.#flushing = this.#pending.length > 0 || this.#waiting.length > 0
    if (this.#flushing) setImmediate(this.#flush)
    for (const resolve of waiting) resolve()
  }

  #fail(run: LiveRun, error: unknown): void {
    this.#pending = this.#pending.filter((entry) => entry.run !== run.row.key)
    this.#touched = this.#touched.filter((other) => other !== run)
    this.#onFailure(run, error)
  }

  #segmentAll(): void {
    this.#planned.clear()
    for (const run of this.#live) this.#segmentNext(run)
  }

  #segmentNext(run: LiveRun): void {
    if (this.#planned.has(run)) return
    this.#planned.add(run)
    this.#segmenting = this.#segmenting.then(async () => {
      // Runs that began together fill their segments together: deltas may go between two of these.
      await new Promise(setImmediate)
      await this.#segment(run)
    })
  }

  async #segment(run: LiveRun): Promise<void> {
    const chunks = run.tail()
    const last = chunks.at(-1)
    const checkpoint = run.unstoredCheckpoint
    if ((last === undefined && checkpoint === undefined) || !this.#live.has(run)) {
      this.#planned.delete(run)
      return
    }
    try {
      await this.#store.addSegment({ run: run.row.key, chunks, checkpoint })
      if (last !== undefined) run.segmented(last.seq)
      if (checkpoint !== undefined) run.checkpointStored(checkpoint)
      this.#planned.delete(run)
    } catch {
      // Nothing is lost: the chunks stay in the log, and at hand.
    }
  }
}

/** On the path of every delta: most runs have none. */
function newCheckpoints(runs: readonly LiveRun[]): readonly RunCheckpoint[] {
  let found: RunCheckpoint[] | undefined
  for (const run of runs) {
    const checkpoint = run.takeCheckpoint()
    if (checkpoint === undefined) continue
    found ??= []
    found.push(checkpoint)
  }
  return found ?? NO_CHECKPOINTS
}
