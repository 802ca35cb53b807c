import { errorInfo } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { settled } from '../../client/testing/fake-clock.ts'
import { SessionHarness } from '../testing/session-harness.ts'
import { findCommand } from '../slash-commands.ts'
import { shortId } from '../wording.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

describe('/new', () => {
  test('begins a conversation; the next question follows nothing', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    const { conversationId } = chat.session
    expect(await chat.command('/new')).toEqual([
      `meta: A new conversation. /resume ${shortId(conversationId)} goes back to the one before.`,
    ])
    expect(await chat.command('/new')).toEqual(['meta: A new conversation.'])
    await chat.ask('two')
    const next = chat.relay.got('chat').at(-1)
    expect(next?.conversationId).not.toBe(conversationId)
    expect(next?.parentId).toBeNull()
  })
})

describe('/resume [id] (/sessions)', () => {
  test('without an id a list to choose from is wanted', async () => {
    const chat = await open()
    await chat.command('/resume')
    await chat.command('/sessions')
    expect(chat.news()).toEqual(['pick: conversations', 'pick: conversations'])
  })

  test('opens the one whose id ends so', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    const end = shortId(chat.session.conversationId)
    await chat.command('/new')
    expect(await chat.completions('/resume ')).toEqual([end])
    chat.news()
    expect(await chat.command(`/resume ${end}`)).toEqual([])
    expect(chat.news()).toEqual(['opened', 'user: one', 'assistant: a'])
  })

  test('says where there is none', async () => {
    const chat = await open()
    expect(await chat.command('/resume nothing')).toEqual([
      'error: There is no conversation nothing.',
      'hint: /resume without an ID lists them.',
    ])
  })
})

describe('/rename TITLE', () => {
  test('names the conversation and tells the header', async () => {
    const chat = await open()
    expect(await chat.command('/rename x')).toEqual(['error: There is nothing to rename yet.'])
    await chat.converse('one', 'a')
    expect(await chat.command('/rename  A new   name')).toEqual([
      'meta: The conversation is called “A new name” now.',
    ])
    expect(chat.store.conversation(chat.session.conversationId)?.title).toBe('A new name')
    expect(chat.events.at(-1)).toEqual({ type: 'title', title: 'A new name' })
    expect(await chat.command('/rename')).toEqual(['error: /rename needs a title.'])
    expect(await chat.completions('/rename ')).toEqual(['A new name'])
  })
})

describe('/fork', () => {
  test('a new conversation begins with a copy under new ids, and nothing is asked for it', async () => {
    const chat = await open()
    await chat.converse('one', 'answer one')
    const { conversationId } = chat.session
    chat.news()
    expect(await chat.command('/fork')).toEqual([
      `meta: This is a copy of the conversation so far. /resume ${shortId(conversationId)} goes back to the other one.`,
    ])
    expect(chat.news()).toEqual(['opened'])
    expect(chat.relay.got('chat')).toHaveLength(1)
    const copied = chat.store.messages(chat.session.conversationId)
    expect(copied.map(({ content }) => content)).toEqual(['one', 'answer one'])
    const ids = new Set(chat.store.messages(conversationId).map(({ id }) => id))
    expect(copied.filter(({ id }) => ids.has(id))).toEqual([])
    expect(chat.store.conversations()[0]?.title).toBe('one (fork)')
    expect(chat.session.begun).toBe(true)
  })

  test('the first question there brings along what the relay lacks, the next ones do not', async () => {
    const chat = await open()
    await chat.converse('one', 'answer one')
    await chat.command('/fork')
    await chat.converse('two', 'answer two')
    const brought = chat.relay.got('chat').at(-1)
    expect(brought?.parentId).toBeNull()
    expect(brought?.messages.map(({ content }) => content)).toEqual(['one', 'answer one', 'two'])
    await chat.ask('three')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ content }) => content),
    ).toEqual(['three'])
  })

  test('/retry there asks the question where it stands', async () => {
    const chat = await open()
    await chat.converse('one', 'answer one')
    await chat.command('/fork')
    await chat.converse('two', 'answer two')
    const brought = chat.relay.got('chat').at(-1)
    await chat.command('/retry')
    expect(chat.relay.got('chat').at(-1)).toMatchObject({
      parentId: brought?.messages[1]?.id,
      messages: [brought?.messages[2]],
    })
  })

  test('a fork that was left before its first question is opened again whole', async () => {
    const chat = await open()
    await chat.converse('one', 'answer one')
    await chat.command('/fork')
    chat.relay.stop()
    chat.session.ask('offline')
    await chat.session.close()
    chat.relay.start()
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    await settled()
    expect(again.news()).toEqual(
      expect.arrayContaining(['user: one', 'assistant: answer one', 'question: offline']),
    )
  })

  test('not where there is nothing, and not in mid-answer', async () => {
    const chat = await open()
    expect(await chat.command('/fork')).toEqual(['error: There is nothing to fork yet.'])
    await chat.ask('one')
    expect(await chat.command('/fork')).toEqual(['error: An answer is under way; Esc stops it.'])
  })
})

describe('--no-save', () => {
  test('/rename names what is shown and exported, and writes nothing', async () => {
    const chat = await open({ save: false, store: undefined })
    expect(await chat.command('/rename Too early')).toEqual([
      'error: There is nothing to rename yet.',
    ])
    await chat.converse('one', 'a')
    expect(await chat.command('/rename A  better title')).toEqual([
      'meta: The conversation is called “A better title” now.',
    ])
    expect(chat.events.findLast(({ type }) => type === 'title')).toEqual({
      type: 'title',
      title: 'A better title',
    })
    expect(await chat.command('/export')).toEqual(['meta: Written to a-better-title.md'])
    await chat.command('/fork')
    expect(chat.session.title).toBe('A better title (fork)')
    expect(chat.store.conversations()).toEqual([])
  })

  test('/resume says that there is no history', async () => {
    const chat = await open({ save: false })
    const context = { ...chat.context, store: undefined }
    expect(await findCommand('resume')?.run('nonsense', context)).toEqual([
      { tone: 'error', text: 'There is no history to look into (--no-save).' },
    ])
  })
})

describe('/search [query]', () => {
  test('a list to choose from is wanted, which begins with the query', async () => {
    const chat = await open()
    await chat.command('/search lighthouse')
    await chat.command('/search')
    expect(chat.news()).toEqual(['pick: search lighthouse', 'pick: search'])
  })

  test('a conversation opens at the hit: on the branch that has it, with the place named', async () => {
    const chat = await open()
    await chat.converse('one', 'first line\nthe lighthouse stands there\nthird')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'another answer')
    const [hit] = chat.store.search('lighthouse')
    const again = await new SessionHarness({}, chat).start()
    await again.clock.advance(3 * 24 * 3_600_000)
    again.news()
    again.session.open(hit?.conversationId ?? '', hit?.messageId, 'lighthouse')
    expect(again.news()).toEqual([
      'opened',
      'user: one',
      'assistant: first line\nthe lighthouse stands there\nthird',
      expect.stringMatching(/^strong: Hit in the answer, .*:$/),
      'plain:   first line',
      'plain:   the lighthouse stands there',
      'plain:   third',
    ])
    await again.ask('more')
    expect(again.relay.got('chat').at(-1)?.parentId).toBe(hit?.messageId)
  })
})

describe('/model [id]', () => {
  test('lets choose, or asks that one from now on', async () => {
    const chat = await open()
    await chat.command('/model')
    expect(chat.news()).toEqual(['pick: models'])
    expect(await chat.command('/model x/y')).toEqual(['meta: From now on x/y is asked.'])
    expect(chat.events.at(-1)).toEqual({ type: 'model', model: 'x/y' })
    await chat.converse('one', 'a')
    expect(chat.relay.got('chat').at(-1)?.model).toBe('x/y')
    expect(await chat.completions('/model scr')).toEqual(['scripted/scripted-1'])
  })
})

describe('/system [text]', () => {
  test('shows the prompt, or sends another with the next question', async () => {
    const chat = await open()
    expect(await chat.command('/system')).toEqual(['meta: There is no system prompt.'])
    await chat.converse('one', 'a')
    expect(await chat.command('/system be brief')).toEqual([
      'meta: It goes with the next question.',
    ])
    expect(await chat.command('/system')).toEqual(['meta: System: be brief'])
    expect(await chat.completions('/system ')).toEqual(['be brief'])
    await chat.ask('two')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ role }) => role),
    ).toEqual(['system', 'user'])
  })

  test('one whose question was refused goes with the next', async () => {
    const chat = await open({ system: { text: 'be brief', explicit: false } })
    chat.relay.refuse = () => errorInfo('bad_request', 'No.')
    await chat.ask('one')
    chat.relay.refuse = undefined
    await chat.ask('two')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ content }) => content),
    ).toEqual(['be brief', 'two'])
  })
})

describe('/file PATH', () => {
  test('goes with the next question; a path that cannot be read is told', async () => {
    const chat = await open()
    chat.files.set('a.txt', 'file text')
    expect(await chat.command('/file a.txt')).toEqual([])
    expect(chat.events.at(-1)).toEqual({ type: 'attachments', names: ['a.txt'] })
    await chat.ask('see')
    expect(chat.relay.got('chat')[0]?.messages[0]?.content).toBe('file text\n\nsee')
    await expect(chat.command('/file b.txt')).rejects.toThrow('There is no file b.txt.')
    expect(await chat.command('/file')).toEqual(['error: /file needs a path.'])
    expect(await chat.completions('/file a')).toEqual(['a.txt'])
  })
})

describe('/exercise [slug]', () => {
  test('goes with the following questions; what the relay says of it is shown', async () => {
    const chat = await open()
    expect(await chat.command('/exercise')).toEqual(['meta: There is no exercise.'])
    expect(await chat.command('/exercise loops')).toEqual([
      'meta: The next questions are about the exercise loops.',
    ])
    chat.relay.refuse = () => errorInfo('not_found', 'There is no exercise loops.')
    await chat.ask('one')
    expect(chat.relay.got('chat')[0]?.exercise).toEqual({ slug: 'loops' })
    expect(chat.news()).toEqual(
      expect.arrayContaining([
        'error: There is no exercise loops.',
        'hint: /exercise off asks without an exercise.',
      ]),
    )
    chat.relay.refuse = undefined
    expect(await chat.completions('/exercise o')).toEqual(['off'])
    await chat.command('/exercise off')
    await chat.ask('two')
    expect(chat.relay.got('chat').at(-1)?.exercise).toBeUndefined()
  })
})

describe('/theme [name]', () => {
  test('asks for the theme, or for the list of them', async () => {
    const chat = await open()
    await chat.command('/theme dark')
    expect(chat.events.at(-1)).toEqual({ type: 'theme', name: 'dark' })
    await chat.command('/theme')
    expect(chat.events.at(-1)).toEqual({ type: 'theme', name: undefined })
    expect(await chat.completions('/theme d')).toEqual(['default', 'dark'])
  })
})
