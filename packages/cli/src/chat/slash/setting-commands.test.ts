import { describe, expect, test } from 'vitest'
import { SessionHarness } from '../testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

const BRIEF = { text: 'be brief', explicit: false }

describe('/system [text]', () => {
  test('shows the one that was sent, also before it is accepted and when it is opened again', async () => {
    const chat = await open({ system: BRIEF })
    await chat.converse('one', 'a')
    expect(await chat.command('/system')).toEqual(['meta: System: be brief'])
    await chat.command('/system be loud')
    expect(await chat.command('/system')).toEqual(['meta: System: be loud'])
    chat.relay.stop()
    await chat.ask('two')
    expect(await chat.command('/system')).toEqual(['meta: System: be loud'])
    const again = await open()
    expect(await again.command('/system')).toEqual(['meta: There is no system prompt.'])
    const reopened = await new SessionHarness({ system: BRIEF }, chat).start()
    reopened.session.open(chat.session.conversationId)
    expect(await reopened.command('/system')).toEqual(['meta: System: be loud'])
  })

  test.each(['""', "''"])('%s sends none', async (nothing) => {
    const chat = await open({ system: BRIEF })
    expect(await chat.command(`/system ${nothing}`)).toEqual([
      'meta: No system prompt goes with the next question.',
    ])
    await chat.converse('one', 'a')
    expect(chat.relay.got('chat')[0]?.messages.map(({ role }) => role)).toEqual(['user'])
  })

  test('what was sent cannot be taken out of the conversation, and that is said', async () => {
    const chat = await open({ system: BRIEF })
    await chat.converse('one', 'a')
    await chat.command('/system be loud')
    expect(await chat.command('/system ""')).toEqual([
      'meta: Nothing new goes along; the system prompt that was sent stays in this conversation.',
    ])
    await chat.ask('two')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ content }) => content),
    ).toEqual(['two'])
  })
})

describe('/file PATH', () => {
  test('says which files go along, and leaves them out again', async () => {
    const chat = await open()
    chat.files.set('a.txt', 'text a').set('b.txt', 'text b')
    await chat.command('/file a.txt')
    await chat.command('/file b.txt')
    expect(await chat.command('/file')).toEqual([
      'meta: With the next question: a.txt, b.txt. /file off leaves them out.',
    ])
    expect(await chat.command('/file off')).toEqual([
      'meta: The next question goes without a.txt, b.txt.',
    ])
    await chat.ask('one')
    expect(chat.relay.got('chat')[0]?.messages.at(-1)?.content).toBe('one')
  })
})
