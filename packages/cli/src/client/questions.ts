/** The questions on their way to the relay: each is sent until the relay has taken it or refused it for good. */
import {
  errorInfo,
  type ChatMessage,
  type ChatRequest,
  type ErrorCode,
  type ErrorInfo,
} from '@speak-code/protocol'
import type { OutboxEntry, OutgoingChat } from './client.ts'
import {
  changeItem,
  findItem,
  newItem,
  nextDue,
  disconnected,
  sendable,
  settle,
  withoutItem,
  type Outbox,
  type OutboxItem,
  type Settled,
} from './outbox.ts'
import type { Session } from './session.ts'

/** The branch from its root to a message, that one included; empty where it is not known. */
export type BranchOf = (chat: OutgoingChat, messageId: string) => readonly ChatMessage[]

/** Refusals that may pass and carry no hint are taken so often; limits and restarts pass for certain. */
const MAX_REFUSALS = 3
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'rate_limited',
  'concurrency_limited',
  'upstream_rate_limited',
  'draining',
])

export class Questions {
  readonly #session: Session
  readonly #branchOf: BranchOf
  #outbox: Outbox = []
  /** Withdrawn here, but an earlier connection may have carried them to the relay. */
  readonly #strays = new Set<string>()

  constructor(session: Session, branchOf: BranchOf) {
    this.#session = session
    this.#branchOf = branchOf
  }

  get entries(): readonly OutboxEntry[] {
    return this.#outbox
  }

  /** Sent and not accepted yet. */
  get sent(): number {
    return this.#outbox.filter((item) => item.state === 'sent').length
  }

  get nextDue(): number | undefined {
    return nextDue(this.#outbox)
  }

  has(runId: string): boolean {
    return findItem(this.#outbox, runId) !== undefined
  }

  /** Takes a question in, on disk first. Throws what the store throws. */
  add(chat: OutgoingChat): void {
    if (chat.ephemeral !== true) this.#session.history.send(chat)
    this.#outbox = [...this.#outbox, newItem(chat, { exposed: false })]
  }

  /** Takes in what an earlier session left. */
  restore(chat: OutgoingChat, state: 'queued' | 'held'): void {
    this.#outbox = [...this.#outbox, newItem(chat, { exposed: true, state })]
  }

  /** Gives a question that is not under way another place. Returns whether there was one. */
  place(chat: OutgoingChat): boolean {
    const item = findItem(this.#outbox, chat.id)
    if (item === undefined || item.state === 'sent') return false
    this.#write(chat)
    this.#change(chat.id, { chat })
    return true
  }

  /** Lets the held questions of a conversation go. */
  release(conversationId: string): void {
    for (const { chat, state } of this.#outbox) {
      if (state === 'held' && chat.conversationId === conversationId) {
        this.#change(chat.id, { state: 'queued' })
      }
    }
  }

  /** The connection is gone, and with it the certainty about what was sent on it. */
  disconnected(): void {
    this.#outbox = disconnected(this.#outbox)
  }

  /** There is a new connection. */
  connected(): void {
    for (const id of this.#strays) this.#session.send({ type: 'cancel', id })
    this.#strays.clear()
  }

  /** Sends up to `room` questions whose time has come. */
  dispatch(room: number): void {
    const due = sendable(this.#outbox, this.#session.now())
    for (const item of due.slice(0, Math.max(0, room))) this.#dispatchItem(item)
  }

  /** The relay has taken a question: it leaves the outbox. */
  accepted(runId: string): OutboxItem | undefined {
    const item = findItem(this.#outbox, runId)
    this.#outbox = withoutItem(this.#outbox, runId)
    return item
  }

  /** Stops a question where it is: what is under way on this connection is cancelled there, all else is withdrawn. */
  cancel(runId: string): void {
    const item = findItem(this.#outbox, runId)
    if (item === undefined) return
    if (item.state === 'sent') {
      this.#change(runId, { cancelled: true })
      this.#session.send({ type: 'cancel', id: runId })
      return
    }
    // A postponed question was refused, so the relay has no run of it.
    if (item.exposed && item.state !== 'postponed') this.stray(runId)
    this.#withdraw(item)
  }

  /** Stops a run of which this client knows nothing more, now or once connected. */
  stray(runId: string): void {
    if (this.#session.send({ type: 'cancel', id: runId }) === 'not_ready') this.#strays.add(runId)
  }

  /** The relay has answered a question with an error. Returns false where it is no question of ours. */
  refused(runId: string, error: ErrorInfo): boolean {
    const item = findItem(this.#outbox, runId)
    if (item?.state !== 'sent') return false
    if (error.code === 'unknown_parent') this.#sendBranch(item, error)
    else if (!error.retryable) this.#refuse(item, error)
    else if (item.cancelled) this.#withdraw(item)
    else this.#postpone(item, error)
    return true
  }

  /** Places what follows a run that is over. */
  settled(settled: Settled): void {
    const { outbox, changed } = settle(this.#outbox, settled)
    this.#outbox = outbox
    for (const chat of changed) this.#write(chat)
  }

  #dispatchItem({ chat, cancelled }: OutboxItem): void {
    const item = findItem(this.#outbox, chat.id)
    if (item === undefined) return
    const sent = this.#session.send(requestOf(chat))
    if (sent === 'too_large') {
      this.#refuse(item, errorInfo('too_large', 'this question is larger than the relay takes'))
    } else if (sent === 'sent') {
      this.#change(chat.id, { state: 'sent', exposed: true })
      if (cancelled) this.#session.send({ type: 'cancel', id: chat.id })
    }
  }

  /** CONTRACT.md §1, Trees: the whole branch under the same id. An answer that is empty cannot be sent. */
  #sendBranch(item: OutboxItem, error: ErrorInfo): void {
    const { chat } = item
    const branch = chat.parentId === null ? [] : this.#branchOf(chat, chat.parentId)
    const messages = branch
      .filter((message) => message.content !== '')
      .map(({ id, role, content }) => ({ id, role, content }))
    if (item.branchSent || messages.length === 0) {
      this.#refuse(item, error)
      return
    }
    const whole = { ...chat, parentId: null, messages: [...messages, ...chat.messages] }
    this.#write(whole)
    this.#change(chat.id, { chat: whole, state: 'queued', branchSent: true })
  }

  #postpone(item: OutboxItem, error: ErrorInfo): void {
    const { id } = item.chat
    const refusals = item.refusals + (error.retryAfterMs === undefined ? 1 : 0)
    if (refusals > MAX_REFUSALS && !PASSING.has(error.code)) {
      this.#refuse(item, error)
      return
    }
    const at = this.#session.now() + (error.retryAfterMs ?? this.#session.backoff(refusals))
    this.#change(id, { state: 'postponed', at, why: error.code, refusals })
    this.#session.emit({ type: 'postponed', runId: id, error, at })
  }

  #refuse({ chat }: OutboxItem, error: ErrorInfo): void {
    if (chat.ephemeral !== true) this.#session.history.refused(chat.id, error.message)
    this.#drop(chat, true)
    this.#session.emit({ type: 'refused', runId: chat.id, error })
  }

  #withdraw({ chat }: OutboxItem): void {
    if (chat.ephemeral !== true) this.#session.history.withdrawn(chat.id)
    this.#drop(chat, false)
    this.#session.emit({ type: 'withdrawn', runId: chat.id })
  }

  /** What followed it takes its place. */
  #drop(chat: OutgoingChat, held: boolean): void {
    this.#outbox = withoutItem(this.#outbox, chat.id)
    const { id: runId, parentId, follows } = chat
    this.#session.settled({ runId, parentId, held, ...(follows === undefined ? {} : { follows }) })
  }

  #write(chat: OutgoingChat): void {
    if (chat.ephemeral !== true) this.#session.history.changed(chat)
  }

  #change(runId: string, change: Partial<OutboxItem>): void {
    this.#outbox = changeItem(this.#outbox, runId, change)
  }
}

function requestOf({
  follows: _follows,
  summarises: _summarises,
  asked: _asked,
  messages,
  ...chat
}: OutgoingChat): ChatRequest {
  return { type: 'chat', ...chat, messages: [...messages] }
}
