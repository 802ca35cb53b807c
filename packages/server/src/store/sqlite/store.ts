/** The store of a relay on one machine: a SQLite file (WAL) for what is kept, and the log of live runs beside it. */
import type { ConversationView, MessageView } from '@speak-code/protocol'
import type { Database, Statement } from 'better-sqlite3'
import type {
  Answer,
  EndRun,
  JournalChunk,
  LogEntry,
  RunCheckpoint,
  RunRow,
  Segment,
  StartOutcome,
  StartRun,
  Store,
  UnfinishedRun,
} from '../store.ts'
import { endRunIn } from './ends.ts'
import { storeFailure } from './failures.ts'
import type { LineLog } from './log-file.ts'
import { ChunkLog } from './log.ts'
import { deleteConversationIn, forgetIn, trimIn } from './removals.ts'
import { Requests } from './requests.ts'
import {
  checkpointOf,
  conversationView,
  messageView,
  runRow,
  type ConversationRecord,
  type MessageRecord,
} from './rows.ts'
import { immediate } from './transaction.ts'

/** How long a verb waits for another process's use of the file (a person with the sqlite3 shell), and how often it tries. */
const BUSY_PATIENCE_MS = 500
const BUSY_RETRY_MS = 10

export class SqliteStore implements Store {
  readonly #db: Database
  readonly #lines: LineLog
  readonly #lock: Database | undefined
  readonly #log: ChunkLog
  readonly #requests: Requests
  readonly #endRun: (end: EndRun) => void
  readonly #addSegment: (segment: Segment) => void
  readonly #deleteConversation: (userId: string, id: string) => boolean
  readonly #trim: (before: number) => number
  readonly #forget: (before: number) => number
  readonly #conversation: Statement<[string, string], ConversationRecord>
  readonly #messages: Statement<[string, string], MessageRecord>
  readonly #answer: Statement<[number], Answer>
  readonly #redirect: Statement<[string, string, number]>
  readonly #touchHealth: Statement<[number]>

  /** `db` is up to date. All are closed with the store, and `lock` last: then the folder is another's. */
  constructor(db: Database, lines: LineLog, lock?: Database) {
    this.#db = db
    this.#lines = lines
    this.#lock = lock
    this.#log = new ChunkLog(lines, db)
    this.#requests = new Requests(db)
    this.#endRun = endRunIn(db, this.#log)
    this.#addSegment = immediate(db, ({ run, chunks, checkpoint }: Segment) => {
      this.#log.addSegment(run, chunks, checkpoint)
    })
    this.#deleteConversation = deleteConversationIn(db)
    this.#trim = trimIn(db)
    this.#forget = forgetIn(db)
    this.#conversation = db.prepare('SELECT * FROM conversations WHERE user_id = ? AND id = ?')
    this.#messages = db.prepare(`
      SELECT messages.*, parents.id AS parent_id
      FROM conversations
      JOIN messages ON messages.conversation = conversations.key
      LEFT JOIN messages AS parents ON parents.key = messages.parent
      WHERE conversations.user_id = ? AND conversations.id = ?
      ORDER BY messages.key`)
    this.#answer = db.prepare(
      'SELECT content AS text, reasoning, refusal FROM runs JOIN messages ON messages.key = runs.message WHERE runs.key = ?',
    )
    this.#redirect = db.prepare(
      "UPDATE runs SET provider = ?, model = ? WHERE key = ? AND status = 'started'",
    )
    this.#touchHealth = db.prepare(
      'INSERT INTO health (key, checked_at) VALUES (1, ?) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at',
    )
  }

  async startRun(request: StartRun): Promise<StartOutcome> {
    return attempt(() => this.#requests.start(request))
  }

  append(entries: readonly LogEntry[], checkpoints?: readonly RunCheckpoint[]): void {
    try {
      this.#log.append(entries, checkpoints)
    } catch (error) {
      throw storeFailure(error)
    }
  }

  /** Does not wait for others: it can as well be done later. */
  async addSegment(segment: Segment): Promise<void> {
    try {
      this.#addSegment(segment)
    } catch (error) {
      throw storeFailure(error)
    }
    this.#log.release(segment.run)
  }

  async redirectRun(
    run: number,
    { provider, model }: Pick<RunRow, 'provider' | 'model'>,
  ): Promise<void> {
    await attempt(() => {
      this.#redirect.run(provider, model, run)
    })
  }

  async endRun(end: EndRun): Promise<void> {
    await attempt(() => {
      this.#endRun(end)
    })
    this.#log.release(end.run)
  }

  async findRun(userId: string, id: string): Promise<RunRow | undefined> {
    return attempt(() => {
      const record = this.#requests.find(userId, id)
      return record === undefined ? undefined : runRow(record)
    })
  }

  async readSegments(run: number, after: number): Promise<readonly JournalChunk[]> {
    return attempt(() => this.#log.readSegment(run, after))
  }

  async unfinishedRuns(): Promise<readonly UnfinishedRun[]> {
    return attempt(() => {
      const started = this.#requests.started()
      const logged = this.#log.readAll(new Set(started.map(({ key }) => key)))
      return started.map((record) => {
        const stored = this.#allSegments(record.key)
        const segmentedSeq = stored.at(-1)?.seq ?? 0
        const { chunks = [], checkpoint } = logged.get(record.key) ?? {}
        const rest = chunks.filter((chunk) => chunk.seq > segmentedSeq)
        const newest = newestCheckpoint(checkpointOf(record), checkpoint)
        return {
          run: runRow(record),
          chunks: [...stored, ...rest],
          rest,
          ...(newest === undefined ? {} : { checkpoint: newest }),
          promptLength: record.prompt_length,
        }
      })
    })
  }

  async answer(run: number): Promise<Answer | undefined> {
    return attempt(() => this.#answer.get(run))
  }

  async trimJournals(before: number): Promise<number> {
    return attempt(() => this.#trim(before))
  }

  async forgetConversations(before: number): Promise<number> {
    return attempt(() => this.#forget(before))
  }

  async conversation(userId: string, id: string): Promise<ConversationView | undefined> {
    return attempt(() => {
      const record = this.#conversation.get(userId, id)
      return record === undefined ? undefined : conversationView(record)
    })
  }

  async messages(userId: string, conversationId: string): Promise<readonly MessageView[]> {
    return attempt(() => this.#messages.all(userId, conversationId).map(messageView))
  }

  async deleteConversation(userId: string, id: string): Promise<boolean> {
    return attempt(() => this.#deleteConversation(userId, id))
  }

  async healthy(): Promise<boolean> {
    try {
      await attempt(() => this.#touchHealth.run(Date.now()))
      // A file that has room left by chance says nothing of the other.
      if (this.#log.failing) this.#log.append([])
      return true
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    this.#db.close()
    this.#lines.close()
    this.#lock?.close()
  }

  #allSegments(run: number): JournalChunk[] {
    const chunks: JournalChunk[] = []
    for (;;) {
      const next = this.#log.readSegment(run, chunks.at(-1)?.seq ?? 0)
      if (next.length === 0) return chunks
      for (const chunk of next) chunks.push(chunk)
    }
  }
}

/** A log that was put aside, or has lost its end to a loss of power, may be behind what is in segments. */
function newestCheckpoint(
  stored: RunCheckpoint | undefined,
  logged: RunCheckpoint | undefined,
): RunCheckpoint | undefined {
  return (stored?.seq ?? -1) > (logged?.seq ?? -1) ? stored : logged
}

/** Waits a little where another process holds the file, without holding up this one. */
async function attempt<T>(verb: () => T): Promise<T> {
  const deadline = performance.now() + BUSY_PATIENCE_MS
  for (;;) {
    try {
      return verb()
    } catch (error) {
      const failure = storeFailure(error)
      if (failure.reason !== 'locked' || performance.now() >= deadline) throw failure
    }
    await new Promise((resolve) => setTimeout(resolve, BUSY_RETRY_MS))
  }
}
