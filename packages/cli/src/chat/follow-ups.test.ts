import { errorInfo } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { settled } from '../client/testing/fake-clock.ts'
import { SessionHarness } from './testing/session-harness.ts'

/** A conversation of one question, in which a summary is awaited. */
async function compacting(save = true): Promise<{ chat: SessionHarness; summary: string }> {
  const chat = await new SessionHarness({ save }).start()
  await chat.converse('one', 'a long answer')
  await chat.command('/compact')
  return { chat, summary: chat.relay.got('chat').at(-1)?.id ?? '' }
}

const lastAsked = (chat: SessionHarness): unknown => {
  const request = chat.relay.got('chat').at(-1)
  return request?.messages.map(({ role, content }) => `${role}: ${content}`)
}

const SUMMED_UP = 'system: Summary of the conversation so far:\n\nAll in short.'

const opened = async (chat: SessionHarness): Promise<SessionHarness> => {
  const again = await new SessionHarness({}, chat).start()
  again.session.open(chat.session.conversationId)
  await settled()
  return again
}

/** Two questions in a fork, typed without a connection. */
async function forked(): Promise<SessionHarness> {
  const chat = await new SessionHarness().start()
  await chat.converse('one', 'answer one')
  await chat.command('/fork')
  chat.relay.stop()
  await settled()
  await chat.ask('two')
  await chat.ask('three')
  return chat
}

async function connect(chat: SessionHarness): Promise<void> {
  chat.relay.start()
  chat.session.reconnect()
  await settled()
}

describe('what is typed during /compact', () => {
  test('L7: is on disk, and is asked after the summary, in order', async () => {
    const { chat, summary } = await compacting()
    await chat.ask('two')
    await chat.ask('three')
    expect(chat.session.waiting.map(({ text }) => text)).toEqual(['two', 'three'])
    expect(
      chat.store.openRuns().flatMap(({ chat: { messages } }) => messages.at(-1)?.content),
    ).toEqual([expect.stringContaining('Summarise our conversation'), 'two', 'three'])
    await chat.answer(summary, 'All in short.')
    expect(lastAsked(chat)).toEqual([SUMMED_UP, 'user: two'])
    expect(chat.relay.got('chat').at(-1)?.parentId).toBeNull()
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'second answer')
    expect(lastAsked(chat)).toEqual(['user: three'])
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'third answer')
    expect(chat.session.path.map(({ content }) => content)).toEqual([
      SUMMED_UP.replace('system: ', ''),
      'two',
      'second answer',
      'three',
      'third answer',
    ])
    expect(chat.store.openRuns()).toEqual([])
  })

  test.each([
    ['is stopped', async (chat: SessionHarness) => void chat.session.stop()],
    [
      'fails',
      (chat: SessionHarness, summary: string) =>
        chat.end(summary, {
          status: 'failed',
          finishReason: null,
          error: errorInfo('upstream_eof', 'It just stopped.'),
        }),
    ],
  ])('follows the conversation as it was where the summary %s', async (_, happens) => {
    const { chat, summary } = await compacting()
    const before = chat.relay.runs.get(chat.relay.got('chat')[0]?.id ?? '')?.messageId
    await chat.publish(summary, 'All in')
    await chat.ask('two')
    await happens(chat, summary)
    await settled()
    expect(chat.news()).toContain(
      'warning: There is no whole summary: the conversation stays as it was.',
    )
    chat.session.release()
    await settled()
    expect(lastAsked(chat)).toEqual(['user: two'])
    expect(chat.relay.got('chat').at(-1)?.parentId).toBe(before)
  })

  test('L7: a crash in between loses nothing: the next session ends the summary and asks', async () => {
    const { chat, summary } = await compacting()
    await chat.publish(summary, 'All in ')
    await chat.ask('two')
    await chat.session.close()
    const again = await opened(chat)
    expect(again.session.waiting.map(({ text }) => text)).toEqual(['two'])
    expect(again.news()).toContain('question: /compact')
    await again.publish(summary, 'short.')
    await again.end(summary)
    expect(lastAsked(again)).toEqual([SUMMED_UP, 'user: two'])
  })

  test('L7: a crash after the summary’s end loses nothing either', async () => {
    const { chat, summary } = await compacting()
    await chat.ask('two')
    await chat.session.close()
    await chat.answer(summary, 'All in short.')
    const again = await opened(chat)
    expect(lastAsked(again)).toEqual([SUMMED_UP, 'user: two'])
    expect(again.session.waiting).toEqual([])
  })

  test('--no-save: waits in memory, and is asked after the summary', async () => {
    const { chat, summary } = await compacting(false)
    await chat.ask('two')
    await chat.answer(summary, 'All in short.')
    expect(lastAsked(chat)).toEqual([SUMMED_UP, 'user: two'])
    expect(chat.store.conversations()).toEqual([])
  })
})

describe('a fork that the relay does not know yet', () => {
  test('§1, Trees: what is copied goes with the first question, and not again with the next', async () => {
    const chat = await forked()
    await connect(chat)
    expect(lastAsked(chat)).toEqual(['user: one', 'assistant: answer one', 'user: two'])
    const id = chat.relay.got('chat').at(-1)?.id ?? ''
    await chat.answer(id, 'answer two')
    expect(lastAsked(chat)).toEqual(['user: three'])
    expect(chat.relay.got('chat').at(-1)?.parentId).toBe(chat.relay.runs.get(id)?.messageId)
  })

  test('it goes with the next where the first is dropped', async () => {
    const chat = await forked()
    await chat.command('/queue drop 1')
    await connect(chat)
    expect(lastAsked(chat)).toEqual(['user: one', 'assistant: answer one', 'user: three'])
    expect(chat.relay.got('chat').at(-1)?.parentId).toBeNull()
  })

  test('it goes with the next where the relay refuses the first', async () => {
    const chat = await forked()
    chat.relay.refuse = ({ messages }) =>
      messages.at(-1)?.content === 'two'
        ? errorInfo('model_not_found', 'No such model.')
        : undefined
    await connect(chat)
    chat.session.release()
    await settled()
    expect(lastAsked(chat)).toEqual(['user: one', 'assistant: answer one', 'user: three'])
  })
})
