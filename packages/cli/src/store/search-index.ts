import type { Database } from 'better-sqlite3'
import { matchExpression, type Phrase } from './search-query.ts'
import { wordsOf } from './tokens.ts'

/** Of a longer message the beginning is found by search: pasted logs and dumps would drown the rest. */
export const INDEXED_LENGTH = 250_000
/** Words that so many messages have say nothing by their rank, and to compute it each of them is read. */
const COMMON = 2000
/** Beginnings of fewer letters are in nearly every message. */
const SHORTEST_BEGINNING = 3
/** Up to so many messages short beginnings are looked up all the same. */
const FEW_MESSAGES = 20_000

/** The full-text index: tokens of a message under its key. */
export class SearchIndex {
  readonly #insert
  readonly #remove
  readonly #removeConversation
  readonly #count
  readonly #ranked
  readonly #newest
  readonly #lastKey
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
          SELECT rowid FROM message_index WHERE message_index MATCH ? LIMIT ${COMMON}
        )`)
      .pluck()
    this.#ranked = db
      .prepare<[string], number>(`
        SELECT rowid FROM message_index WHERE message_index MATCH ?
        ORDER BY bm25(message_index), rowid DESC`)
      .pluck()
    this.#newest = db
      .prepare<[string, number], number>(
        'SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY rowid DESC LIMIT ?',
      )
      .pluck()
    this.#lastKey = db.prepare<[], number | null>('SELECT max(key) FROM messages').pluck()
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

  /**
   * Keys of messages that have all phrases. Those with the last word as it stands come first, then those where it is a
   * beginning; each by the bm25 of the words that are not common, then the newest first.
   */
  search(phrases: readonly Phrase[], limit: number, effort: 'whole' | 'quick'): number[] {
    const last = phrases.at(-1)
    if (last === undefined) return []
    if (!last.prefix || last.word !== true) return this.#find(phrases, limit)
    const exact = this.#find([...phrases.slice(0, -1), { ...last, prefix: false }], limit)
    if (exact.length >= limit) return exact
    // To look up a beginning costs as much as all the words that it may become.
    const isEnough = exact.length > 0 || effort === 'quick'
    if (isEnough && !this.#isTellingBeginning(last)) return exact
    const found = new Set(exact)
    const begun = this.#find(phrases, limit).filter((key) => !found.has(key))
    return [...exact, ...begun].slice(0, limit)
  }

  /** Writes the index anew without what was removed: until then its tokens are only marked as gone. */
  purge(): void {
    this.#optimize.run()
  }

  #find(phrases: readonly Phrase[], limit: number): number[] {
    const expression = matchExpression(phrases)
    const telling = phrases.filter((phrase) => this.#isTelling(phrase))
    if (telling.length === 0) return this.#newest.all(expression, limit)
    const ranked = this.#ranked.all(matchExpression(telling))
    if (telling.length === phrases.length) return ranked.slice(0, limit)
    const hits = new Set(this.#newest.all(expression, ranked.length))
    return ranked.filter((key) => hits.has(key)).slice(0, limit)
  }

  /** Whether a phrase is rare enough to be ranked by. */
  #isTelling(phrase: Phrase): boolean {
    return !phrase.prefix && (this.#count.get(matchExpression([phrase])) ?? 0) < COMMON
  }

  #isTellingBeginning({ tokens }: Phrase): boolean {
    const letters = tokens.at(-1)?.length ?? 0
    return letters >= SHORTEST_BEGINNING || (this.#lastKey.get() ?? 0) <= FEW_MESSAGES
  }
}
