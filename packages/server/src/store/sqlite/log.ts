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

  constructor(db: Database) {
    this.#insert = db.prepare(
      'INSERT INTO log (id, run, seq, channel, delta) VALUES (?, ?, ?, ?, ?)',
    )
    this.#insertSegment = db.prepare(
      'INSERT INTO segments (run, first_seq, last_seq, chunks) VALUES (?, ?, ?, ?)',
    )
    this.#readSegment = db.prepare(
      'SELECT first_seq, chunks FROM segments WHERE run = ? AND last_seq > ? ORDER BY last_seq LIMIT 1',
    )
    this.#readLog = db.prepare('SELECT run, seq, channel, delta FROM log ORDER BY id')
    this.#prune = db.prepare('DELETE FROM log WHERE id < ?')
    const last = db.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM log').get()
    this.#nextRow = (last?.id ?? 0) + 1
    this.#prunedTo = 0
    this.#writeAll = immediate(db, (entries: readonly LogEntry[]) => {
      let row = this.#nextRow
      for (const { run, seq, channel, delta } of entries) {
        this.#insert.run(row, run, seq, channel ?? null, delta)
        row += 1
      }
    })
  }

  append(entries: readonly LogEntry[]): void {
    this.#writeAll(entries)
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

  /** The log by run, in order of `seq`: for a relay that has just started. */
  readAll(): Map<number, JournalChunk[]> {
    const runs = new Map<number, JournalChunk[]>()
    for (const { run, seq, channel, delta } of this.#readLog.iterate()) {
      const chunks = runs.get(run) ?? []
      chunks.push({ seq, delta, ...(channel === null || channel === undefined ? {} : { channel }) })
      runs.set(run, chunks)
    }
    return runs
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
