import { expect, test } from 'vitest'
import { settled } from '../../client/testing/fake-clock.ts'
import type { DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import { SessionHarness } from '../../chat/testing/session-harness.ts'
import { converse, question } from '../../store/testing/history.ts'
import { ConversationChanges } from './conversation-changes.ts'

async function scene(result: Awaited<ReturnType<DeleteAtRelay>> = 'deleted') {
  const chat = await new SessionHarness().start()
  const other = question('another one')
  converse(chat.store, other, 'answer')
  const asked: string[] = []
  const changes = new ConversationChanges({
    session: chat.session,
    store: chat.store,
    deleteAtRelay: (id) => {
      asked.push(id)
      return Promise.resolve(result)
    },
  })
  return { chat, id: other.conversationId, asked, changes }
}

test.each([
  ['deleted', 'meta', '“another one” is deleted, at the relay too.'],
  ['unknown', 'meta', '“another one” is deleted.'],
  [
    { unreachable: 'no route' },
    'warning',
    '“another one” is deleted here, but not at the relay: no route',
  ],
] as const)(
  'deletes here and at the relay, and says where it could not: %j',
  async (result, tone, text) => {
    const { chat, id, asked, changes } = await scene(result)
    expect(changes.remove(id)).toBe(true)
    await settled()
    expect(chat.store.conversation(id)).toBeUndefined()
    expect(asked).toEqual([id])
    expect(chat.events.at(-1)).toEqual({ type: 'lines', lines: [{ tone, text }] })
  },
)

test('the conversation that is open is kept, here and at the relay', async () => {
  const { chat, asked, changes } = await scene()
  await chat.converse('mine', 'answer')
  expect(changes.remove(chat.session.conversationId)).toBe(false)
  expect(chat.store.conversation(chat.session.conversationId)).toBeDefined()
  expect(asked).toEqual([])
  expect(chat.news().at(-1)).toMatch(/^error: This conversation is open\./)
})

test('what cannot be deleted here stays at the relay', async () => {
  const { chat, id, asked, changes } = await scene()
  chat.store.close()
  expect(() => changes.remove(id)).toThrow(/./)
  expect(asked).toEqual([])
})

test('another title is kept, and that of the open conversation is told at once', async () => {
  const { chat, id, changes } = await scene()
  expect(changes.rename(id, '  new  title ')).toBe('new title')
  expect(chat.store.conversation(id)?.title).toBe('new title')
  await chat.converse('mine', 'answer')
  changes.rename(chat.session.conversationId, 'ours')
  expect(chat.session.title).toBe('ours')
})
