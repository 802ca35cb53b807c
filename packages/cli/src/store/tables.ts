/** The tables of one open file, and what several verbs do with more than one of them. */
import { titleOf } from '@speak-code/protocol'
import type { Database } from 'better-sqlite3'
import { ConversationTable } from './conversation-table.ts'
import { MessageTable, type NewMessage, type Outcome } from './message-table.ts'
import { PartTable } from './part-table.ts'
import type { AnswerText, MessageRow } from './rows.ts'
import { RunTable } from './run-table.ts'
import { SearchIndex } from './search-index.ts'

const NO_TEXT: AnswerText = { text: '', reasoning: '', refusal: '' }

export class Tables {
  readonly conversations: ConversationTable
  readonly messages: MessageTable
  readonly runs: RunTable
  readonly parts: PartTable
  readonly index: SearchIndex

  constructor(db: Database) {
    this.conversations = new ConversationTable(db)
    this.messages = new MessageTable(db)
    this.runs = new RunTable(db)
    this.parts = new PartTable(db)
    this.index = new SearchIndex(db)
  }

  /** Adds a message to the tree, its conversation's count and title and the index. Returns whether it was new. */
  addMessage(conversation: number, message: NewMessage): boolean {
    const key = this.messages.insert(conversation, message)
    if (key === undefined) return false
    this.conversations.countMessages(conversation, 1, message.created_at)
    if (message.role === 'user') this.retitle(conversation)
    if (message.role === 'assistant') this.conversations.forgetHead(conversation)
    if (message.status !== 'started') this.index.put(key, message.content)
    return true
  }

  /** Gives the conversation the title of its first question, unless a person gave one. */
  retitle(conversation: number): void {
    const question = this.messages.firstQuestion(conversation)
    if (question !== undefined) this.conversations.title(conversation, titleOf(question))
  }

  /** The text so far of an answer under way. */
  liveText(message: MessageRow): AnswerText | undefined {
    if (message.status !== 'started' || message.run_id === null) return undefined
    const run = this.runs.find(message.run_id)
    return run === undefined ? undefined : this.parts.text(run.key)
  }

  /** Ends an answer with the text it has, or with `text`. Its parts are folded into its row. */
  finishAnswer(message: MessageRow, outcome: Outcome, text?: string): void {
    const live = this.liveText(message) ?? NO_TEXT
    const whole = { ...live, text: text ?? live.text }
    this.messages.finish(message.key, whole, outcome)
    this.index.put(message.key, searchableText(whole))
    const run = message.run_id === null ? undefined : this.runs.find(message.run_id)
    if (run !== undefined) this.parts.remove(run.key)
  }
}

/** What an answer is found by. */
export function searchableText({ text, refusal }: AnswerText): string {
  return refusal === '' ? text : `${text}\n${refusal}`.trimStart()
}
