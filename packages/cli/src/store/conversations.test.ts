import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { converse, historyPath, openHistory, question, user } from './testing/history.ts'

describe('conversations', () => {
  it('the newest activity comes first, whatever the clock says', () => {
    let now = 2_000_000
    const store = openHistory(historyPath(), { now: () => now })
    const [a, b] = [question('a'), question('b')]
    converse(store, a, 'x')
    now = 1_000_000
    converse(store, b, 'y')
    expect(store.conversations().map(({ title }) => title)).toEqual(['b', 'a'])
    converse(store, question('more', { conversationId: a.conversationId }), 'z')
    expect(store.conversations({ limit: 1 }).map(({ title }) => title)).toEqual(['a'])
    expect(store.conversations({ limit: 1, offset: 1 }).map(({ title }) => title)).toEqual(['b'])
  })

  it('titles are read page by page, each once, though something new comes in between', () => {
    const store = openHistory()
    const chats = Array.from({ length: 7 }, (_, index) => question(`title ${index}`))
    for (const chat of chats) store.recordSend(chat)
    const first = store.conversationTitles({ limit: 3 })
    expect(first.map(({ title }) => title)).toEqual(['title 6', 'title 5', 'title 4'])
    store.recordSend(question('new'))
    const rest = store.conversationTitles({ limit: 9, before: first.at(-1)?.activity ?? 0 })
    expect(rest.map(({ title }) => title)).toEqual(['title 3', 'title 2', 'title 1', 'title 0'])
    expect(rest.at(-1)?.id).toBe(chats[0]?.conversationId)
  })

  it('the latest line is the beginning of the newest message that has text', () => {
    const store = openHistory()
    const chat = question('the\n  question')
    store.recordSend(chat)
    expect(store.latestLine(chat.conversationId)).toBe('the question')
    converse(
      store,
      question('x', { conversationId: chat.conversationId }),
      `a\tb ${'c'.repeat(999)}`,
    )
    expect(store.latestLine(chat.conversationId)).toMatch(/^a b c{100,300}$/)
    expect(store.latestLine(randomUUID())).toBe('')
  })

  it('a conversation has the fields of CONTRACT.md §3', () => {
    const store = openHistory(historyPath(), { now: () => Date.parse('2026-01-02T03:04:05.678Z') })
    const chat = question('one two three four five six')
    converse(store, chat, 'x')
    const at = '2026-01-02T03:04:05.678Z'
    expect(store.conversation(chat.conversationId)).toEqual({
      id: chat.conversationId,
      title: 'one two three four five...',
      model: 'provider-1/model-1',
      messageCount: 2,
      totalTokens: 7,
      createdAt: at,
      updatedAt: at,
      lastMessageAt: at,
    })
  })

  it('the title is that of the first user message; a given title wins', () => {
    const store = openHistory()
    const system = { id: randomUUID(), role: 'system', content: 'Be brief.' } as const
    const chat = question('x', { messages: [system, user('hello there')] })
    store.recordSend(chat)
    expect(store.conversation(chat.conversationId)?.title).toBe('hello there')
    expect(store.rename(chat.conversationId, ' My\n title ')).toBe(true)
    store.recordSend(question('again', { conversationId: chat.conversationId }))
    expect(store.conversation(chat.conversationId)?.title).toBe('My title')
  })

  it('an id is found by its beginning or end in any case; wildcards mean themselves', () => {
    const store = openHistory()
    const ids = ['019a0000-0000-7000-8000-00000000abcd', '019b0000-0000-7000-8000-00000000abce']
    for (const conversationId of ids) store.recordSend(question('x', { conversationId }))
    const found = (part: string): string[] => store.matchingConversations(part).map(({ id }) => id)
    expect(found('019A')).toEqual([ids[0]])
    expect(found('0ABCE')).toEqual([ids[1]])
    expect(found('019')).toHaveLength(2)
    expect(found(ids[0] ?? '')).toEqual([ids[0]])
    for (const none of ['%', '_', '0000-7000', '', 'ffff']) expect(found(none)).toEqual([])
  })

  it('a branch ends where its root is, and does not hang on a circle', () => {
    const store = openHistory()
    const chat = question('root')
    const first = converse(store, chat, 'one')
    const retry = converse(store, { ...chat, id: randomUUID() }, 'two')
    const texts = (id: string): string[] =>
      store.branch(chat.conversationId, id).map(({ content }) => content)
    expect(texts(first)).toEqual(['root', 'one'])
    expect(texts(retry)).toEqual(['root', 'two'])
    expect(texts(randomUUID())).toEqual([])
    const view = store.conversation(chat.conversationId)
    const [root] = store.messages(chat.conversationId)
    if (view === undefined || root === undefined) throw new Error('no conversation')
    store.recordConversation(view, [{ ...root, parentId: first }])
    expect(texts(first)).toEqual(['root', 'one'])
  })

  it('totalTokens counts every run, those of other branches too', () => {
    const store = openHistory()
    const chat = question('root')
    converse(store, chat, 'one')
    converse(store, { ...chat, id: randomUUID() }, 'two')
    expect(store.conversation(chat.conversationId)).toMatchObject({
      totalTokens: 14,
      messageCount: 3,
    })
  })
})

describe('prompts and drafts (L7)', () => {
  it('L7: prompts are newest first, without blanks and repeats in a row', () => {
    const path = historyPath()
    const first = openHistory(path)
    for (const text of ['a', 'b', 'b', ' ', 'a']) first.addPrompt(text)
    first.close()
    const store = openHistory(path)
    expect(store.prompts()).toEqual(['a', 'b', 'a'])
    expect(store.prompts(2)).toEqual(['a', 'b'])
  })

  it('L7: each conversation has its draft, and so has the one not begun yet', () => {
    const path = historyPath()
    const id = randomUUID()
    const first = openHistory(path)
    first.saveDraft(null, 'new')
    first.saveDraft(id, 'old')
    first.saveDraft(id, 'newer')
    first.close()
    const store = openHistory(path)
    expect([store.draft(null), store.draft(id), store.draft(randomUUID())]).toEqual([
      'new',
      'newer',
      '',
    ])
    store.saveDraft(id, '')
    expect(store.draft(id)).toBe('')
  })

  it('L7: a draft keeps what is attached to it, be its text empty', () => {
    const path = historyPath()
    const id = randomUUID()
    const attached = [{ name: 'a.txt', path: '/home/a.txt' }]
    const first = openHistory(path)
    first.saveDraft(id, '', attached)
    first.saveDraft(null, 'text', attached)
    first.close()
    const store = openHistory(path)
    expect([store.attached(id), store.attached(null)]).toEqual([attached, attached])
    store.saveDraft(null, 'text')
    expect([store.draft(null), store.attached(null)]).toEqual(['text', []])
  })
})
