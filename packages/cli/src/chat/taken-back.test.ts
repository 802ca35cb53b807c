import { errorInfo } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { settled } from '../client/testing/fake-clock.ts'
import type { Attachment } from './session-parts.ts'
import { SessionHarness } from './testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => {
  const chat = new SessionHarness(change)
  for (const name of ['a.txt', 'b.txt']) chat.files.set(name, `text of ${name}`)
  return chat.start()
}

const file = (name: string): Attachment => ({ name, path: name })

const attached = (chat: SessionHarness): readonly string[] =>
  chat.events.flatMap((event) => (event.type === 'attachments' ? [event.names] : [])).at(-1) ?? []

/** What the relay was asked last. */
const lastAsked = (chat: SessionHarness): string | undefined =>
  chat.relay.got('chat').at(-1)?.messages.at(-1)?.content

describe.each([{ save: true }, { save: false }])('a question that waits, $save', ({ save }) => {
  test('L7: taken back, it brings its files along, and they go with what is sent next', async () => {
    const chat = await open({ save })
    const first = await chat.ask('first?')
    chat.session.attach(file('a.txt'))
    await chat.ask('second?')
    expect(attached(chat)).toEqual([])
    chat.session.attach(file('b.txt'))
    expect(chat.session.takeBack(1)).toBe('second?')
    expect(attached(chat)).toEqual(['a.txt', 'b.txt'])
    expect(chat.session.waiting).toEqual([])
    await chat.end(first)
    await chat.ask('second, changed?')
    expect(lastAsked(chat)).toBe('text of a.txt\n\ntext of b.txt\n\nsecond, changed?')
  })

  test('/queue edit N brings them back as well, /queue drop N does not', async () => {
    const chat = await open({ save })
    await chat.ask('first?')
    chat.session.attach(file('a.txt'))
    await chat.ask('second?')
    chat.session.attach(file('b.txt'))
    await chat.ask('third?')
    await chat.command('/queue drop 2')
    expect(attached(chat)).toEqual([])
    chat.news()
    await chat.command('/queue edit 1')
    expect(chat.news()).toEqual(['waiting: ', 'compose: second?'])
    expect(attached(chat)).toEqual(['a.txt'])
  })

  test('goes out with the files that it was sent with, not with those of the next one', async () => {
    const chat = await open({ save })
    const first = await chat.ask('first?')
    chat.session.attach(file('a.txt'))
    await chat.ask('second?')
    expect(chat.session.waiting.map(({ text }) => text)).toEqual(['second?'])
    chat.session.attach(file('b.txt'))
    await chat.end(first)
    await settled()
    expect(lastAsked(chat)).toBe('text of a.txt\n\nsecond?')
    expect(attached(chat)).toEqual(['b.txt'])
  })
})

test('L7: one that is stopped before it left comes back with its files', async () => {
  const chat = await open()
  chat.session.attach(file('a.txt'))
  chat.relay.refuse = () => errorInfo('rate_limited', 'Too fast.', 5000)
  await chat.ask('patience')
  chat.session.stop()
  expect(chat.news()).toContain('compose: patience')
  expect(attached(chat)).toEqual(['a.txt'])
})

test('L7: after a restart it waits as it was typed, and comes back with its files', async () => {
  const chat = await open()
  await chat.ask('first?')
  chat.session.attach(file('a.txt'))
  await chat.ask('second?')
  await chat.session.close()
  const again = await new SessionHarness({}, chat).start()
  again.session.open(chat.session.conversationId)
  await settled()
  expect(again.session.waiting.map(({ text }) => text)).toEqual(['second?'])
  expect(again.session.takeBack(1)).toBe('second?')
  expect(attached(again)).toEqual(['a.txt'])
})

test('L7: after a restart it goes out with what its files said, and the relay gets no more than that', async () => {
  const chat = await open()
  const first = await chat.ask('first?')
  chat.session.attach(file('a.txt'))
  await chat.ask('second?')
  await chat.session.close()
  const again = await new SessionHarness({}, chat).start()
  again.session.open(chat.session.conversationId)
  await settled()
  await again.answer(first, 'answer')
  await settled()
  expect(lastAsked(again)).toBe('text of a.txt\n\nsecond?')
  expect(again.relay.got('chat').at(-1)).not.toHaveProperty('asked')
})

test('L7: --no-save: what waits comes back when another conversation is begun', async () => {
  const chat = await open({ save: false })
  await chat.ask('first?')
  chat.session.attach(file('a.txt'))
  await chat.ask('second?')
  await chat.ask('third?')
  chat.news()
  await chat.command('/new')
  expect(chat.news()).toEqual(['opened', 'compose: second?\n\nthird?', 'waiting: '])
  expect(attached(chat)).toEqual(['a.txt'])
})

test('/edit keeps the files that are attached already', async () => {
  const chat = await open()
  chat.session.attach(file('a.txt'))
  await chat.converse('one', 'answer')
  chat.session.attach(file('b.txt'))
  await chat.command('/edit')
  expect(attached(chat)).toEqual(['a.txt', 'b.txt'])
})
