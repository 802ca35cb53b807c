/** What the history keeps of runs, from the question to the end. Every verb may be told the same thing twice. */
import { createHash } from 'node:crypto'
import type { ChatMessage, EndChunk } from '@speak-code/protocol'
import type { LocalChunk, LocalStore } from './local-store.ts'
import type { OutgoingChat } from './outgoing-chat.ts'
import { chatOf, type RunRow } from './rows.ts'
import type { Tables } from './tables.ts'

type ForeignRun = Parameters<LocalStore['recordForeignRun']>[0]
type Accepted = Parameters<LocalStore['recordAccepted']>[1]
type Replacement = Parameters<LocalStore['recordReplaced']>[1]

/** The verbs run inside a transaction of the caller's. */
export class RunRecords {
  readonly #tables: Tables
  readonly #now: () => number

  constructor(tables: Tables, now: () => number) {
    this.#tables = tables
    this.#now = now
  }

  /** A question that is not accepted yet may be told again, with another text or place. */
  send(chat: OutgoingChat): void {
    const { conversations, runs } = this.#tables
    const known = runs.find(chat.id)
    if (known !== undefined && (known.ended === 1 || known.answer_id !== null)) return
    const now = this.#now()
    const conversation = conversations.ensure(chat.conversationId, now)
    const question = chat.messages.at(-1)
    this.#addChain(conversation, chat.parentId, chat.messages)
    if (question !== undefined) this.#reviseQuestion(conversation, chat, question)
    const json = JSON.stringify(chat)
    if (known !== undefined) {
      runs.change(known.key, json, question?.id ?? null)
      return
    }
    runs.insert({ id: chat.id, conversation, question_id: question?.id ?? null, chat: json })
    conversations.touch(conversation, now)
  }

  accept(runId: string, { messageId, model, provider }: Accepted): void {
    const { conversations, messages, runs } = this.#tables
    const run = runs.find(runId)
    if (run === undefined || run.ended === 1) return
    if (run.answer_id !== messageId) this.#beginAnswer(run, messageId, run.question_id)
    const answer = messages.find(run.conversation, messageId)
    if (answer !== undefined) messages.setSpeaker(answer.key, model, provider)
    conversations.model(run.conversation, `${provider}/${model}`)
  }

  chunks(chunks: readonly LocalChunk[]): void {
    for (const [runId, ofRun] of Map.groupBy(chunks, (chunk) => chunk.runId)) {
      const run = this.#tables.runs.streaming(runId)
      if (run !== undefined) this.#tables.parts.append(run, ofRun)
    }
  }

  replace(runId: string, { seq, text, reasoning, refusal }: Replacement): void {
    const run = this.#tables.runs.find(runId)
    if (run?.ended === 0) this.#tables.parts.replace(run.key, seq, { text, reasoning, refusal })
  }

  /**
   * Ends the run, unless chunks before the end are missing here and the text is not the one that the end describes:
   * such a run stays open, so that it is resumed and nothing cut passes for whole.
   */
  end(runId: string, chunk: EndChunk): void {
    const { conversations, parts, runs } = this.#tables
    const run = runs.find(runId)
    if (run === undefined || run.ended === 1) return
    const complete =
      parts.lastSeq(run.key) >= chunk.seq - 1 || hash(parts.text(run.key).text) === chunk.textSha256
    if (!complete) return
    this.#finish(run, {
      status: chunk.status,
      finish_reason: chunk.finishReason,
      usage: JSON.stringify(chunk.usage),
      cost: chunk.cost === undefined ? null : JSON.stringify(chunk.cost),
      model: chunk.model,
      provider: chunk.provider,
      error: chunk.error?.message ?? null,
    })
    conversations.addTokens(run.conversation, chunk.usage.totalTokens)
    conversations.modelIfNone(run.conversation, `${chunk.provider}/${chunk.model}`)
  }

  /** Of a run that was accepted the answer keeps what it has and is marked as failed. */
  refuse(runId: string, why: string): void {
    const run = this.#tables.runs.find(runId)
    if (run === undefined || run.ended === 1) return
    if (run.answer_id === null && run.question_id !== null) {
      const question = this.#tables.messages.find(run.conversation, run.question_id)
      if (question !== undefined) this.#tables.messages.mark(question.key, 'failed', why)
    }
    this.#finish(run, failed(why))
  }

  foreign({ runId, conversationId, messageId, parentId, messages }: ForeignRun): void {
    const { conversations, messages: tree, runs } = this.#tables
    if (runs.find(runId) === undefined) {
      const now = this.#now()
      const conversation = conversations.ensure(conversationId, now)
      const [first] = messages
      const known = first === undefined ? undefined : tree.find(conversation, first.id)
      // The relay's news do not say what the first message follows: most likely the newest answer.
      const newest = first?.role === 'system' ? undefined : tree.newestAnswer(conversation)
      const root = known === undefined ? (newest ?? null) : known.parent_id
      this.#addChain(conversation, root, messages)
      const chat: OutgoingChat = { id: runId, conversationId, parentId: root, messages }
      runs.insert({ id: runId, conversation, question_id: parentId, chat: JSON.stringify(chat) })
    }
    const run = runs.find(runId)
    if (run !== undefined && run.ended === 0 && run.answer_id === null) {
      this.#beginAnswer(run, messageId, parentId)
    }
  }

  /** Takes along the messages that only this question brought. */
  withdraw(runId: string): void {
    const { conversations, messages, runs, index } = this.#tables
    const run = runs.find(runId)
    if (run === undefined || run.ended === 1 || run.answer_id !== null || run.chat === null) return
    for (const { id } of chatOf(run.chat).messages.toReversed()) {
      const row = messages.find(run.conversation, id)
      if (row === undefined) continue
      if (messages.hasChild(run.conversation, id) || runs.isAskedElsewhere(run, id)) break
      index.remove(row.key)
      messages.remove(row.key)
      conversations.countMessages(run.conversation, -1, row.created_at)
    }
    runs.remove(run.key)
    this.#tables.retitle(run.conversation)
    const left = conversations.row(run.conversation_id)
    if (left?.message_count === 0 && left.named === 0) conversations.remove(left.key)
  }

  #addChain(conversation: number, root: string | null, messages: readonly ChatMessage[]): void {
    let parent = root
    for (const { id, role, content } of messages) {
      this.#tables.addMessage(conversation, {
        id,
        parent_id: parent,
        role,
        content,
        status: 'completed',
        created_at: this.#now(),
      })
      parent = id
    }
  }

  #reviseQuestion(conversation: number, chat: OutgoingChat, { id, content }: ChatMessage): void {
    const { index, messages } = this.#tables
    const row = messages.find(conversation, id)
    if (row === undefined || row.role !== 'user') return
    const parent = chat.messages.at(-2)?.id ?? chat.parentId
    if (row.parent_id !== parent) messages.setParent(row.key, parent)
    if (row.status !== 'completed') messages.mark(row.key, 'completed', null)
    if (row.content === content) return
    messages.setContent(row.key, content)
    index.put(row.key, content)
    this.#tables.retitle(conversation)
  }

  #beginAnswer(run: RunRow, id: string, parentId: string | null): void {
    const { conversations, messages, runs } = this.#tables
    const before =
      run.answer_id === null ? undefined : messages.find(run.conversation, run.answer_id)
    // The relay has lost the run and begun it anew under another message: what came before stays.
    if (before !== undefined) {
      this.#tables.finishAnswer(before, failed('The relay lost this answer and began anew.'))
    }
    const now = this.#now()
    const added = this.#tables.addMessage(run.conversation, {
      id,
      parent_id: parentId,
      role: 'assistant',
      content: '',
      status: 'started',
      run_id: run.id,
      created_at: now,
    })
    const known = added ? undefined : messages.find(run.conversation, id)
    if (known !== undefined) messages.setRun(known.key, run.id)
    runs.accept(run.key, id)
    // Merged from the relay before it was known to be this run's, and finished.
    if (known !== undefined && known.status !== 'started') runs.end(run.key)
    conversations.touch(run.conversation, now)
  }

  #finish(run: RunRow, outcome: Parameters<Tables['finishAnswer']>[1]): void {
    const { conversations, messages, parts, runs } = this.#tables
    const answer =
      run.answer_id === null ? undefined : messages.find(run.conversation, run.answer_id)
    if (answer !== undefined) {
      const model = outcome.model ?? answer.model
      const provider = outcome.provider ?? answer.provider
      this.#tables.finishAnswer(answer, { ...outcome, model, provider })
    }
    parts.remove(run.key)
    runs.end(run.key)
    conversations.touch(run.conversation, this.#now())
  }
}

function failed(why: string): Parameters<Tables['finishAnswer']>[1] {
  return {
    status: 'failed',
    finish_reason: null,
    usage: null,
    cost: null,
    model: null,
    provider: null,
    error: why,
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
