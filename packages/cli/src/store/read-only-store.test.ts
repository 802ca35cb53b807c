import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readOnlyStore } from './read-only-store.ts'
import { converse, endOf, openHistory, question } from './testing/history.ts'

describe('--no-save', () => {
  it('reads pass through, writes do nothing', () => {
    const store = openHistory()
    const chat = question('kept question')
    const messageId = converse(store, chat, 'kept answer')
    store.addPrompt('kept prompt')
    store.saveDraft(null, 'kept draft')
    const id = chat.conversationId
    const view = readOnlyStore(store)
    const state = (from: typeof store): unknown => [
      from.conversations({ limit: 5 }),
      from.conversation(id),
      from.matchingConversations(id),
      from.messages(id),
      from.branch(id, messageId),
      from.search('kept', 5),
      from.openRuns(id),
      from.prompts(5),
      from.draft(null),
    ]
    const before = state(store)
    expect(state(view)).toEqual(before)
    const other = question('another')
    view.recordSend(other)
    view.recordAccepted(other.id, { messageId: randomUUID(), model: 'm', provider: 'p' })
    view.recordChunks([{ runId: other.id, seq: 1, delta: 'x' }])
    view.recordReplaced(other.id, { seq: 1, text: 'x', reasoning: '', refusal: '' })
    view.recordEnd(other.id, endOf(other.id, 2, 'x'))
    view.recordRefused(other.id, 'no')
    view.withdraw(other.id)
    view.addPrompt('new prompt')
    view.saveDraft(null, 'new draft')
    expect([view.rename(id, 'x'), view.delete(id), view.prune(Date.now() + 1000)]).toEqual([
      false,
      false,
      [],
    ])
    expect(state(store)).toEqual(before)
  })
})
