import type { Database } from 'better-sqlite3'
import type { SearchHit } from './local-store.ts'
import { isoTime, type MessageRow } from './rows.ts'
import { matchesIn, phrasesOf, type Phrase } from './search-query.ts'
import { INDEXED_LENGTH } from './search-index.ts'
import { snippetOf } from './snippet.ts'
import { searchableText, type Tables } from './tables.ts'

interface HitRow extends MessageRow {
  readonly conversation_id: string
  readonly title: string
}

/** Finds messages that have all words of a query; answers under way too, which are not in the index yet. */
export class HistorySearch {
  readonly #tables: Tables
  readonly #byKey

  constructor(db: Database, tables: Tables) {
    this.#tables = tables
    this.#byKey = db.prepare<[number], HitRow>(`
      SELECT messages.*, conversations.id AS conversation_id, title FROM messages
      JOIN conversations ON conversations.key = conversation WHERE messages.key = ?`)
  }

  /** Answers under way first, then by rank. */
  find(query: string, limit: number): SearchHit[] {
    const phrases = phrasesOf(query)
    if (phrases.length === 0) return []
    const live = this.#tables.messages
      .live()
      .filter((message) => hasAll(this.#textOf(message), phrases))
      .map(({ key }) => key)
    return [...live, ...this.#tables.index.search(phrases, limit)]
      .slice(0, limit)
      .flatMap((key) => this.#hit(key, phrases))
  }

  #hit(key: number, phrases: readonly Phrase[]): SearchHit[] {
    const row = this.#byKey.get(key)
    if (row === undefined) return []
    const text = this.#textOf(row)
    return [
      {
        conversationId: row.conversation_id,
        messageId: row.id,
        title: row.title,
        role: row.role,
        snippet: snippetOf(text, matchesIn(text, phrases)),
        createdAt: isoTime(row.created_at),
      },
    ]
  }

  #textOf(message: MessageRow): string {
    const { content: text, reasoning, refusal } = message
    const whole = this.#tables.liveText(message) ?? { text, reasoning, refusal }
    return searchableText(whole).slice(0, INDEXED_LENGTH)
  }
}

function hasAll(text: string, phrases: readonly Phrase[]): boolean {
  return new Set(matchesIn(text, phrases).map(({ phrase }) => phrase)).size === phrases.length
}
