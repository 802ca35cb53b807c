import type { Database } from 'better-sqlite3'
import type { Attachment } from './outgoing-chat.ts'
import { attachmentsOf } from './rows.ts'

/** Older prompts are forgotten. */
const KEPT = 10_000
const DEFAULT_LIMIT = 500

/** What was typed: prompts across sessions, and the draft of each conversation. */
export class PromptTable {
  readonly #newest
  readonly #add
  readonly #forget
  readonly #forgetQuestions
  readonly #draft
  readonly #attached
  readonly #save
  readonly #discard

  constructor(db: Database) {
    this.#newest = db
      .prepare<[number], string>('SELECT text FROM prompts ORDER BY key DESC LIMIT ?')
      .pluck()
    this.#add = db.prepare<[string]>('INSERT INTO prompts (text) VALUES (?)')
    this.#forget = db.prepare<[]>(
      `DELETE FROM prompts WHERE key <= (SELECT max(key) FROM prompts) - ${KEPT}`,
    )
    this.#forgetQuestions = db.prepare<[number]>(`
      DELETE FROM prompts WHERE trim(text, char(9, 10, 13, 32)) IN (
        SELECT trim(content, char(9, 10, 13, 32)) FROM messages WHERE conversation = ? AND role = 'user')`)
    this.#draft = db
      .prepare<[string], string>('SELECT text FROM drafts WHERE conversation_id = ?')
      .pluck()
    this.#attached = db
      .prepare<[string], string>('SELECT attached FROM drafts WHERE conversation_id = ?')
      .pluck()
    this.#save = db.prepare<[string, string, string]>(`
      INSERT INTO drafts (conversation_id, text, attached) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET text = excluded.text, attached = excluded.attached`)
    this.#discard = db.prepare<[string]>('DELETE FROM drafts WHERE conversation_id = ?')
  }

  /** Blank ones and repeats in a row are left out. */
  add(text: string): void {
    if (text.trim() === '' || this.#newest.get(1) === text) return
    this.#add.run(text)
    this.#forget.run()
  }

  newest(limit = DEFAULT_LIMIT): string[] {
    return this.#newest.all(limit)
  }

  /** Forgets the prompts that were a conversation's questions. */
  forgetQuestions(conversation: number): void {
    this.#forgetQuestions.run(conversation)
  }

  draft(conversationId: string | null): string {
    return this.#draft.get(draftKey(conversationId)) ?? ''
  }

  attached(conversationId: string | null): readonly Attachment[] {
    return attachmentsOf(this.#attached.get(draftKey(conversationId)) ?? '[]')
  }

  saveDraft(conversationId: string | null, text: string, attached: readonly Attachment[]): void {
    const key = draftKey(conversationId)
    if (text === '' && attached.length === 0) this.#discard.run(key)
    else this.#save.run(key, text, JSON.stringify(attached))
  }
}

/** No conversation has an empty id. */
function draftKey(conversationId: string | null): string {
  return conversationId ?? ''
}
