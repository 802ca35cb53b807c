import type { Database } from 'better-sqlite3'
import type { ConversationView } from '@speak-code/protocol'
import type { ConversationPage, ConversationTitle } from './local-store.ts'
import { conversationView, type ConversationRow } from './rows.ts'

/** More matches of a part of an id are not told. */
const MAX_MATCHES = 10

const COLUMNS =
  'key, id, title, named, model, message_count, total_tokens, created_at, updated_at, last_message_at'

interface TitlePage {
  readonly limit: number
  readonly before?: number
}

/** Conversations: their order, titles and counts. Times are milliseconds since 1970. */
export class ConversationTable {
  readonly #page
  readonly #titles
  readonly #byId
  readonly #matching
  readonly #insert
  readonly #remove
  readonly #idle
  readonly #name
  readonly #title
  readonly #model
  readonly #modelIfNone
  readonly #addTokens
  readonly #atLeastTokens
  readonly #countMessages
  readonly #touch
  readonly #head
  readonly #chooseHead
  readonly #forgetHead

  constructor(db: Database) {
    this.#page = db.prepare<[number, number], ConversationRow>(
      `SELECT ${COLUMNS} FROM conversations ORDER BY activity DESC LIMIT ? OFFSET ?`,
    )
    this.#titles = db.prepare<[number, number], ConversationTitle>(
      'SELECT id, title, activity FROM conversations WHERE activity < ? ORDER BY activity DESC LIMIT ?',
    )
    this.#byId = db.prepare<[string], ConversationRow>(
      `SELECT ${COLUMNS} FROM conversations WHERE id = ?`,
    )
    // The inner query reads only the index of ids. LIKE does not tell capitals from small letters.
    this.#matching = db.prepare<[{ beginning: string; end: string }], ConversationRow>(`
      SELECT ${COLUMNS} FROM conversations WHERE key IN (
        SELECT key FROM conversations
        WHERE id LIKE @beginning ESCAPE '\\' OR id LIKE @end ESCAPE '\\'
      ) ORDER BY activity DESC LIMIT ${MAX_MATCHES}`)
    this.#insert = db.prepare<[{ id: string; now: number }]>(`
      INSERT INTO conversations (id, created_at, updated_at, activity)
      VALUES (@id, @now, @now, (SELECT coalesce(max(activity), 0) + 1 FROM conversations))
      ON CONFLICT (id) DO NOTHING`)
    this.#remove = db.prepare<[number]>('DELETE FROM conversations WHERE key = ?')
    this.#idle = db.prepare<[number], ConversationRow>(
      `SELECT ${COLUMNS} FROM conversations WHERE max(updated_at, coalesce(last_message_at, 0)) < ?`,
    )
    this.#name = db.prepare<[string, number, string]>(
      'UPDATE conversations SET title = ?, named = 1, updated_at = ? WHERE id = ?',
    )
    this.#title = db.prepare<[string, number]>(
      'UPDATE conversations SET title = ? WHERE key = ? AND named = 0',
    )
    this.#model = db.prepare<[string, number]>('UPDATE conversations SET model = ? WHERE key = ?')
    this.#modelIfNone = db.prepare<[string, number]>(
      'UPDATE conversations SET model = ? WHERE key = ? AND model IS NULL',
    )
    this.#addTokens = db.prepare<[number, number]>(
      'UPDATE conversations SET total_tokens = total_tokens + ? WHERE key = ?',
    )
    this.#atLeastTokens = db.prepare<[number, number]>(
      'UPDATE conversations SET total_tokens = max(total_tokens, ?) WHERE key = ?',
    )
    this.#countMessages = db.prepare<[{ key: number; added: number; at: number }]>(`
      UPDATE conversations SET message_count = message_count + @added,
        last_message_at = max(coalesce(last_message_at, 0), @at) WHERE key = @key`)
    this.#touch = db.prepare<[{ key: number; now: number }]>(`
      UPDATE conversations SET updated_at = @now,
        activity = (SELECT max(activity) + 1 FROM conversations) WHERE key = @key`)
    this.#head = db.prepare<[string], { head: string | null }>(
      'SELECT head FROM conversations WHERE id = ?',
    )
    this.#chooseHead = db.prepare<[string | null, string]>(
      'UPDATE conversations SET head = ? WHERE id = ?',
    )
    this.#forgetHead = db.prepare<[number]>(
      'UPDATE conversations SET head = NULL WHERE key = ? AND head IS NOT NULL',
    )
  }

  page({ limit = -1, offset = 0 }: ConversationPage): ConversationView[] {
    return this.#page.all(limit, offset).map(conversationView)
  }

  titles({ limit, before = Number.MAX_SAFE_INTEGER }: TitlePage): ConversationTitle[] {
    return this.#titles.all(before, limit)
  }

  row(id: string): ConversationRow | undefined {
    return this.#byId.get(id)
  }

  matching(part: string): ConversationView[] {
    if (part === '') return []
    const literal = part.replaceAll(/[\\%_]/g, String.raw`\$&`)
    return this.#matching
      .all({ beginning: `${literal}%`, end: `%${literal}` })
      .map(conversationView)
  }

  /** The key of the conversation, which is made where there is none. */
  ensure(id: string, now: number): number {
    const known = this.#byId.get(id)
    return known?.key ?? Number(this.#insert.run({ id, now }).lastInsertRowid)
  }

  remove(key: number): void {
    this.#remove.run(key)
  }

  /** Those that nothing has happened in since `before`. */
  idleSince(before: number): ConversationRow[] {
    return this.#idle.all(before)
  }

  /** A person's title, which wins from now on. */
  name(id: string, title: string, now: number): boolean {
    return this.#name.run(title, now, id).changes > 0
  }

  /** A title that gives way to a person's. */
  title(key: number, title: string): void {
    this.#title.run(title, key)
  }

  /** What the next question is asked with: `provider/id`. */
  model(key: number, model: string): void {
    this.#model.run(model, key)
  }

  modelIfNone(key: number, model: string): void {
    this.#modelIfNone.run(model, key)
  }

  addTokens(key: number, tokens: number): void {
    this.#addTokens.run(tokens, key)
  }

  atLeastTokens(key: number, tokens: number): void {
    this.#atLeastTokens.run(tokens, key)
  }

  countMessages(key: number, added: number, at: number): void {
    this.#countMessages.run({ key, added, at })
  }

  /** The message that it goes on after; null for the newest. */
  head(id: string): string | null {
    return this.#head.get(id)?.head ?? null
  }

  chooseHead(id: string, messageId: string | null): void {
    this.#chooseHead.run(messageId, id)
  }

  /** It goes on after its newest message. */
  forgetHead(key: number): void {
    this.#forgetHead.run(key)
  }

  /** Makes it the newest. */
  touch(key: number, now: number): void {
    this.#touch.run({ key, now })
  }
}
