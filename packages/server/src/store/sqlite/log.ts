/**
 * The append-only log of live chunks and the segments they are gathered into.
 *
 * A row of the log is needed until its run's chunks are in a segment. For each run the log remembers
 * the first such row; all rows before the first of all runs can go, and go in one range.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { JournalChunk, LogEntry } from '../store.ts'
import { packChunks, unpackChunks } from './chunks.ts'
import { immediate } from './transaction.ts'

/** Rows are dropped this many at a time or more, so that the cost of finding them does not count. */
const PRUNE_EVERY = 1024

interface LogRecord {
  run: number
  seq: number
  channel: JournalChunk['channel'] | null
  delta: string
}

export class ChunkLog {
  readonly #insert: Statement<[number, number, number, string | null, string]>
  readonly #insertSegment: Statement<[number, number, number, string]>
  readonly #readSegment: Statement<[number, number], { first_seq: number; chunks: string }>
  readonly #readLog: Statement<[], LogRecord>
  readonly #prune: Statement<[number]>
  readonly #writeAll: (entries: readonly LogEntry[]) => void
  #nextRow: number
  #prunedTo: number
  readonly #firstRow = new Map<number, number>()

  /** `log` holds the log, `store` the segments. They need no common transaction: see `readAll`. */
  constructor(log: Database, store: Database) {
    this.#insert = log.prepare(
      'INSERT INTO log (id, run, seq, channel, delta) VALUES (?, ?, ?, ?, ?)',
    )
    this.#insertSegment = store.prepare(
      'INSERT INTO segments (run, first_seq, last_seq, chunks) VALUES (?, ?, ?, ?)',
    )
    this.#readSegment = store.prepare(
      'SELECT first_seq, chunks FROM segments WHERE run = ? AND last_seq > ? ORDER BY last_seq LIMIT 1',
    )
    this.#readLog = log.prepare('SELECT run, seq, channel, delta FROM log ORDER BY id')
    this.#prune = log.prepare('DELETE FROM log WHERE id < ?')
    const last = log.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM log').get()
    this.#nextRow = (last?.id ?? 0) + 1
    this.#prunedTo = 0
    this.#writeAll = immediate(log, (entries: readonly LogEntry[]) => {
      let row = this.#nextRow
      for (const entry of entries) {
        this.#write(row, entry)
        row += 1
      }
    })
  }

  append(entries: readonly LogEntry[]): void {
    const [only] = entries
    // One row is a transaction by itself, and most turns of the event loop bring one.
    if (entries.length === 1 && only !== undefined) this.#write(this.#nextRow, only)
    else this.#writeAll(entries)
    for (const { run } of entries) {
      if (!this.#firstRow.has(run)) this.#firstRow.set(run, this.#nextRow)
      this.#nextRow += 1
    }
  }

  /** Writes the segment; call inside a transaction where it belongs to something larger. */
  addSegment(run: number, chunks: readonly JournalChunk[]): void {
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
    this.#prune.run(needed)
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
  readAll(): Map<number, JournalChunk[]> {
    const runs = new Map<number, JournalChunk[]>()
    for (const { run, seq, channel, delta } of this.#readLog.iterate()) {
      const chunks = runs.get(run) ?? []
      chunks.push({ seq, delta, ...(channel === null || channel === undefined ? {} : { channel }) })
      runs.set(run, chunks)
    }
    return runs
  }

  #write(row: number, { run, seq, channel, delta }: LogEntry): void {
    this.#insert.run(row, run, seq, channel ?? null, delta)
  }

  #oldestNeeded(): number {
    let oldest = this.#nextRow
    // A map keeps the order in which runs were added, and each is added at the newest row.
    for (const row of this.#firstRow.values()) {
      oldest = row
      break
    }
    return oldest
  }
}
