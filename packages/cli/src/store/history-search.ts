import type { Database } from 'better-sqlite3'
import type { SearchHit } from './local-store.ts'
import { isoTime, type MessageRow } from './rows.ts'
import { matchesIn, phrasesOf, type Match, type Phrase } from './search-query.ts'
import { INDEXED_LENGTH } from './search-index.ts'
import { snippetOf } from './snippet.ts'
import { searchableText, type Tables } from './tables.ts'

/** A long text is looked through in parts (UTF-16 code units), until one has all that is looked for. */
const PART = 16_000
/** Parts share so much, so that a phrase at a border is whole in one of them. */
const SHARED = 400

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
  find(query: string, limit: number, effort: 'whole' | 'quick'): SearchHit[] {
    const phrases = phrasesOf(query)
    if (phrases.length === 0) return []
    const live = this.#tables.messages
      .live()
      .filter((message) => hasAll(this.#textOf(message), phrases))
      .map(({ key }) => key)
    return [...live, ...this.#tables.index.search(phrases, limit, effort)]
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
        snippet: snippetOf(text, tellingMatches(text, phrases)),
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

/** The matches of the first part of the text that has all phrases, or else of the one that has the most. */
function tellingMatches(text: string, phrases: readonly Phrase[]): readonly Match[] {
  let best: readonly Match[] = []
  let most = 0
  for (let start = 0; start < text.length && most < phrases.length; start += PART - SHARED) {
    const matches = matchesIn(text.slice(start, start + PART), phrases)
    const has = new Set(matches.map(({ phrase }) => phrase)).size
    if (has <= most) continue
    most = has
    best = matches.map((match) => ({
      ...match,
      start: match.start + start,
      end: match.end + start,
    }))
  }
  return best
}
