import type { Database } from 'better-sqlite3'
import { matchExpression, type Phrase } from './search-query.ts'
import { wordsOf } from './tokens.ts'

/** Of a longer message the beginning is found by search: pasted logs and dumps would drown the rest. */
export const INDEXED_LENGTH = 250_000
/** Of the hits so many, the newest, are ranked, or as many as are wanted. */
const RANKED = 2000
/** Words that so many messages have say nothing by their rank, and to compute it every hit is read. */
const TOO_MANY_TO_RANK = 20_000

/** The full-text index: tokens of a message under its key. */
export class SearchIndex {
  readonly #insert
  readonly #remove
  readonly #removeConversation
  readonly #count
  readonly #ranked
  readonly #newest
  readonly #optimize

  constructor(db: Database) {
    this.#insert = db.prepare<[number, string, string]>(
      'INSERT INTO message_index (rowid, words, wholes) VALUES (?, ?, ?)',
    )
    this.#remove = db.prepare<[number]>('DELETE FROM message_index WHERE rowid = ?')
    this.#removeConversation = db.prepare<[number]>(
      'DELETE FROM message_index WHERE rowid IN (SELECT key FROM messages WHERE conversation = ?)',
    )
    this.#count = db
      .prepare<[string], number>(`
        SELECT count(*) FROM (
          SELECT rowid FROM message_index WHERE message_index MATCH ? LIMIT ${TOO_MANY_TO_RANK}
        )`)
      .pluck()
    this.#ranked = db
      .prepare<[{ expression: string; ranked: number; limit: number }], number>(`
        SELECT key FROM (
          SELECT rowid AS key, bm25(message_index) AS score FROM message_index WHERE message_index MATCH @expression
          ORDER BY rowid DESC LIMIT @ranked
        ) ORDER BY score, key DESC LIMIT @limit`)
      .pluck()
    this.#newest = db
      .prepare<[string, number], number>(
        'SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY rowid DESC LIMIT ?',
      )
      .pluck()
    this.#optimize = db.prepare<[]>("INSERT INTO message_index (message_index) VALUES ('optimize')")
  }

  /** Takes the place of what was there for the message. */
  put(message: number, text: string): void {
    const words = wordsOf(text.slice(0, INDEXED_LENGTH))
    const tokens = words.flatMap((word) => word.tokens.map((token) => token.text))
    const wholes = words.flatMap((word) => word.wholes.map((token) => token.text))
    this.#remove.run(message)
    if (tokens.length > 0) this.#insert.run(message, tokens.join(' '), wholes.join(' '))
  }

  remove(message: number): void {
    this.#remove.run(message)
  }

  removeConversation(conversation: number): void {
    this.#removeConversation.run(conversation)
  }

  /** Keys of messages that have all phrases: by bm25, then the newest first; of very many the newest. */
  search(phrases: readonly Phrase[], limit: number): number[] {
    if (phrases.length === 0) return []
    const expression = matchExpression(phrases)
    if (this.#count.get(expression) === TOO_MANY_TO_RANK) return this.#newest.all(expression, limit)
    return this.#ranked.all({ expression, ranked: Math.max(RANKED, limit), limit })
  }

  /** Writes the index anew without what was removed: until then its tokens are only marked as gone. */
  purge(): void {
    this.#optimize.run()
  }
}
