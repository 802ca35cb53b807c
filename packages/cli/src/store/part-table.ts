import type { Database } from 'better-sqlite3'
import type { LocalChunk } from './local-store.ts'
import type { AnswerText, PartChannel } from './rows.ts'

interface PartRow {
  readonly channel: PartChannel
  readonly delta: string
}

/** The text of answers under way, in pieces without holes. A run is named by its key. */
export class PartTable {
  readonly #last
  readonly #all
  readonly #insert
  readonly #remove

  constructor(db: Database) {
    this.#last = db
      .prepare<[number], number>('SELECT seq FROM parts WHERE run = ? ORDER BY seq DESC LIMIT 1')
      .pluck()
    this.#all = db.prepare<[number], PartRow>(
      'SELECT channel, delta FROM parts WHERE run = ? ORDER BY seq',
    )
    this.#insert = db.prepare<[number, number, PartChannel, string]>(
      'INSERT INTO parts (run, seq, channel, delta) VALUES (?, ?, ?, ?)',
    )
    this.#remove = db.prepare<[number]>('DELETE FROM parts WHERE run = ?')
  }

  /** The last seq that is on disk, 0 for none. */
  lastSeq(run: number): number {
    return this.#last.get(run) ?? 0
  }

  text(run: number): AnswerText {
    const pieces: Record<PartChannel, string[]> = { text: [], reasoning: [], refusal: [] }
    for (const { channel, delta } of this.#all.all(run)) pieces[channel].push(delta)
    return {
      text: pieces.text.join(''),
      reasoning: pieces.reasoning.join(''),
      refusal: pieces.refusal.join(''),
    }
  }

  /** Appends the chunks that come next; what is there already and what lies behind a hole is left out. */
  append(run: number, chunks: readonly LocalChunk[]): void {
    let last = this.lastSeq(run)
    let piece = ''
    let channel: PartChannel = 'text'
    const write = (): void => {
      if (piece !== '') this.#insert.run(run, last, channel, piece)
      piece = ''
    }
    for (const chunk of chunks) {
      if (chunk.seq !== last + 1) continue
      const next = chunk.channel ?? 'text'
      if (next !== channel) write()
      channel = next
      piece += chunk.delta
      last = chunk.seq
    }
    write()
  }

  /** Takes `text` for all that came up to `seq`. */
  replace(run: number, seq: number, text: AnswerText): void {
    this.#remove.run(run)
    this.#insert.run(run, seq, 'text', text.text)
    if (text.reasoning !== '') this.#insert.run(run, seq, 'reasoning', text.reasoning)
    if (text.refusal !== '') this.#insert.run(run, seq, 'refusal', text.refusal)
  }

  remove(run: number): void {
    this.#remove.run(run)
  }
}
