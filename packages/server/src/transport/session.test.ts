import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChatGround, sha256 } from '../testing/chat-ground.ts'
import { STOPPED, type ScriptedCall } from '../testing/scripted-provider.ts'
import { chatRequest, type SessionClient } from '../testing/session-client.ts'

let ground: ChatGround
beforeEach(() => {
  ground = new ChatGround()
})
afterEach(() => ground.close())

const connect = (): SessionClient => ground.connect()
const callOf = (index?: number): Promise<ScriptedCall> => ground.callOf(index)

/** A run with three chunks whose only follower is gone. */
const streamed = async (): Promise<{
  request: ReturnType<typeof chatRequest>
  call: ScriptedCall
}> => {
  const first = connect()
  const request = chatRequest()
  first.send(request)
  const call = await callOf()
  for (const text of ['one', 'two', 'three']) call.delta(text)
  await first.wait('chunk', (chunk) => chunk.seq === 3)
  first.drop()
  return { request, call }
}

describe('a run on one socket', () => {
  it('L2, T94: seq goes 1, 2, 3 …, the end is last, and its sha256 is the text’s', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    for (const text of ['An ', 'answer', '.']) call.delta(text)
    call.end(STOPPED)
    const end = await client.wait('chunk', (chunk) => chunk.done)
    expect(client.textOf(request.id)).toBe('An answer.')
    expect(end).toMatchObject({
      seq: 4,
      status: 'completed',
      finishReason: 'stop',
      endedBy: 'provider',
      model: 'model',
      provider: 'scripted',
      textSha256: sha256('An answer.'),
      usage: { promptTokens: 1, completionTokens: 3, totalTokens: 4, source: 'estimated' },
    })
    expect(client.received.map((message) => message.type)).toEqual([
      'welcome',
      'accepted',
      'chunk',
      'chunk',
      'chunk',
      'chunk',
    ])
  })

  it('T14: a lone surrogate waits for its pair, across channels too', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('a\ud83d')
    call.delta('hm', 'reasoning')
    call.delta('\ude00b')
    call.delta('\ud83d')
    call.end(STOPPED)
    const end = await client.wait('chunk', (chunk) => chunk.done)
    const text = client
      .of('chunk')
      .filter((chunk) => !chunk.done && chunk.channel === undefined)
      .map((chunk) => chunk.delta)
    expect(text).toEqual(['a', '😀b', '\ufffd'])
    expect(end).toMatchObject({ textSha256: sha256('a😀b\ufffd') })
  })

  it('L1: what a client has seen is in the store', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('one')
    await client.wait('chunk')
    expect((await ground.store.unfinishedRuns())[0]?.chunks).toEqual([{ seq: 1, delta: 'one' }])
  })

  it('a refusal and reasoning come on channels of their own and are not the text', async () => {
    const client = connect()
    client.send(chatRequest())
    const call = await callOf()
    call.delta('thinking', 'reasoning')
    call.delta('I can not.', 'refusal')
    call.end({ ...STOPPED, finishReason: 'refusal' })
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      finishReason: 'refusal',
      textSha256: sha256(''),
    })
    expect(client.of('chunk').map((chunk) => ('channel' in chunk ? chunk.channel : null))).toEqual([
      'reasoning',
      'refusal',
      null,
    ])
  })

  it('an answer that would not fit a snapshot is capped: upstream_bad_response, partial kept', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    const megabyte = 'x'.repeat(1024 * 1024)
    for (let index = 0; index < 10; index += 1) call.delta(megabyte)
    const end = await client.wait('chunk', (chunk) => chunk.done)
    expect(end).toMatchObject({
      status: 'failed',
      endedBy: 'relay',
      error: { code: 'upstream_bad_response' },
    })
    expect(client.textOf(request.id)).toHaveLength(7 * 1024 * 1024)
  })
})

describe('L5: idempotent requests', () => {
  it('T89: the same request again replays the run, on another socket from the start', async () => {
    const first = connect()
    const request = chatRequest()
    first.send(request)
    const call = await callOf()
    call.delta('one')
    await first.wait('chunk')
    const second = connect()
    second.send(request)
    await second.wait('chunk')
    call.delta('two')
    call.end(STOPPED)
    await Promise.all([first, second].map((client) => client.wait('chunk', (chunk) => chunk.done)))
    expect(second.textOf(request.id)).toBe('onetwo')
    expect(second.of('accepted')[0]).toMatchObject({ duplicate: true })
    expect(second.of('resumed')[0]).toMatchObject({ mode: 'replay', seq: 1 })
    expect(ground.provider.calls).toHaveLength(1)
  })

  it('on a socket that follows the run, a repeat delivers nothing twice', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('one')
    await client.wait('chunk')
    client.send(request)
    await client.wait('resumed')
    call.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done)
    expect(client.textOf(request.id)).toBe('one')
  })

  it('T91: two sockets send the same id at once: one run', async () => {
    const clients = [connect(), connect(), connect()]
    const request = chatRequest()
    for (const client of clients) client.send(request)
    const call = await callOf()
    call.delta('one')
    call.end(STOPPED)
    await Promise.all(clients.map((client) => client.wait('chunk', (chunk) => chunk.done)))
    expect(clients.map((client) => client.textOf(request.id))).toEqual(['one', 'one', 'one'])
    expect(ground.provider.calls).toHaveLength(1)
  })

  it('T90: another body under the same id is idempotency_conflict, key order aside', async () => {
    const client = connect()
    const request = chatRequest({ params: { temperature: 1, topP: 1 } })
    client.send(request)
    await client.wait('accepted')
    client.send({ ...request, params: { topP: 1, temperature: 1 } })
    expect(await client.wait('accepted', (one) => one.duplicate)).toBeDefined()
    client.send({ ...request, model: 'scripted/model' })
    expect(await client.wait('error')).toMatchObject({
      for: 'chat',
      id: request.id,
      code: 'idempotency_conflict',
      retryable: false,
    })
  })

  it('a refused request has not taken its id', async () => {
    const client = connect()
    const request = chatRequest({ parentId: randomUUID() })
    client.send(request)
    expect(await client.wait('error')).toMatchObject({ code: 'unknown_parent', retryable: true })
    client.send({ ...request, parentId: null })
    expect(await client.wait('accepted')).toMatchObject({ duplicate: false })
  })
})

describe('resume', () => {
  it('gives the rest of a live run, then goes live', async () => {
    const { request, call } = await streamed()
    const client = connect()
    client.send({ type: 'resume', id: request.id, after: 1 })
    expect(await client.wait('resumed')).toMatchObject({ mode: 'replay', seq: 3 })
    call.delta('four')
    call.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done)
    expect(client.of('chunk').map((chunk) => [chunk.seq, chunk.delta])).toEqual([
      [2, 'two'],
      [3, 'three'],
      [4, 'four'],
      [5, ''],
    ])
  })

  it('T87: of a finished run, after its last chunk, gives the end alone', async () => {
    const { request, call } = await streamed()
    call.end(STOPPED)
    await vi.waitUntil(() => ground.chat.liveRuns === 0)
    const client = connect()
    client.send({ type: 'resume', id: request.id, after: 3 })
    expect(await client.wait('resumed')).toMatchObject({ mode: 'replay', seq: 4 })
    expect(await client.wait('chunk')).toMatchObject({ done: true, seq: 4 })
  })

  it('T84, T88: beyond the tail, and of an unknown run, is lost', async () => {
    const { request } = await streamed()
    const client = connect()
    for (const [id, after] of [
      [request.id, 4],
      [randomUUID(), 0],
    ] as const) {
      client.send({ type: 'resume', id, after })
      expect(await client.wait('resumed', (one) => one.id === id)).toEqual({
        type: 'resumed',
        id,
        conversationId: null,
        messageId: null,
        mode: 'lost',
        seq: 0,
      })
    }
  })

  it('T86: a trimmed journal gives a snapshot, then the end', async () => {
    const { request, call } = await streamed()
    call.delta('hm', 'reasoning')
    call.end(STOPPED)
    await vi.waitUntil(() => ground.chat.liveRuns === 0)
    await ground.store.trimJournals(Date.now() + 1000)
    const client = connect()
    client.send({ type: 'resume', id: request.id, after: 1 })
    expect(await client.wait('resumed')).toMatchObject({
      mode: 'snapshot',
      seq: 4,
      text: 'onetwothree',
      reasoning: 'hm',
    })
    expect(client.of('resumed')[0]).not.toHaveProperty('refusal')
    expect(await client.wait('chunk')).toMatchObject({ done: true, seq: 5 })
  })

  it('reads thousands of chunks from segments, and what is still in the log, as one stream', async () => {
    const first = connect()
    const request = chatRequest()
    first.send(request)
    const call = await callOf()
    for (let turn = 0; turn < 10; turn += 1) {
      for (let index = 0; index < 100; index += 1) call.delta(`${turn * 100 + index} `)
      await first.wait('chunk', (chunk) => chunk.seq === (turn + 1) * 100)
    }
    const second = connect()
    second.send({ type: 'resume', id: request.id, after: 0 })
    await second.wait('chunk', (chunk) => chunk.seq === 1000)
    call.end(STOPPED)
    await second.wait('chunk', (chunk) => chunk.done)
    expect(second.textOf(request.id)).toBe(first.textOf(request.id))
  })
})

describe('attach', () => {
  it('tells of runs, the starter too, with the question; no chunks come by attaching', async () => {
    const request = chatRequest()
    const [starter, watcher] = [connect(), connect()]
    for (const client of [starter, watcher]) {
      client.send({ type: 'attach', conversationId: request.conversationId })
      expect(await client.wait('attached')).toMatchObject({ runs: [] })
    }
    starter.send(request)
    const call = await callOf()
    call.delta('one')
    call.end(STOPPED)
    await watcher.wait('run', (run) => run.status === 'completed')
    await starter.wait('run', (run) => run.status === 'completed')
    expect(watcher.of('run')[0]).toMatchObject({
      id: request.id,
      status: 'started',
      messages: request.messages,
      parentId: request.messages[0]?.id,
    })
    expect(watcher.of('chunk')).toEqual([])
    expect(starter.received.findIndex((one) => one.type === 'accepted')).toBeLessThan(
      starter.received.findIndex((one) => one.type === 'run'),
    )
  })

  it('gives the live runs, and detach ends the news', async () => {
    const request = chatRequest()
    const [starter, watcher] = [connect(), connect()]
    starter.send(request)
    const call = await callOf()
    call.delta('one')
    await starter.wait('chunk')
    watcher.send({ type: 'attach', conversationId: request.conversationId })
    expect((await watcher.wait('attached')).runs).toMatchObject([
      { id: request.id, seq: 1, status: 'started' },
    ])
    watcher.send({ type: 'detach', conversationId: request.conversationId })
    watcher.send({ type: 'ping' })
    await watcher.wait('pong')
    call.end(STOPPED)
    await starter.wait('chunk', (chunk) => chunk.done)
    expect(watcher.of('run')).toEqual([])
  })
})

describe('errors', () => {
  it('a well-formed chat with a value out of range is answered for: chat and does not count', async () => {
    const client = connect()
    for (let index = 0; index < 12; index += 1) {
      client.send({ ...chatRequest(), params: { temperature: 3 } })
    }
    client.send({ type: 'ping' })
    await client.wait('pong')
    expect(client.of('error')).toHaveLength(12)
    expect(client.of('error')[0]).toMatchObject({ for: 'chat', code: 'bad_request' })
  })

  it('the tenth bad frame in a row is answered, then 4400', async () => {
    const client = connect()
    for (let index = 0; index < 9; index += 1) client.sendText('{"type":"nonsense"}')
    client.send({ type: 'ping' })
    for (let index = 0; index < 10; index += 1) client.sendText('not json')
    expect(await client.waitClosed()).toMatchObject({ code: 4400 })
    expect(client.of('error')).toHaveLength(19)
    expect(client.of('error').at(-1)).toMatchObject({ for: 'frame', code: 'bad_request' })
  })

  it('before hello, anything else is 4400, and a second hello is a bad frame', async () => {
    const client = ground.stranger()
    client.send({ type: 'ping' })
    expect(await client.waitClosed()).toMatchObject({ code: 4400 })
    const twice = connect().hello()
    expect(await twice.wait('error')).toMatchObject({ for: 'frame' })
  })

  it('T113: no hello in 10 s is 4408', async () => {
    vi.useFakeTimers()
    try {
      const client = ground.stranger()
      await vi.advanceTimersByTimeAsync(10_000)
      expect(client.closed).toMatchObject({ code: 4408 })
    } finally {
      vi.useRealTimers()
    }
  })

  it('an unknown exercise is not_found', async () => {
    const client = connect()
    client.send(chatRequest({ exercise: { slug: 'nobody-wrote-it' } }))
    expect(await client.wait('error')).toMatchObject({ for: 'chat', code: 'not_found' })
  })

  it('an unknown model is model_not_found; draining is draining', async () => {
    const client = connect()
    client.send(chatRequest({ model: 'nobody/knows' }))
    expect(await client.wait('error')).toMatchObject({ for: 'chat', code: 'model_not_found' })
    await ground.chat.drain(0)
    client.send(chatRequest())
    expect(await client.wait('error', (error) => error.code === 'draining')).toMatchObject({
      retryable: true,
    })
  })

  it('beyond maxInflight a chat is concurrency_limited, and a place is free after an end', async () => {
    const client = connect()
    for (let index = 0; index < 17; index += 1) client.send(chatRequest())
    expect(await client.wait('error')).toMatchObject({
      code: 'concurrency_limited',
      retryable: true,
    })
    expect(ground.provider.calls).toHaveLength(16)
    ground.provider.calls[0]?.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done)
    client.send(chatRequest())
    await callOf(16)
  })
})
