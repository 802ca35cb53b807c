/**
 * The append-only log of live chunks and the segments they are gathered into.
 *
 * A line of the log is needed until its runs' chunks are in segments. For each run the log remembers the block of the
 * first such line; all blocks before the first of all runs can go.
 */
import type { Database, Statement } from 'better-sqlite3'
import type { JournalChunk, LogEntry, RunCheckpoint } from '../store.ts'
import { packChunks, packLine, unpackChunks, type UnpackedLine, unpackLine } from './chunks.ts'
import type { LineLog } from './log-file.ts'

const NO_CHECKPOINTS: readonly RunCheckpoint[] = []

/** What the log has of one run. */
export interface Logged {
  readonly chunks: JournalChunk[]
  /** The newest. */
  checkpoint: RunCheckpoint | undefined
}

export class ChunkLog {
  readonly #lines: LineLog
  readonly #insertSegment: Statement<[number, number, number, string]>
  readonly #readSegment: Statement<[number, number], { first_seq: number; chunks: string }>
  readonly #saveCheckpoint: Statement<[number, string, number]>
  #failing = false
  /** The block of the first line that is needed of a run. */
  readonly #neededFrom = new Map<number, number>()
  /** How many runs need lines from this block on. */
  readonly #needing = new Map<number, number>()

  /** `lines` hold the log, `store` the segments. They need no common transaction: see `readAll`. */
  constructor(lines: LineLog, store: Database) {
    this.#lines = lines
    this.#insertSegment = store.prepare(
      'INSERT INTO segments (run, first_seq, last_seq, chunks) VALUES (?, ?, ?, ?)',
    )
    this.#readSegment = store.prepare(
      'SELECT first_seq, chunks FROM segments WHERE run = ? AND last_seq > ? ORDER BY last_seq LIMIT 1',
    )
    this.#saveCheckpoint = store.prepare(
      'UPDATE runs SET checkpoint_seq = ?, checkpoint = ? WHERE key = ?',
    )
  }

  /** Whether the last append could not be carried out. */
  get failing(): boolean {
    return this.#failing
  }

  /** One line, and so all or nothing. */
  append(entries: readonly LogEntry[], checkpoints = NO_CHECKPOINTS): void {
    const { block } = this.#lines
    this.#failing = true
    this.#lines.append(packLine(entries, checkpoints))
    this.#failing = false
    for (const { run } of entries) if (!this.#neededFrom.has(run)) this.#need(run, block)
    for (const { run } of checkpoints) if (!this.#neededFrom.has(run)) this.#need(run, block)
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
    const block = this.#neededFrom.get(run)
    if (block !== undefined) {
      this.#neededFrom.delete(run)
      const others = (this.#needing.get(block) ?? 1) - 1
      if (others === 0) this.#needing.delete(block)
      else this.#needing.set(block, others)
    }
    try {
      this.#lines.dropBefore(Math.min(this.#lines.block + 1, ...this.#needing.keys()))
    } catch {
      // Lines that are not needed do no harm; they go with the next ones.
    }
  }

  readSegment(run: number, after: number): JournalChunk[] {
    const record = this.#readSegment.get(run, after)
    if (record === undefined) return []
    return unpackChunks(record.chunks, record.first_seq).filter((chunk) => chunk.seq > after)
  }

  /**
   * What the log has of these runs, in order of `seq`, and keeps until they are released: for a relay that has just started.
   * Chunks may be in a segment as well, where the process ended between the two. Where a loss of power has damaged it, what
   * follows does not count: it would leave a hole.
   */
  readAll(wanted: ReadonlySet<number>): Map<number, Logged> {
    const runs = new Map<number, Logged>()
    const of = (run: number, block: number): Logged | undefined => {
      if (!wanted.has(run)) return undefined
      if (!this.#neededFrom.has(run)) this.#need(run, block)
      const logged = runs.get(run) ?? { chunks: [], checkpoint: undefined }
      runs.set(run, logged)
      return logged
    }
    for (const { block, line } of this.#lines.lines()) {
      const unpacked = this.#unpacked(block, line)
      if (unpacked === undefined) break
      for (const { run, ...chunk } of unpacked.entries) of(run, block)?.chunks.push(chunk)
      for (const checkpoint of unpacked.checkpoints) {
        const logged = of(checkpoint.run, block)
        if (logged !== undefined) logged.checkpoint = checkpoint
      }
    }
    return runs
  }

  #unpacked(block: number, line: string): UnpackedLine | undefined {
    try {
      return unpackLine(line)
    } catch {
      this.#lines.putAside(block)
      return undefined
    }
  }

  #need(run: number, block: number): void {
    this.#neededFrom.set(run, block)
    this.#needing.set(block, (this.#needing.get(block) ?? 0) + 1)
  }
}
