import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  accept,
  bytesOnDisk,
  converse,
  endOf,
  historyPath,
  openHistory,
  question,
} from './testing/history.ts'

/** A word that nothing else has, so that it can be looked for in the bytes. */
const secretWord = (): string => `zq${randomUUID().replaceAll('-', '')}`

describe('delete erases the bytes', () => {
  it('of question, answer, reasoning, index, prompt and draft, in the file and its WAL, while it stays open', () => {
    const path = historyPath()
    const store = openHistory(path)
    const keep = question('keep me')
    converse(store, keep, 'kept answer')
    const [asked, answered, thought, drafted, titled] = Array.from({ length: 5 }, secretWord)
    const chat = question(`about ${asked}`)
    store.addPrompt(` about ${asked}\n`)
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([
      { runId: chat.id, seq: 1, delta: `think ${thought}`, channel: 'reasoning' },
      { runId: chat.id, seq: 2, delta: `answer ${answered}` },
    ])
    store.recordEnd(chat.id, endOf(chat.id, 3, `answer ${answered}`))
    store.saveDraft(chat.conversationId, `draft ${drafted}`)
    store.rename(chat.conversationId, `title ${titled}`)
    const words = [asked, answered, thought, drafted, titled].map(String)
    const left = (): string[] => words.filter((word) => bytesOnDisk(path).includes(word))
    expect(left()).toEqual(words)
    expect(store.delete(chat.conversationId)).toBe(true)
    expect(left()).toEqual([])
    expect(bytesOnDisk(path).includes('kept answer')).toBe(true)
    expect(store.search('kept')).toHaveLength(1)
    expect(store.prompts()).toEqual([])
    store.close()
    expect(left()).toEqual([])
  })

  it('also while another process has the history open', () => {
    const path = historyPath()
    const store = openHistory(path)
    const other = openHistory(path)
    const secret = secretWord()
    const chat = question(secret)
    converse(store, chat, `${secret} ${secret}`)
    expect(other.messages(chat.conversationId)).toHaveLength(2)
    store.delete(chat.conversationId)
    expect(bytesOnDisk(path).includes(secret)).toBe(false)
    expect(other.conversation(chat.conversationId)).toBeUndefined()
  })

  it('of conversations that many others are mixed with', () => {
    const path = historyPath()
    const store = openHistory(path)
    const secret = secretWord()
    const doomed = Array.from({ length: 4 }, () => randomUUID())
    const kept = Array.from({ length: 4 }, () => randomUUID())
    for (let round = 0; round < 25; round++) {
      for (const [index, conversationId] of doomed.entries()) {
        const text = `${secret}-${index}-${round} `.repeat(1 + ((round * 37) % 90))
        converse(store, question(text, { conversationId }), text)
      }
      for (const conversationId of kept) {
        converse(
          store,
          question('hold '.repeat(round * 9), {
            conversationId,
            messages: [{ id: randomUUID(), role: 'user', content: 'hold on' }],
          }),
          'ok '.repeat(round * 11),
        )
      }
    }
    for (const id of doomed) store.delete(id)
    expect(bytesOnDisk(path).includes(secret)).toBe(false)
    expect(
      store
        .conversations()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(kept.toSorted())
    expect(store.search('hold', 1000)).toHaveLength(100)
  })

  it('prune deletes what nothing has happened in since, and tells which', () => {
    let now = 1_000_000
    const path = historyPath()
    const store = openHistory(path, { now: () => now })
    const secret = secretWord()
    const [old, revived, fresh] = [question(secret), question('revived'), question('fresh')]
    converse(store, old, secret)
    converse(store, revived, 'x')
    now = 2_000_000
    converse(store, question('more', { conversationId: revived.conversationId }), 'y')
    converse(store, fresh, 'z')
    expect(store.prune(1_500_000)).toEqual([old.conversationId])
    expect(store.prune(1_500_000)).toEqual([])
    expect(bytesOnDisk(path).includes(secret)).toBe(false)
    expect(store.conversations()).toHaveLength(2)
  })

  it('chunks of a deleted conversation that still come are not kept', () => {
    const store = openHistory()
    const chat = question('going')
    store.recordSend(chat)
    accept(store, chat)
    store.delete(chat.conversationId)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'ghost' }])
    store.recordEnd(chat.id, endOf(chat.id, 2, 'ghost'))
    expect(store.conversations()).toEqual([])
    expect(store.search('ghost')).toEqual([])
  })
})
