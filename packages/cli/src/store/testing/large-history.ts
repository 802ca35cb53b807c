/** A history of any size, always the same for the same size. */
import { createHash } from 'node:crypto'
import { openDatabase } from '../database.ts'
import { PromptTable } from '../prompt-table.ts'
import { Tables } from '../tables.ts'
import { HistoryText } from './large-history-text.ts'

/** Messages of one transaction, about. */
const BATCH = 20_000
/** The newest message is of this time (2026-06-01), in milliseconds since 1970; the others come minutes apart. */
const NEWEST = 1_780_272_000_000
const MINUTE = 60_000

/**
 * Fills the history at `path` with `messages` messages, in conversations of 2 to some hundred, and with prompts. It
 * takes about a minute for a million.
 */
export function fillHistory(path: string, messages: number): void {
  const db = openDatabase(path, () => undefined)
  const writer = new Writer(new Tables(db), new PromptTable(db), messages)
  // What is written here can be made again.
  db.pragma('synchronous = OFF')
  while (writer.left > 0) {
    db.transaction(() => {
      writer.write(BATCH)
    }).immediate()
  }
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Fills the history at `path` with conversations of a question and an answer, called `number 0`, `number 1` … */
export function fillConversations(path: string, count: number): void {
  const db = openDatabase(path, () => undefined)
  const tables = new Tables(db)
  db.transaction(() => {
    for (let number = 0; number < count; number++) {
      const now = NEWEST + number * MINUTE
      const key = tables.conversations.ensure(idOf('conversation', number), now)
      const question = { id: idOf('question', number), parent_id: null, role: 'user' } as const
      const answer = {
        id: idOf('answer', number),
        parent_id: question.id,
        role: 'assistant',
      } as const
      const rest = { status: 'completed', created_at: now } as const
      tables.addMessage(key, { ...question, ...rest, content: `number ${number}` })
      tables.addMessage(key, { ...answer, ...rest, content: `the answer to ${number}` })
    }
  }).immediate()
  db.close()
}

class Writer {
  readonly #tables: Tables
  readonly #prompts: PromptTable
  readonly #text = new HistoryText()
  left: number

  constructor(tables: Tables, prompts: PromptTable, messages: number) {
    this.#tables = tables
    this.#prompts = prompts
    this.left = messages
  }

  /** Writes whole conversations of `count` messages together, or a few more. */
  write(count: number): void {
    const until = Math.max(0, this.left - count)
    while (this.left > until) this.#conversation()
  }

  #conversation(): void {
    const { conversations } = this.#tables
    // Most are short, a few are very long.
    const long = this.#text.below(50) === 0 ? this.#text.below(100) : 0
    const turns = 1 + this.#text.below(8) + long
    const key = conversations.ensure(idOf('conversation', this.left), this.#now)
    let parent: string | null = null
    for (let turn = 0; turn < turns && this.left > 0; turn++) parent = this.#turn(key, parent)
    conversations.addTokens(key, turns * 500)
    conversations.model(key, 'provider/model-1')
    conversations.touch(key, this.#now)
  }

  /** Returns the id of the answer. */
  #turn(conversation: number, parent: string | null): string {
    const question = this.#text.question()
    this.#prompts.add(question)
    const asked = this.#message(conversation, parent, 'user', question)
    if (this.left === 0) return asked
    return this.#message(conversation, asked, 'assistant', this.#text.answer())
  }

  #message(
    conversation: number,
    parent_id: string | null,
    role: 'user' | 'assistant',
    content: string,
  ): string {
    const id = idOf('message', this.left)
    const created_at = this.#now
    const message = { id, parent_id, role, content, status: 'completed', created_at } as const
    this.#tables.addMessage(conversation, message)
    this.left -= 1
    return id
  }

  get #now(): number {
    return NEWEST - this.left * MINUTE
  }
}

/** A UUID that is always the same for the same place. */
function idOf(kind: string, place: number): string {
  const hex = createHash('md5').update(`${kind} ${place}`).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `7${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
