import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  accept,
  converse,
  endOf,
  historyPath,
  openHistory,
  question,
  user,
} from './testing/history.ts'

describe('questions (L7)', () => {
  it('L7: a question is in the history and in the outbox before it is sent, also for the next start', () => {
    const path = historyPath()
    const chat = question('What is a monad?', { model: 'openai/gpt-5', params: { temperature: 0 } })
    const first = openHistory(path)
    first.recordSend(chat)
    first.close()
    const store = openHistory(path)
    expect(store.openRuns()).toEqual([
      { runId: chat.id, conversationId: chat.conversationId, messageId: null, seq: 0, chat },
    ])
    expect(store.messages(chat.conversationId)).toMatchObject([
      {
        role: 'user',
        content: 'What is a monad?',
        status: 'completed',
        parentId: null,
        runId: null,
      },
    ])
  })

  it('the outbox keeps the order in which questions were asked', () => {
    const store = openHistory()
    const chats = ['a', 'b', 'c'].map((text) => question(text))
    for (const chat of chats) store.recordSend(chat)
    expect(store.openRuns().map(({ runId }) => runId)).toEqual(chats.map(({ id }) => id))
    expect(store.openRuns(chats[1]?.conversationId).map(({ chat }) => chat)).toEqual([chats[1]])
  })

  it('L5: the same question told twice is one', () => {
    const store = openHistory()
    const chat = question('once')
    store.recordSend(chat)
    store.recordSend(chat)
    expect(store.openRuns()).toHaveLength(1)
    expect(store.conversation(chat.conversationId)?.messageCount).toBe(1)
  })

  it('a queued question takes another place and another text', () => {
    const store = openHistory()
    const first = question('first')
    const answer = converse(store, first, 'yes')
    const queued = question('secnd', { conversationId: first.conversationId, follows: first.id })
    store.recordSend(queued)
    const [message] = queued.messages
    if (message === undefined) throw new Error('no message')
    const { follows: _follows, ...rest } = queued
    const placed = { ...rest, parentId: answer, messages: [{ ...message, content: 'second' }] }
    store.recordSend(placed)
    expect(store.openRuns()[0]?.chat).toEqual(placed)
    expect(store.messages(first.conversationId).at(-1)).toMatchObject({
      content: 'second',
      parentId: answer,
    })
    expect(store.search('secnd')).toEqual([])
    expect(store.search('second')).toHaveLength(1)
  })

  it('a queued question whose whole branch is sent stands where it stood', () => {
    const store = openHistory()
    const first = question('first')
    const answer = converse(store, first, 'yes')
    const second = question('second', { conversationId: first.conversationId, parentId: answer })
    store.recordSend(second)
    const before = store.messages(first.conversationId)
    const branch = before.map(({ id, role, content }) => ({ id, role, content }))
    store.recordSend({ ...second, parentId: null, messages: branch })
    expect(store.messages(first.conversationId)).toEqual(before)
    expect(store.openRuns()[0]?.chat.messages).toHaveLength(3)
  })

  it('withdraw takes the question along, and the conversation if it was all of it', () => {
    const store = openHistory()
    const chat = question('never mind')
    store.recordSend(chat)
    store.withdraw(chat.id)
    expect(store.openRuns()).toEqual([])
    expect(store.conversations()).toEqual([])
    expect(store.search('never')).toEqual([])
  })

  it('withdraw leaves a question that has an answer, and one that was accepted', () => {
    const store = openHistory()
    const chat = question('again?')
    converse(store, chat, 'once')
    const retry = { ...chat, id: randomUUID() }
    store.recordSend(retry)
    store.withdraw(retry.id)
    expect(store.messages(chat.conversationId)).toHaveLength(2)
    const accepted = question('too late')
    store.recordSend(accepted)
    accept(store, accepted)
    store.withdraw(accepted.id)
    expect(store.openRuns().map(({ runId }) => runId)).toEqual([accepted.id])
  })

  it('a refused question leaves the outbox and stays, marked with why, until it is asked again', () => {
    const store = openHistory()
    const chat = question('please')
    store.recordSend(chat)
    store.recordRefused(chat.id, 'No such model.')
    expect(store.openRuns()).toEqual([])
    const [refused] = store.messages(chat.conversationId)
    expect(refused).toMatchObject({ status: 'failed', error: 'No such model.' })
    store.recordSend({ ...chat, id: randomUUID() })
    const [asked] = store.messages(chat.conversationId)
    expect(asked).toMatchObject({ status: 'completed', error: null })
  })
})

describe('answers', () => {
  it('L7: an answer under way is read as far as it has come, and goes on after a restart', () => {
    const path = historyPath()
    const first = openHistory(path)
    const chat = question('tell me')
    first.recordSend(chat)
    const messageId = accept(first, chat)
    first.recordChunks([
      { runId: chat.id, seq: 1, delta: 'let me think', channel: 'reasoning' },
      { runId: chat.id, seq: 2, delta: 'One ' },
      { runId: chat.id, seq: 3, delta: 'two' },
    ])
    first.close()
    const store = openHistory(path)
    expect(store.openRuns(chat.conversationId)).toMatchObject([{ messageId, seq: 3, chat }])
    store.recordChunks([{ runId: chat.id, seq: 4, delta: ' three' }])
    const partial = { content: 'One two three', reasoning: 'let me think', status: 'started' }
    expect(store.messages(chat.conversationId)[1]).toMatchObject({ ...partial, id: messageId })
    expect(store.branch(chat.conversationId, messageId)[1]).toMatchObject(partial)
  })

  it('L3: the end folds text, reasoning and refusal into the message and is counted once', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([
      { runId: chat.id, seq: 1, delta: 'hm', channel: 'reasoning' },
      { runId: chat.id, seq: 2, delta: 'text' },
      { runId: chat.id, seq: 3, delta: 'no', channel: 'refusal' },
    ])
    const cost = { amount: 0.0012, currency: 'USD' }
    const spoke = { model: 'model-2', provider: 'provider-2', cost }
    const end = endOf(chat.id, 4, 'text', { finishReason: 'refusal', ...spoke })
    store.recordEnd(chat.id, end)
    store.recordEnd(chat.id, { ...end, status: 'failed' })
    store.recordChunks([{ runId: chat.id, seq: 4, delta: 'late' }])
    expect(store.messages(chat.conversationId)[1]).toMatchObject({
      content: 'text',
      reasoning: 'hm',
      refusal: 'no',
      status: 'completed',
      finishReason: 'refusal',
      ...spoke,
      runId: chat.id,
      usage: end.usage,
      error: null,
    })
    expect(store.openRuns()).toEqual([])
    expect(store.conversation(chat.conversationId)?.totalTokens).toBe(7)
  })

  it('a failure keeps the partial text and says why', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'half' }])
    const error = { code: 'upstream_eof', message: 'It just stopped.', retryable: true } as const
    store.recordEnd(
      chat.id,
      endOf(chat.id, 2, 'half', { status: 'failed', finishReason: null, error }),
    )
    expect(store.messages(chat.conversationId)[1]).toMatchObject({
      content: 'half',
      status: 'failed',
      error: 'It just stopped.',
    })
  })

  it('a hole stays open: what lies behind it is not kept, and the end waits for what is missing', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'a' }])
    store.recordChunks([{ runId: chat.id, seq: 3, delta: 'c' }])
    store.recordEnd(chat.id, endOf(chat.id, 4, 'abc'))
    expect(store.openRuns()).toMatchObject([{ seq: 1 }])
    store.recordChunks([
      { runId: chat.id, seq: 2, delta: 'b' },
      { runId: chat.id, seq: 3, delta: 'c' },
    ])
    store.recordEnd(chat.id, endOf(chat.id, 4, 'abc'))
    expect(store.messages(chat.conversationId)[1]).toMatchObject({
      content: 'abc',
      status: 'completed',
    })
  })

  it('a snapshot takes the place of what there was, whatever seq it names', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'wrong' }])
    store.recordReplaced(chat.id, { seq: 9, text: 'right', reasoning: 'why', refusal: '' })
    expect(store.openRuns()).toMatchObject([{ seq: 9 }])
    store.recordReplaced(chat.id, { seq: 2, text: 'right!', reasoning: 'why', refusal: '' })
    store.recordEnd(chat.id, endOf(chat.id, 10, 'right!'))
    expect(store.messages(chat.conversationId)[1]).toMatchObject({
      content: 'right!',
      reasoning: 'why',
      status: 'completed',
    })
  })

  it('a relay that lost the run and began it anew leaves what had come', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'first try' }])
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'second try' }])
    store.recordEnd(chat.id, endOf(chat.id, 2, 'second try'))
    expect(store.messages(chat.conversationId).slice(1)).toMatchObject([
      { content: 'first try', status: 'failed' },
      { content: 'second try', status: 'completed' },
    ])
  })

  it('an accepted run that the relay will not end keeps its text and is marked', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'half' }])
    store.recordRefused(chat.id, 'The relay does not know it any more.')
    expect(store.openRuns()).toEqual([])
    expect(store.messages(chat.conversationId)).toMatchObject([
      { status: 'completed', error: null },
      { content: 'half', status: 'failed', error: 'The relay does not know it any more.' },
    ])
  })

  it('news of runs and conversations that are not here change nothing', () => {
    const store = openHistory()
    const id = randomUUID()
    store.recordAccepted(id, { messageId: randomUUID(), model: 'm', provider: 'p' })
    store.recordChunks([{ runId: id, seq: 1, delta: 'x' }])
    store.recordReplaced(id, { seq: 1, text: 'x', reasoning: '', refusal: '' })
    store.recordEnd(id, endOf(id, 1, ''))
    store.recordRefused(id, 'why')
    store.withdraw(id)
    expect(store.conversations()).toEqual([])
    expect(store.messages(id)).toEqual([])
    expect(store.conversation(id)).toBeUndefined()
    expect(store.rename(id, 'x')).toBe(false)
    expect(store.delete(id)).toBe(false)
  })
})

describe('runs of other terminals', () => {
  it('a question asked elsewhere is kept here, follows the newest answer and is followed', () => {
    const store = openHistory()
    const mine = question('mine')
    const answer = converse(store, mine, 'yes')
    const theirs = user('theirs')
    const runId = randomUUID()
    const messageId = randomUUID()
    const news = {
      runId,
      conversationId: mine.conversationId,
      messageId,
      parentId: theirs.id,
      messages: [theirs],
    }
    store.recordForeignRun(news)
    store.recordForeignRun(news)
    store.recordChunks([{ runId, seq: 1, delta: 'hello' }])
    expect(store.openRuns()).toMatchObject([{ runId, messageId, seq: 1 }])
    store.recordEnd(runId, endOf(runId, 2, 'hello'))
    expect(store.branch(mine.conversationId, messageId).map(({ content }) => content)).toEqual([
      'mine',
      'yes',
      'theirs',
      'hello',
    ])
    expect(store.messages(mine.conversationId).find(({ id }) => id === theirs.id)?.parentId).toBe(
      answer,
    )
  })

  it('two processes that share the file may both record one run', () => {
    const path = historyPath()
    const asker = openHistory(path)
    const watcher = openHistory(path)
    const chat = question('shared')
    asker.recordSend(chat)
    const messageId = randomUUID()
    watcher.recordForeignRun({
      runId: chat.id,
      conversationId: chat.conversationId,
      messageId,
      parentId: chat.messages[0]?.id ?? null,
      messages: chat.messages,
    })
    asker.recordAccepted(chat.id, { messageId, model: 'm', provider: 'p' })
    for (const store of [asker, watcher]) {
      store.recordChunks([{ runId: chat.id, seq: 1, delta: 'one' }])
    }
    watcher.recordChunks([{ runId: chat.id, seq: 2, delta: ' two' }])
    asker.recordChunks([{ runId: chat.id, seq: 2, delta: ' two' }])
    for (const store of [asker, watcher]) store.recordEnd(chat.id, endOf(chat.id, 3, 'one two'))
    expect(asker.messages(chat.conversationId)).toMatchObject([
      { content: 'shared' },
      { id: messageId, content: 'one two', status: 'completed' },
    ])
    expect(watcher.conversation(chat.conversationId)).toMatchObject({
      model: 'p/m',
      messageCount: 2,
      totalTokens: 7,
    })
  })

  it('a live run found by attaching, without its question, has its answer here', () => {
    const store = openHistory()
    const [runId, conversationId, messageId, parentId] = [
      randomUUID(),
      randomUUID(),
      randomUUID(),
      randomUUID(),
    ]
    store.recordForeignRun({ runId, conversationId, messageId, parentId, messages: [] })
    expect(store.messages(conversationId)).toMatchObject([{ id: messageId, parentId }])
    expect(store.openRuns()).toMatchObject([{ messageId, chat: { messages: [] } }])
  })
})

describe('what a relay knows (after `lost`)', () => {
  it('adds messages, completes answers and corrects places; twice is once', () => {
    const store = openHistory()
    const chat = question('tell me')
    store.recordSend(chat)
    const messageId = accept(store, chat)
    store.recordChunks([{ runId: chat.id, seq: 1, delta: 'ha' }])
    const [asked] = store.messages(chat.conversationId)
    if (asked === undefined) throw new Error('no question')
    const usage = {
      promptTokens: 1,
      completionTokens: 1,
      totalTokens: 2,
      source: 'provider',
    } as const
    const base = { finishReason: null, usage: null, model: null, createdAt: asked.createdAt }
    const messages = [
      {
        ...base,
        id: asked.id,
        parentId: null,
        role: 'user',
        content: 'tell me',
        status: 'completed',
      },
      {
        ...base,
        id: messageId,
        parentId: asked.id,
        role: 'assistant',
        content: 'half',
        status: 'failed',
        usage,
      },
      {
        ...base,
        id: randomUUID(),
        parentId: messageId,
        role: 'user',
        content: 'elsewhere',
        status: 'completed',
      },
    ] as const
    const view = store.conversation(chat.conversationId)
    if (view === undefined) throw new Error('no conversation')
    const known = { ...view, title: 'Named there', totalTokens: 5 }
    store.recordConversation(known, messages)
    store.recordConversation(known, messages)
    expect(store.openRuns()).toEqual([])
    expect(store.messages(chat.conversationId)).toMatchObject([
      { content: 'tell me' },
      { content: 'half', status: 'failed', usage },
      { content: 'elsewhere', parentId: messageId },
    ])
    expect(store.conversation(chat.conversationId)).toMatchObject({
      title: 'Named there',
      messageCount: 3,
      totalTokens: 5,
    })
    expect(store.search('half')).toHaveLength(1)
  })
})
