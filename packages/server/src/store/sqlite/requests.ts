/** How a chat request enters the store: its conversation, its messages, its run, all or nothing. */
import { titleOf } from '@speak-code/protocol'
import type { Database, Statement } from 'better-sqlite3'
import type { ContextMessage, StartOutcome, StartRun } from '../store.ts'
import { runRow, type RunRecord } from './rows.ts'
import { immediate } from './transaction.ts'

const RUN = `
  SELECT runs.*, conversations.id AS conversation_id, answer.id AS message_id, question.id AS parent_id
  FROM runs
  JOIN conversations ON conversations.key = runs.conversation
  JOIN messages AS answer ON answer.key = runs.message
  JOIN messages AS question ON question.key = answer.parent`

interface KnownMessage {
  key: number
  conversation: number
  parent: number | null
  role: string
  content: string
  status: string
}

/** Thrown inside the transaction so that it is rolled back; never leaves this file. */
class Refusal extends Error {
  readonly outcome: StartOutcome

  constructor(outcome: StartOutcome) {
    super(outcome.kind)
    this.outcome = outcome
  }
}

export class Requests {
  readonly #run: Statement<[string, string], RunRecord>
  readonly #started: Statement<[], RunRecord>
  readonly #conversation: Statement<[string, string], { key: number }>
  readonly #addConversation: Statement<[string, string, string, number, number]>
  readonly #touchConversation: Statement<[string, number, number, number, number]>
  readonly #message: Statement<[string, string], KnownMessage>
  readonly #addMessage: Statement<
    [string, string, number, number | null, string, string, string, string | null, number]
  >
  readonly #addRun: Statement<
    [string, string, string, number, number, string, string, number, number]
  >
  readonly #context: Statement<[number], ContextRecord>
  readonly #start: (request: StartRun) => StartOutcome

  constructor(db: Database) {
    this.#run = db.prepare(`${RUN} WHERE runs.user_id = ? AND runs.id = ?`)
    this.#started = db.prepare(`${RUN} WHERE runs.status = 'started' ORDER BY runs.key`)
    this.#conversation = db.prepare('SELECT key FROM conversations WHERE user_id = ? AND id = ?')
    this.#addConversation = db.prepare(
      'INSERT INTO conversations (user_id, id, title, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
    )
    this.#touchConversation = db.prepare(
      'UPDATE conversations SET model = ?, message_count = message_count + ?, updated_at = ?, last_message_at = ? WHERE key = ?',
    )
    this.#message = db.prepare(
      'SELECT key, conversation, parent, role, content, status FROM messages WHERE user_id = ? AND id = ?',
    )
    this.#addMessage = db.prepare(
      'INSERT INTO messages (user_id, id, conversation, parent, role, content, status, model, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#addRun = db.prepare(
      "INSERT INTO runs (user_id, id, body_hash, conversation, message, model, provider, prompt_length, started_at, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'started')",
    )
    this.#context = db.prepare(`
      WITH RECURSIVE branch (key, depth) AS (
        SELECT ?, 0
        UNION ALL
        SELECT messages.parent, depth + 1 FROM branch JOIN messages ON messages.key = branch.key
        WHERE messages.parent IS NOT NULL
      )
      SELECT id, role, content, replay_kind, replay_data FROM branch JOIN messages ON messages.key = branch.key ORDER BY depth DESC`)
    this.#start = immediate(db, (request: StartRun) => this.#startNow(request))
  }

  start(request: StartRun): StartOutcome {
    try {
      return this.#start(request)
    } catch (error) {
      if (error instanceof Refusal) return error.outcome
      throw error
    }
  }

  find(userId: string, id: string): RunRecord | undefined {
    return this.#run.get(userId, id)
  }

  started(): RunRecord[] {
    return this.#started.all()
  }

  #startNow(request: StartRun): StartOutcome {
    const { userId, now } = request
    const existing = this.#run.get(userId, request.id)
    if (existing !== undefined) {
      return existing.body_hash === request.bodyHash
        ? { kind: 'duplicate', run: runRow(existing) }
        : { kind: 'conflict' }
    }
    const conversation = this.#conversationOf(request)
    let parent = this.#parentOf(request, conversation)
    let added = 1
    for (const message of request.messages) {
      const known = this.#message.get(userId, message.id)
      if (known === undefined) {
        const { lastInsertRowid } = this.#addMessage.run(
          userId,
          message.id,
          conversation,
          parent,
          message.role,
          message.content,
          'completed',
          null,
          now,
        )
        parent = Number(lastInsertRowid)
        added += 1
        continue
      }
      const same =
        known.conversation === conversation &&
        known.parent === parent &&
        known.role === message.role &&
        known.content === message.content
      if (known.status === 'started') throw new Refusal({ kind: 'parent_is_live' })
      if (!same) throw new Refusal({ kind: 'message_mismatch', messageId: message.id })
      parent = known.key
    }
    if (parent === null) throw new Refusal({ kind: 'unknown_parent' })
    if (this.#message.get(userId, request.messageId) !== undefined) {
      throw new Refusal({ kind: 'message_mismatch', messageId: request.messageId })
    }
    const context = this.#context.all(parent).map(contextMessage)
    const answer = this.#addMessage.run(
      userId,
      request.messageId,
      conversation,
      parent,
      'assistant',
      '',
      'started',
      request.model,
      now,
    )
    this.#addRun.run(
      userId,
      request.id,
      request.bodyHash,
      conversation,
      Number(answer.lastInsertRowid),
      request.model,
      request.provider,
      context.reduce((length, message) => length + message.content.length, 0),
      now,
    )
    this.#touchConversation.run(
      `${request.provider}/${request.model}`,
      added,
      now,
      now,
      conversation,
    )
    const run = this.#run.get(userId, request.id)
    if (run === undefined) throw new Error('a run that was just inserted can not be read')
    return { kind: 'started', run: runRow(run), context }
  }

  #conversationOf({ userId, conversationId, messages, parentId, now }: StartRun): number {
    const known = this.#conversation.get(userId, conversationId)
    if (known !== undefined) return known.key
    if (parentId !== null) throw new Refusal({ kind: 'unknown_parent' })
    const first = messages.find((message) => message.role === 'user')
    const title = titleOf(first?.content ?? '')
    return Number(
      this.#addConversation.run(userId, conversationId, title, now, now).lastInsertRowid,
    )
  }

  #parentOf({ userId, parentId }: StartRun, conversation: number): number | null {
    if (parentId === null) return null
    const parent = this.#message.get(userId, parentId)
    if (parent === undefined || parent.conversation !== conversation) {
      throw new Refusal({ kind: 'unknown_parent' })
    }
    if (parent.status === 'started') throw new Refusal({ kind: 'parent_is_live' })
    return parent.key
  }
}

interface ContextRecord extends Omit<ContextMessage, 'replay'> {
  readonly replay_kind: string | null
  readonly replay_data: string | null
}

function contextMessage({ id, role, content, ...kept }: ContextRecord): ContextMessage {
  const { replay_kind: kind, replay_data: data } = kept
  return kind === null || data === null
    ? { id, role, content }
    : { id, role, content, replay: { kind, data } }
}
