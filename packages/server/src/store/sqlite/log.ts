/**
 * The append-only log of live chunks and the segments they are gathered into.
 *
 * A row of the log is needed until its runs' chunks are in segments. For each run the log remembers
 * the first such row; all rows before the first of all runs can go, and go in one range.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { JournalChunk, LogEntry, RunCheckpoint } from '../store.ts'
import {
  packCheckpoints,
  packChunks,
  packEntries,
  unpackCheckpoints,
  unpackChunks,
  unpackEntries,
} from './chunks.ts'

/** Rows are dropped this many at a time or more, so that the cost of finding them does not count. */
const PRUNE_EVERY = 1024

const NO_CHECKPOINTS: readonly RunCheckpoint[] = []

/** What the log has of one run. */
export interface Logged {
  readonly chunks: JournalChunk[]
  /** The newest. */
  checkpoint: RunCheckpoint | undefined
}

export class ChunkLog {
  readonly #insert: Statement<[number, string, string | null]>
  readonly #insertSegment: Statement<[number, number, number, string]>
  readonly #readSegment: Statement<[number, number], { first_seq: number; chunks: string }>
  readonly #saveCheckpoint: Statement<[number, string, number]>
  readonly #readLog: Statement<[], { entries: string; checkpoints: string | null }>
  readonly #prune: Statement<[number]>
  #nextRow: number
  #prunedTo = 0
  #failing = false
  readonly #firstRow = new Map<number, number>()

  /** `log` holds the log, `store` the segments. They need no common transaction: see `readAll`. */
  constructor(log: Database, store: Database) {
    this.#insert = log.prepare('INSERT INTO log (id, entries, checkpoints) VALUES (?, ?, ?)')
    this.#insertSegment = store.prepare(
      'INSERT INTO segments (run, first_seq, last_seq, chunks) VALUES (?, ?, ?, ?)',
    )
    this.#readSegment = store.prepare(
      'SELECT first_seq, chunks FROM segments WHERE run = ? AND last_seq > ? ORDER BY last_seq LIMIT 1',
    )
    this.#saveCheckpoint = store.prepare(
      'UPDATE runs SET checkpoint_seq = ?, checkpoint = ? WHERE key = ?',
    )
    this.#readLog = log.prepare('SELECT entries, checkpoints FROM log ORDER BY id')
    this.#prune = log.prepare('DELETE FROM log WHERE id < ?')
    const last = log.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM log').get()
    this.#nextRow = (last?.id ?? 0) + 1
  }

  /** Whether the last append could not be carried out. */
  get failing(): boolean {
    return this.#failing
  }

  /** One statement, and so one transaction. */
  append(entries: readonly LogEntry[], checkpoints = NO_CHECKPOINTS): void {
    const row = this.#nextRow
    this.#failing = true
    this.#insert.run(row, packEntries(entries), packCheckpoints(checkpoints))
    this.#failing = false
    this.#nextRow += 1
    for (const { run } of entries) if (!this.#firstRow.has(run)) this.#firstRow.set(run, row)
    for (const { run } of checkpoints) if (!this.#firstRow.has(run)) this.#firstRow.set(run, row)
  }

  /** Writes the segment; call inside a transaction where it belongs to something larger. */
  addSegment(run: number, chunks: readonly JournalChunk[], checkpoint?: RunCheckpoint): void {
    if (checkpoint !== undefined) this.#saveCheckpoint.run(checkpoint.seq, checkpoint.data, run)
    const first = chunks[0]
    const last = chunks.at(-1)
    if (first === undefined || last === undefined) return
    this.#insertSegment.run(run, first.seq, last.seq, packChunks(chunks))
  }

  /** To be called once a segment is committed: the log has nothing of the run that is needed. */
  release(run: number): void {
    this.#firstRow.delete(run)
    const needed = this.#oldestNeeded()
    if (needed - this.#prunedTo < PRUNE_EVERY) return
    try {
      this.#prune.run(needed)
    } catch {
      // Rows that are not needed do no harm; they go with the next ones.
      return
    }
    this.#prunedTo = needed
  }

  readSegment(run: number, after: number): JournalChunk[] {
    const record = this.#readSegment.get(run, after)
    if (record === undefined) return []
    return unpackChunks(record.chunks, record.first_seq).filter((chunk) => chunk.seq > after)
  }

  /**
   * The log by run, in order of `seq`: for a relay that has just started. Chunks may be in a segment as well, where the
   * process ended between the two.
   */
  readAll(): Map<number, Logged> {
    const runs = new Map<number, Logged>()
    const of = (run: number): Logged => {
      const logged = runs.get(run) ?? { chunks: [], checkpoint: undefined }
      runs.set(run, logged)
      return logged
    }
    for (const { entries, checkpoints } of this.#readLog.iterate()) {
      for (const { run, ...chunk } of unpackEntries(entries)) of(run).chunks.push(chunk)
      for (const checkpoint of unpackCheckpoints(checkpoints)) {
        of(checkpoint.run).checkpoint = checkpoint
      }
    }
    return runs
  }

  #oldestNeeded(): number {
    // A map keeps the order in which runs were added, and each is added at the newest row.
    for (const row of this.#firstRow.values()) return row
    return this.#nextRow
  }
}
