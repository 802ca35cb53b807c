import { errorInfo } from '@speak-code/protocol'
import { expect, test } from 'vitest'
import { settled } from '../client/testing/fake-clock.ts'
import { SessionHarness } from './testing/session-harness.ts'

/** A question with two answers, of which the newer one is shown. */
async function branched(): Promise<SessionHarness> {
  const chat = await new SessionHarness().start()
  await chat.converse('one', 'first')
  await chat.command('/retry')
  await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'second')
  return chat
}

async function reopened(chat: SessionHarness): Promise<string[]> {
  const again = await new SessionHarness({}, chat).start()
  again.session.open(chat.session.conversationId)
  await settled()
  return again.session.path.map(({ content }) => content)
}

test('L7: the branch that a person goes on with is the one that is opened again', async () => {
  const chat = await branched()
  expect(await reopened(chat)).toEqual(['one', 'second'])
  await chat.command('/branch 1')
  expect(await reopened(chat)).toEqual(['one', 'first'])
})

test('an answer that comes afterwards is where the conversation goes on', async () => {
  const chat = await branched()
  await chat.command('/branch 1')
  await chat.command('/retry')
  await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'third')
  expect(await reopened(chat)).toEqual(['one', 'third'])
})

test('a question that waits is shown on the branch that it follows', async () => {
  const chat = await branched()
  await chat.command('/branch 1')
  chat.relay.stop()
  await settled()
  await chat.ask('two')
  const again = new SessionHarness({}, chat)
  await again.start()
  again.session.open(chat.session.conversationId)
  expect(again.news()).toEqual(['opened', 'user: one', 'assistant: first', 'waiting: two (queued)'])
})

test('a summary that failed is not what the conversation goes on from', async () => {
  const chat = await branched()
  await chat.command('/compact')
  await chat.end(chat.relay.got('chat').at(-1)?.id ?? '', {
    status: 'failed',
    finishReason: null,
    error: errorInfo('upstream_eof', 'It just stopped.'),
  })
  expect(await reopened(chat)).toEqual(['one', 'second'])
})

test('a choice that cannot be written is said, and counts until the chat is left', async () => {
  const chat = await branched()
  chat.store.close()
  await chat.command('/branch 1')
  expect(chat.news().at(-1)).toMatch(/^assistant: first$/)
  expect(chat.session.lastAnswer).toBe('first')
  const said = chat.events.flatMap((event) => (event.type === 'lines' ? event.lines : []))
  expect(said.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^The choice is not kept for the next time: /),
  )
})

test('--no-save writes no choice', async () => {
  const chat = await branched()
  const other = await new SessionHarness({ save: false }, chat).start()
  other.session.open(chat.session.conversationId)
  await other.command('/branch 1')
  expect(await reopened(chat)).toEqual(['one', 'second'])
})
