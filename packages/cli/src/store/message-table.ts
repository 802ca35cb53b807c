import type { Database } from 'better-sqlite3'
import type { FinishReason, RunStatus } from '@speak-code/protocol'
import type { AnswerText, MessageRow } from './rows.ts'

const COLUMNS = `key, id, parent_id, role, content, reasoning, refusal, status, finish_reason, usage, cost, model,
  provider, run_id, error, created_at`

/** What is given of a new message; the rest is empty. */
export interface NewMessage {
  readonly id: string
  readonly parent_id: string | null
  readonly role: MessageRow['role']
  readonly content: string
  readonly status: RunStatus
  readonly finish_reason?: FinishReason | null
  readonly usage?: string | null
  readonly model?: string | null
  readonly run_id?: string | null
  readonly created_at: number
}

/** Of a message's text so many characters are its beginning. */
const BEGINNING = 300
/** Newer messages without text are passed over, but not endlessly. */
const LATEST = 8

/** How an answer came out. */
export interface Outcome {
  readonly status: RunStatus
  readonly finish_reason: FinishReason | null
  readonly usage: string | null
  readonly cost: string | null
  readonly model: string | null
  readonly provider: string | null
  readonly error: string | null
}

/** Messages in the order in which they came. A conversation is named by its key. */
export class MessageTable {
  readonly #insert
  readonly #find
  readonly #ofConversation
  readonly #live
  readonly #hasChild
  readonly #firstQuestion
  readonly #newestAnswer
  readonly #latest
  readonly #setParent
  readonly #setContent
  readonly #setRun
  readonly #setSpeaker
  readonly #mark
  readonly #finish
  readonly #remove

  constructor(db: Database) {
    this.#insert = db.prepare<[NewMessage & { conversation: number }]>(`
      INSERT INTO messages (conversation, id, parent_id, role, content, status, finish_reason, usage, model, run_id,
        created_at)
      VALUES (@conversation, @id, @parent_id, @role, @content, @status, @finish_reason, @usage, @model, @run_id,
        @created_at)
      ON CONFLICT (conversation, id) DO NOTHING`)
    this.#find = db.prepare<[number, string], MessageRow>(
      `SELECT ${COLUMNS} FROM messages WHERE conversation = ? AND id = ?`,
    )
    this.#ofConversation = db.prepare<[number], MessageRow>(
      `SELECT ${COLUMNS} FROM messages WHERE conversation = ? ORDER BY key`,
    )
    this.#live = db.prepare<[], MessageRow & { conversation: number }>(
      `SELECT conversation, ${COLUMNS} FROM messages WHERE status = 'started' ORDER BY key DESC`,
    )
    this.#hasChild = db.prepare<[number, string], MessageRow>(
      `SELECT ${COLUMNS} FROM messages WHERE conversation = ? AND parent_id = ? LIMIT 1`,
    )
    this.#firstQuestion = db
      .prepare<[number], string>(
        "SELECT content FROM messages WHERE conversation = ? AND role = 'user' ORDER BY key LIMIT 1",
      )
      .pluck()
    this.#newestAnswer = db
      .prepare<[number], string>(
        "SELECT id FROM messages WHERE conversation = ? AND role = 'assistant' ORDER BY key DESC LIMIT 1",
      )
      .pluck()
    this.#latest = db
      .prepare<[number], string>(`
        SELECT substr(content, 1, ${BEGINNING}) FROM messages WHERE conversation = ? AND role <> 'system'
        ORDER BY key DESC LIMIT ${LATEST}`)
      .pluck()
    this.#setParent = db.prepare<[string | null, number]>(
      'UPDATE messages SET parent_id = ? WHERE key = ?',
    )
    this.#setContent = db.prepare<[string, number]>('UPDATE messages SET content = ? WHERE key = ?')
    this.#setRun = db.prepare<[string, number]>('UPDATE messages SET run_id = ? WHERE key = ?')
    this.#setSpeaker = db.prepare<[string, string, number]>(
      'UPDATE messages SET model = coalesce(model, ?), provider = coalesce(provider, ?) WHERE key = ?',
    )
    this.#mark = db.prepare<[RunStatus, string | null, number]>(
      'UPDATE messages SET status = ?, error = ? WHERE key = ?',
    )
    this.#finish = db.prepare<[AnswerText & Outcome & { key: number }]>(`
      UPDATE messages SET content = @text, reasoning = @reasoning, refusal = @refusal, status = @status,
        finish_reason = @finish_reason, usage = @usage, cost = @cost, model = @model, provider = @provider,
        error = @error
      WHERE key = @key`)
    this.#remove = db.prepare<[number]>('DELETE FROM messages WHERE key = ?')
  }

  /** The key of the new row; undefined where the conversation has a message of this id. */
  insert(conversation: number, message: NewMessage): number | undefined {
    const { changes, lastInsertRowid } = this.#insert.run({
      finish_reason: null,
      usage: null,
      model: null,
      run_id: null,
      ...message,
      conversation,
    })
    return changes === 0 ? undefined : Number(lastInsertRowid)
  }

  find(conversation: number, id: string): MessageRow | undefined {
    return this.#find.get(conversation, id)
  }

  ofConversation(conversation: number): MessageRow[] {
    return this.#ofConversation.all(conversation)
  }

  /** From the root to the message; begins later where an ancestor is not known. */
  branch(conversation: number, id: string): MessageRow[] {
    const branch: MessageRow[] = []
    const seen = new Set<string>()
    let next: string | null = id
    while (next !== null && !seen.has(next)) {
      seen.add(next)
      const row: MessageRow | undefined = this.#find.get(conversation, next)
      if (row === undefined) break
      branch.push(row)
      next = row.parent_id
    }
    return branch.toReversed()
  }

  /** Answers whose end is not known, newest first, with the key of their conversation. */
  live(): (MessageRow & { conversation: number })[] {
    return this.#live.all()
  }

  hasChild(conversation: number, id: string): boolean {
    return this.#hasChild.get(conversation, id) !== undefined
  }

  firstQuestion(conversation: number): string | undefined {
    return this.#firstQuestion.get(conversation)
  }

  newestAnswer(conversation: number): string | undefined {
    return this.#newestAnswer.get(conversation)
  }

  /** The beginnings of the newest messages, the newest first. */
  latest(conversation: number): string[] {
    return this.#latest.all(conversation)
  }

  setParent(key: number, parentId: string | null): void {
    this.#setParent.run(parentId, key)
  }

  setContent(key: number, content: string): void {
    this.#setContent.run(content, key)
  }

  setRun(key: number, runId: string): void {
    this.#setRun.run(runId, key)
  }

  /** Where it is not known yet. */
  setSpeaker(key: number, model: string, provider: string): void {
    this.#setSpeaker.run(model, provider, key)
  }

  mark(key: number, status: RunStatus, error: string | null): void {
    this.#mark.run(status, error, key)
  }

  finish(key: number, text: AnswerText, outcome: Outcome): void {
    this.#finish.run({ ...text, ...outcome, key })
  }

  remove(key: number): void {
    this.#remove.run(key)
  }
}
