/** The history in one SQLite file. */
import type { ChatMessage, ConversationView, EndChunk, MessageView } from '@speak-code/protocol'
import type { Database } from 'better-sqlite3'
import { openDatabase, suspectDamage } from './database.ts'
import { deleteRows, overwriteDeleted } from './erasure.ts'
import { HistorySearch } from './history-search.ts'
import type {
  ConversationPage,
  ConversationTitle,
  LocalChunk,
  LocalMessage,
  LocalStore,
  OpenRun,
  SearchHit,
} from './local-store.ts'
import type { Attachment, OutgoingChat } from './outgoing-chat.ts'
import { PromptTable } from './prompt-table.ts'
import { mergeConversation } from './relay-merge.ts'
import { chatOf, conversationView, localMessage, type MessageRow, type RunRow } from './rows.ts'
import { RunRecords } from './run-records.ts'
import { isDamage, storeFailure } from './store-failure.ts'
import { Tables } from './tables.ts'
import { atomically, durably } from './transaction.ts'

const DEFAULT_HITS = 20

export interface StoreOptions {
  /** Told, in a sentence, that a damaged file was kept aside. */
  readonly note?: (text: string) => void
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Opens the history at `path`; folder (0700) and file (0600) are made where they are missing. A damaged file is kept
 * aside and a new one begun. Throws StoreError, as every verb does, where the disk does not allow it and for a file
 * that a newer version has written.
 */
export function openLocalStore(path: string, options: StoreOptions = {}): LocalStore {
  try {
    const db = openDatabase(path, options.note ?? (() => undefined))
    return new SqliteStore(db, options.now ?? Date.now)
  } catch (error) {
    throw storeFailure(path, error)
  }
}

class SqliteStore implements LocalStore {
  readonly #db: Database
  readonly #now: () => number
  readonly #tables: Tables
  readonly #records: RunRecords
  readonly #prompts: PromptTable
  readonly #search: HistorySearch

  constructor(db: Database, now: () => number) {
    this.#db = db
    this.#now = now
    this.#tables = new Tables(db)
    this.#records = new RunRecords(this.#tables, now)
    this.#prompts = new PromptTable(db)
    this.#search = new HistorySearch(db, this.#tables)
  }

  conversations(page: ConversationPage = {}): ConversationView[] {
    return this.#attempt(() => this.#tables.conversations.page(page))
  }

  conversationTitles(page: {
    readonly limit: number
    readonly before?: number
  }): ConversationTitle[] {
    return this.#attempt(() => this.#tables.conversations.titles(page))
  }

  latestLine(conversationId: string): string {
    return this.#attempt(() => {
      const row = this.#tables.conversations.row(conversationId)
      if (row === undefined) return ''
      const texts = this.#tables.messages.latest(row.key)
      return (texts.find((text) => text.trim() !== '') ?? '').replaceAll(/\s+/g, ' ').trim()
    })
  }

  conversation(id: string): ConversationView | undefined {
    return this.#attempt(() => {
      const row = this.#tables.conversations.row(id)
      return row === undefined ? undefined : conversationView(row)
    })
  }

  matchingConversations(part: string): ConversationView[] {
    return this.#attempt(() => this.#tables.conversations.matching(part))
  }

  messages(conversationId: string): LocalMessage[] {
    return this.#readTree(conversationId, (key) => this.#tables.messages.ofConversation(key))
  }

  branch(conversationId: string, messageId: string): LocalMessage[] {
    return this.#readTree(conversationId, (key) => this.#tables.messages.branch(key, messageId))
  }

  rename(conversationId: string, title: string): boolean {
    const line = title.trim().replace(/\s+/g, ' ')
    return this.#write(() => this.#tables.conversations.name(conversationId, line, this.#now()))
  }

  chosenHead(conversationId: string): string | null {
    return this.#attempt(() => this.#tables.conversations.head(conversationId))
  }

  chooseHead(conversationId: string, messageId: string | null): void {
    this.#write(() => this.#tables.conversations.chooseHead(conversationId, messageId))
  }

  delete(conversationId: string): boolean {
    const deleted = this.#write(() => {
      const row = this.#tables.conversations.row(conversationId)
      if (row !== undefined) deleteRows(this.#tables, this.#prompts, row)
      return row !== undefined
    })
    if (deleted) this.#attempt(() => overwriteDeleted(this.#db, this.#tables))
    return deleted
  }

  prune(before: number): string[] {
    const ids = this.#write(() => {
      const rows = this.#tables.conversations.idleSince(before)
      for (const row of rows) deleteRows(this.#tables, this.#prompts, row)
      return rows.map(({ id }) => id)
    })
    if (ids.length > 0) this.#attempt(() => overwriteDeleted(this.#db, this.#tables))
    return ids
  }

  search(query: string, limit = DEFAULT_HITS, effort: 'whole' | 'quick' = 'whole'): SearchHit[] {
    return this.#read(() => this.#search.find(query, limit, effort))
  }

  recordSend(chat: OutgoingChat): void {
    this.#attempt(() => durably(this.#db, () => this.#records.send(chat)))
  }

  recordAccepted(
    runId: string,
    accepted: { messageId: string; model: string; provider: string },
  ): void {
    this.#write(() => this.#records.accept(runId, accepted))
  }

  recordChunks(chunks: readonly LocalChunk[]): void {
    this.#write(() => this.#records.chunks(chunks))
  }

  recordReplaced(
    runId: string,
    state: { seq: number; text: string; reasoning: string; refusal: string },
  ): void {
    this.#write(() => this.#records.replace(runId, state))
  }

  recordEnd(runId: string, chunk: EndChunk): void {
    this.#write(() => this.#records.end(runId, chunk))
  }

  recordRefused(runId: string, message: string): void {
    this.#write(() => this.#records.refuse(runId, message))
  }

  recordForeignRun(run: {
    runId: string
    conversationId: string
    messageId: string
    parentId: string | null
    messages: readonly ChatMessage[]
  }): void {
    this.#write(() => this.#records.foreign(run))
  }

  recordConversation(conversation: ConversationView, messages: readonly MessageView[]): void {
    this.#write(() => mergeConversation(this.#tables, conversation, messages))
  }

  openRuns(conversationId?: string): OpenRun[] {
    return this.#read(() =>
      this.#tables.runs.open(conversationId).flatMap((run) => this.#openRun(run)),
    )
  }

  withdraw(runId: string): void {
    this.#write(() => this.#records.withdraw(runId))
  }

  addPrompt(text: string): void {
    this.#write(() => this.#prompts.add(text))
  }

  prompts(limit?: number): string[] {
    return this.#attempt(() => this.#prompts.newest(limit))
  }

  draft(conversationId: string | null): string {
    return this.#attempt(() => this.#prompts.draft(conversationId))
  }

  attached(conversationId: string | null): readonly Attachment[] {
    return this.#attempt(() => this.#prompts.attached(conversationId))
  }

  saveDraft(
    conversationId: string | null,
    text: string,
    attached: readonly Attachment[] = [],
  ): void {
    this.#write(() => this.#prompts.saveDraft(conversationId, text, attached))
  }

  close(): void {
    this.#attempt(() => this.#db.close())
  }

  #openRun(run: RunRow): OpenRun[] {
    if (run.chat === null) return []
    return [
      {
        runId: run.id,
        conversationId: run.conversation_id,
        messageId: run.answer_id,
        seq: this.#tables.parts.lastSeq(run.key),
        chat: chatOf(run.chat),
      },
    ]
  }

  #readTree(conversationId: string, rowsOf: (key: number) => MessageRow[]): LocalMessage[] {
    return this.#read(() => {
      const conversation = this.#tables.conversations.row(conversationId)
      if (conversation === undefined) return []
      return rowsOf(conversation.key).map((row) => localMessage(row, this.#tables.liveText(row)))
    })
  }

  /** One state of the file for all statements of `work`, whatever other processes write meanwhile. */
  #read<T>(work: () => T): T {
    return this.#attempt(() => this.#db.transaction(work).deferred())
  }

  #write<T>(work: () => T): T {
    return this.#attempt(() => atomically(this.#db, work))
  }

  #attempt<T>(work: () => T): T {
    const path = this.#db.name
    try {
      return work()
    } catch (error) {
      if (isDamage(error)) suspectDamage(path)
      throw storeFailure(path, error)
    }
  }
}
