import { describe, expect, it } from 'vitest'
import type { OutgoingChat } from './client.ts'
import {
  changeItem,
  disconnected,
  findItem,
  newItem,
  nextDue,
  sendable,
  settle,
  withoutItem,
  type Outbox,
  type OutboxItem,
} from './outbox.ts'

function chat(id: string, more: Partial<OutgoingChat> = {}): OutgoingChat {
  return { id, conversationId: 'c', parentId: null, messages: [], ...more }
}

function outboxOf(...chats: readonly OutgoingChat[]): Outbox {
  return chats.map((each) => newItem(each, { exposed: false }))
}

const ids = (items: readonly OutboxItem[]): string[] => items.map((item) => item.chat.id)

describe('what may go out', () => {
  it('all that is queued, in order; what is sent is not sent again', () => {
    const outbox = changeItem(outboxOf(chat('1'), chat('2'), chat('3')), '1', { state: 'sent' })
    expect(ids(sendable(outbox, 0))).toEqual(['2', '3'])
  })

  it('a postponed question holds up those after it in its conversation, and no others', () => {
    const all = outboxOf(chat('1'), chat('2'), chat('3', { conversationId: 'd' }))
    const outbox = changeItem(all, '1', { state: 'postponed', at: 1000, why: 'rate_limited' })
    expect(ids(sendable(outbox, 999))).toEqual(['3'])
    expect(nextDue(outbox)).toBe(1000)
    expect(ids(sendable(outbox, 1000))).toEqual(['1', '2', '3'])
  })

  it('a held question waits, and so do those after it', () => {
    const outbox = changeItem(outboxOf(chat('1'), chat('2')), '1', { state: 'held' })
    expect(sendable(outbox, 0)).toEqual([])
  })

  it('a question that follows a run waits for it', () => {
    expect(sendable(outboxOf(chat('1', { follows: 'run' })), 0)).toEqual([])
  })
})

describe('a lost connection', () => {
  it('puts back what was sent and what waited for a restart, and no countdown else', () => {
    let outbox = outboxOf(chat('1'), chat('2', { conversationId: 'd' }), chat('3'))
    outbox = changeItem(outbox, '1', { state: 'sent', exposed: true })
    outbox = changeItem(outbox, '2', { state: 'postponed', at: 9, why: 'draining' })
    outbox = changeItem(outbox, '3', { state: 'postponed', at: 9, why: 'rate_limited' })
    const after = disconnected(outbox)
    expect(after.map((item) => item.state)).toEqual(['queued', 'queued', 'postponed'])
    expect(after[1]).not.toHaveProperty('at')
    expect(after[0]?.exposed).toBe(true)
  })
})

describe('what follows a run takes its place when the run is over', () => {
  const outbox = outboxOf(chat('2', { parentId: 'question', follows: '1' }), chat('9'))

  it('the answer is its parent', () => {
    const { outbox: after, changed } = settle(outbox, {
      runId: '1',
      parentId: 'answer',
      held: false,
    })
    expect(changed).toEqual([chat('2', { parentId: 'answer' })])
    expect(findItem(after, '2')).toMatchObject({ state: 'queued', chat: { parentId: 'answer' } })
    expect(changed[0]).not.toHaveProperty('follows')
    expect(findItem(after, '9')).toBe(findItem(outbox, '9'))
  })

  it('of a run that was cancelled it is held', () => {
    const { outbox: after } = settle(outbox, { runId: '1', parentId: 'answer', held: true })
    expect(findItem(after, '2')?.state).toBe('held')
  })

  it('of a question that was withdrawn it follows what that one followed', () => {
    const settled = { runId: '1', parentId: null, follows: '0', held: false }
    expect(settle(outbox, settled).changed).toEqual([chat('2', { follows: '0' })])
  })
})

it('forgets what is accepted', () => {
  expect(ids(withoutItem(outboxOf(chat('1'), chat('2')), '1'))).toEqual(['2'])
})
