/** Questions that the relay has not accepted yet, in the order in which they go out. Pure. */
import type { ErrorCode } from '@speak-code/protocol'
import type { OutboxEntry, OutgoingChat } from './client.ts'

export interface OutboxItem extends OutboxEntry {
  /** It may have reached the relay, on this connection or an earlier one. */
  readonly exposed: boolean
  /** To be stopped as soon as it is sent. */
  readonly cancelled: boolean
  /** Refusals so far that may pass but came without a hint. */
  readonly refusals: number
  /** The whole branch has been sent, because the relay did not know the parent. */
  readonly branchSent: boolean
  /** Why it is postponed. */
  readonly why?: ErrorCode
}

export type Outbox = readonly OutboxItem[]

export function newItem(
  chat: OutgoingChat,
  origin: { readonly exposed: boolean; readonly state?: 'queued' | 'held' },
): OutboxItem {
  const { exposed, state = 'queued' } = origin
  return { chat, state, exposed, cancelled: false, refusals: 0, branchSent: false }
}

export function findItem(outbox: Outbox, id: string): OutboxItem | undefined {
  return outbox.find((item) => item.chat.id === id)
}

export function withoutItem(outbox: Outbox, id: string): Outbox {
  return outbox.filter((item) => item.chat.id !== id)
}

/** Puts `change` into one item; a state other than postponed forgets the time and the reason. */
export function changeItem(outbox: Outbox, id: string, change: Partial<OutboxItem>): Outbox {
  return outbox.map((item) => (item.chat.id === id ? changed(item, change) : item))
}

function changed(item: OutboxItem, change: Partial<OutboxItem>): OutboxItem {
  const next = { ...item, ...change }
  if (next.state === 'postponed') return next
  const { at: _at, why: _why, ...rest } = next
  return rest
}

/** The connection is gone: what was sent on it goes out again, and so does what only waited for a restart. */
export function disconnected(outbox: Outbox): Outbox {
  return outbox.map((item) =>
    item.state === 'sent' || (item.state === 'postponed' && item.why === 'draining')
      ? changed(item, { state: 'queued' })
      : item,
  )
}

/**
 * What may go out now, in order. A question waits behind an earlier one of its conversation that waits itself, and for
 * the run that it follows.
 */
export function sendable(outbox: Outbox, now: number): readonly OutboxItem[] {
  const blocked = new Set<string>()
  return outbox.filter((item) => {
    const { conversationId, follows } = item.chat
    if (item.state === 'sent') return false
    const ready = item.state === 'queued' || (item.state === 'postponed' && isDue(item, now))
    if (ready && follows === undefined && !blocked.has(conversationId)) return true
    blocked.add(conversationId)
    return false
  })
}

function isDue(item: OutboxItem, now: number): boolean {
  return item.at === undefined || item.at <= now
}

/** When the next postponed question is due, in milliseconds of `Date.now()`. */
export function nextDue(outbox: Outbox): number | undefined {
  const times = outbox.flatMap((item) => (item.at === undefined ? [] : [item.at]))
  return times.length === 0 ? undefined : Math.min(...times)
}

/** What is known of a run when a question that follows it can be placed. */
export interface Settled {
  readonly runId: string
  /** The question's place: the run's answer, or where the run's own question stood; absent: as it was. */
  readonly parentId?: string | null
  /** The run that is followed instead. */
  readonly follows?: string
  /** A person has to let the question go. */
  readonly held: boolean
}

/** Places the questions that follow a settled run. `changed` are those, to be written down. */
export function settle(
  outbox: Outbox,
  settled: Settled,
): { readonly outbox: Outbox; readonly changed: readonly OutgoingChat[] } {
  const placed: OutgoingChat[] = []
  const next = outbox.map((item) => {
    if (item.chat.follows !== settled.runId) return item
    const { follows: _follows, ...rest } = item.chat
    const chat = {
      ...rest,
      ...(settled.parentId === undefined ? {} : { parentId: settled.parentId }),
      ...(settled.follows === undefined ? {} : { follows: settled.follows }),
    }
    placed.push(chat)
    return changed(item, { chat, state: settled.held ? 'held' : 'queued' })
  })
  return { outbox: next, changed: placed }
}
