import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LocalStore } from './local-store.ts'
import { INDEXED_LENGTH } from './search-index.ts'
import { accept, converse, endOf, historyPath, openHistory, question } from './testing/history.ts'
import { fillConversations } from './testing/large-history.ts'

function historyWith(...texts: string[]): LocalStore {
  const store = openHistory()
  for (const text of texts) store.recordSend(question(text))
  return store
}

const snippets = (store: LocalStore, query: string): string[] =>
  store.search(query).map(({ snippet }) => snippet)

describe('search', () => {
  it.each([
    ['user', 'call «getUserName» now'],
    ['username', 'call «getUserName» now'],
    ['getUserName', 'call «getUserName» now'],
    ['getusername', 'call «getUserName» now'],
    ['get_user', 'call «getUser»Name now'],
    ['nam', 'call get«User»Name now'],
  ])('finds the identifier getUserName by %s', (query) => {
    expect(snippets(historyWith('call getUserName now', 'something else'), query)).toHaveLength(1)
  })

  it.each([
    ['user', 'call get«User»Name now'],
    ['username', 'call get«UserName» now'],
    ['getUserN', 'call «getUserName» now'],
    ['call now', '«call» getUserName «now»'],
  ])('marks the place of %s', (query, snippet) => {
    expect(snippets(historyWith('call getUserName now'), query)).toEqual([snippet])
  })

  it.each([
    ['京都', '東«京都»庁に行く'],
    ['東京都', '«東京都»庁に行く'],
    ['庁', '東京都«庁に»行く'],
    ['く', '東京都庁に行«く»'],
  ])('finds CJK by any run of characters: %s', (query, snippet) => {
    expect(snippets(historyWith('東京都庁に行く', '大阪に行こう'), query)).toEqual([snippet])
  })

  it('characters that only stand apart are no hit', () => {
    expect(snippets(historyWith('東方と京都'), '東京')).toEqual([])
  })

  it('every word must be there, the last may be a beginning', () => {
    const store = historyWith('the relay resumes', 'the relay drains')
    expect(snippets(store, 'relay resu')).toEqual(['the «relay» «resumes»'])
    expect(snippets(store, 'rela resumes')).toEqual([])
  })

  it.each([
    '"',
    '"relay',
    "it's",
    'a AND',
    'NOT',
    'OR relay',
    'NEAR(',
    '(*',
    'words:x',
    '^a',
    '-',
    '{a b}:',
    '\0',
    '',
    '   ',
  ])('operators and quotes are harmless: %j', (query) => {
    expect(() => historyWith('the relay').search(query)).not.toThrow()
  })

  it('for any query there is an answer, and none is an error', () => {
    const store = historyWith('some text', '東京')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(store.search(query)).toBeInstanceOf(Array)
      }),
    )
  })

  it('for any text: each of its words finds it', () => {
    const store = openHistory()
    const word = fc.stringMatching(/^[A-Za-z0-9_\u00c0-\u017f\u4e00-\u4e10\uac00-\uac10]{1,12}$/u)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const chat = question(words.join(' '))
        store.recordSend(chat)
        for (const each of words.filter((text) => /[^_]/.test(text))) {
          const found = store.search(each, 10_000).map(({ messageId }) => messageId)
          expect(found).toContain(chat.messages[0]?.id)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('the better hit comes first, then the newer one', () => {
    const store = historyWith(
      `drain ${'and other words '.repeat(30)}`,
      'drain the relay',
      'drain the relay',
    )
    const hits = store.search('drain')
    const newest = store.conversations().map(({ id }) => id)
    expect(hits.map(({ conversationId }) => conversationId)).toEqual([
      newest[0],
      newest[1],
      newest[2],
    ])
  })

  it('a hit has the fields of CONTRACT.md §3, and the limit holds', () => {
    const store = openHistory()
    const chat = question('where is the needle')
    const messageId = converse(store, chat, 'the needle is here')
    const hits = store.search('needle')
    expect(hits).toHaveLength(2)
    expect(hits.find((hit) => hit.messageId === messageId)).toEqual({
      conversationId: chat.conversationId,
      messageId,
      title: 'where is the needle',
      role: 'assistant',
      snippet: 'the «needle» is here',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    expect(store.search('needle', 1)).toHaveLength(1)
  })

  it('an answer under way is found, and after its end once', () => {
    const store = openHistory()
    const chat = question('q')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([
      { runId: chat.id, seq: 1, delta: 'a hay' },
      { runId: chat.id, seq: 2, delta: 'stack' },
    ])
    expect(snippets(store, 'haystack')).toEqual(['a «haystack»'])
    store.recordEnd(chat.id, endOf(chat.id, 3, 'a haystack'))
    expect(snippets(store, 'haystack')).toEqual(['a «haystack»'])
  })

  it('a long text is cut around the place with the most words, never inside a character', () => {
    const filler = '👩🏽‍💻 lorem ipsum '.repeat(50)
    const [snippet = ''] = snippets(
      historyWith(`alpha ${filler} alpha beta\n\ngamma ${filler}`),
      'alpha beta gamma',
    )
    expect(snippet).toMatch(/^….* «alpha» «beta» «gamma» .*…$/)
    expect(snippet.length).toBeLessThan(260)
    expect(snippet.isWellFormed()).toBe(true)
  })

  it('the place of a hit is found at the end of a very long text too', () => {
    const log = 'line of a log\n'.repeat(10_000)
    const store = historyWith(`alpha ${log} then beta and gamma`)
    expect(snippets(store, 'gamma')).toEqual([expect.stringMatching(/then beta and «gamma»$/)])
    expect(snippets(store, 'beta gamma')).toEqual([expect.stringContaining('«beta» and «gamma»')])
  })

  it('the last word as it stands comes before words that begin with it', () => {
    const store = historyWith('a server', 'the servers', 'the serve')
    expect(snippets(store, 'serve')).toEqual(['the «serve»', 'the «servers»', 'a «server»'])
  })

  it('in a large history a beginning of two letters is looked up, but not for somebody who still types', () => {
    const path = historyPath()
    fillConversations(path, 10_001)
    const store = openHistory(path)
    store.recordSend(question('an unusual word'))
    const found = (query: string, effort: 'whole' | 'quick'): number =>
      store.search(query, 5, effort).length
    expect([found('un', 'whole'), found('un', 'quick'), found('unu', 'quick')]).toEqual([1, 0, 1])
    expect([found('an', 'whole'), found('an', 'quick')]).toEqual([1, 1])
    expect(historyWith('an unusual word').search('un', 5, 'quick')).toHaveLength(1)
  })

  it('words that most messages have do not spoil the order of the rare ones', () => {
    const store = openHistory()
    for (let count = 0; count < 2100; count++) store.recordSend(question(`common ${count}`))
    store.recordSend(question(`rare common ${'and other words '.repeat(30)}`))
    store.recordSend(question('rare common'))
    store.recordSend(question('rare'))
    const found = snippets(store, 'common rare')
    expect(found).toEqual(['«rare» «common»', expect.stringContaining('«rare» «common» and')])
    expect(snippets(store, 'common')[0]).toBe('rare «common»')
  })

  it('the words of a refusal are found', () => {
    const store = openHistory()
    const chat = question('q')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'I must decline', channel: 'refusal' }])
    store.recordEnd(chat.id, endOf(chat.id, 2, ''))
    expect(snippets(store, 'decline')).toEqual(['I must «decline»'])
  })

  it('of a very long text the beginning is found', () => {
    const store = historyWith(`beginning ${'x'.repeat(INDEXED_LENGTH)} ending`)
    expect(snippets(store, 'beginning')).toHaveLength(1)
    expect(snippets(store, 'ending')).toEqual([])
  })

  it('titles follow a rename', () => {
    const store = historyWith('find me')
    const [conversation] = store.conversations()
    store.rename(conversation?.id ?? randomUUID(), 'Renamed')
    expect(store.search('find')[0]?.title).toBe('Renamed')
  })
})
