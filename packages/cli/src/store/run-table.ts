import type { Database } from 'better-sqlite3'
import type { RunRow } from './rows.ts'

const SELECT = `SELECT runs.key, runs.id, conversation, conversations.id AS conversation_id, question_id, answer_id,
  chat, ended FROM runs JOIN conversations ON conversations.key = conversation`

export interface NewRun {
  readonly id: string
  /** The conversation's key. */
  readonly conversation: number
  readonly question_id: string | null
  readonly chat: string
}

/** Runs, in the order in which they were asked for. */
export class RunTable {
  readonly #find
  readonly #streaming
  readonly #open
  readonly #openOf
  readonly #asking
  readonly #insert
  readonly #change
  readonly #accept
  readonly #end
  readonly #remove

  constructor(db: Database) {
    this.#find = db.prepare<[string], RunRow>(`${SELECT} WHERE runs.id = ?`)
    this.#streaming = db
      .prepare<[string], number>('SELECT key FROM runs WHERE id = ? AND ended = 0')
      .pluck()
    this.#open = db.prepare<[], RunRow>(`${SELECT} WHERE ended = 0 ORDER BY runs.key`)
    this.#openOf = db.prepare<[string], RunRow>(
      `${SELECT} WHERE ended = 0 AND conversations.id = ? ORDER BY runs.key`,
    )
    this.#asking = db.prepare<[number, string, number], { key: number }>(
      'SELECT key FROM runs WHERE conversation = ? AND question_id = ? AND key <> ? LIMIT 1',
    )
    this.#insert = db.prepare<[NewRun]>(
      'INSERT INTO runs (id, conversation, question_id, chat) VALUES (@id, @conversation, @question_id, @chat)',
    )
    this.#change = db.prepare<[string, string | null, number]>(
      'UPDATE runs SET chat = ?, question_id = ? WHERE key = ?',
    )
    this.#accept = db.prepare<[string, number]>('UPDATE runs SET answer_id = ? WHERE key = ?')
    this.#end = db.prepare<[number]>('UPDATE runs SET ended = 1, chat = NULL WHERE key = ?')
    this.#remove = db.prepare<[number]>('DELETE FROM runs WHERE key = ?')
  }

  find(id: string): RunRow | undefined {
    return this.#find.get(id)
  }

  /** The key of a run that has not ended; asked for several times a second while an answer streams. */
  streaming(id: string): number | undefined {
    return this.#streaming.get(id)
  }

  /** Without a conversation's id: of all. */
  open(conversationId?: string): RunRow[] {
    return conversationId === undefined ? this.#open.all() : this.#openOf.all(conversationId)
  }

  /** Whether another run than this one has the message as its question. */
  isAskedElsewhere(run: RunRow, messageId: string): boolean {
    return this.#asking.get(run.conversation, messageId, run.key) !== undefined
  }

  insert(run: NewRun): void {
    this.#insert.run(run)
  }

  change(key: number, chat: string, questionId: string | null): void {
    this.#change.run(chat, questionId, key)
  }

  accept(key: number, answerId: string): void {
    this.#accept.run(answerId, key)
  }

  end(key: number): void {
    this.#end.run(key)
  }

  remove(key: number): void {
    this.#remove.run(key)
  }
}
