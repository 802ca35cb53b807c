/** How runs end for the sockets that follow them. */
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

describe('L6: leaving and cancelling', () => {
  it('a lost socket leaves the run going', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    client.drop()
    await new Promise(setImmediate)
    expect(call.call.signal.aborted).toBe(false)
    call.delta('alone')
    call.end(STOPPED)
    await vi.waitUntil(() => ground.chat.liveRuns === 0)
    expect(await ground.store.messages('local', request.conversationId)).toMatchObject([
      { role: 'user', content: 'Why?' },
      { role: 'assistant', content: 'alone', status: 'completed' },
    ])
  })

  it('T103: after orphan_timeout_secs without a follower the run ends cancelled, by the relay', async () => {
    ground.orphanTimeoutMs = 20
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('partial')
    await client.wait('chunk')
    client.drop()
    await vi.waitUntil(() => call.call.signal.aborted)
    await vi.waitUntil(() => ground.chat.liveRuns === 0)
    const second = connect()
    second.send({ type: 'resume', id: request.id, after: 0 })
    expect(await second.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      status: 'cancelled',
      endedBy: 'relay',
      finishReason: null,
    })
    expect(second.textOf(request.id)).toBe('partial')
  })

  it('T98: a cancel right behind the chat, before anything was accepted', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      seq: 1,
      status: 'cancelled',
      endedBy: 'user',
    })
  })

  it('from another socket: the canceller gets the end alone, the follower the end of its stream', async () => {
    const follower = connect()
    const request = chatRequest()
    follower.send(request)
    const call = await callOf()
    call.delta('one')
    await follower.wait('chunk')
    const other = connect()
    other.send({ type: 'cancel', id: request.id })
    await other.wait('chunk')
    await follower.wait('chunk', (chunk) => chunk.done)
    expect(other.of('chunk')).toHaveLength(1)
    expect(other.of('chunk')[0]).toMatchObject({ done: true, seq: 2, status: 'cancelled' })
    expect(follower.textOf(request.id)).toBe('one')
  })

  it('T100, T101: after the end there is no answer; an unknown run is not_found', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done)
    const before = client.received.length
    client.send({ type: 'cancel', id: request.id })
    client.send({ type: 'ping', n: 7 })
    await client.wait('pong')
    expect(client.received).toHaveLength(before + 1)
    client.send({ type: 'cancel', id: randomUUID() })
    expect(await client.wait('error')).toMatchObject({ for: 'cancel', code: 'not_found' })
  })
})

describe('L3: exactly one end', () => {
  it('T93: cancel, provider’s end, orphan time-out and drain at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const client = connect()
      const request = chatRequest()
      client.send(request)
      const call = await callOf(round)
      call.delta('x')
      client.send({ type: 'cancel', id: request.id })
      if (round % 2 === 0) call.end(STOPPED)
      await client.wait('chunk', (chunk) => chunk.done)
      call.delta('late')
      call.end(STOPPED)
      await new Promise(setImmediate)
      expect(client.of('chunk').filter((chunk) => chunk.done)).toHaveLength(1)
    }
  })

  it('T97: a provider that ignores an abort is not waited for', async () => {
    ground.provider.stream = (call, emit) => {
      emit({ channel: 'text', text: 'deaf' })
      ground.provider.calls.push({ call, delta: () => {}, emit: () => {}, end: () => {} })
      return new Promise(() => {})
    }
    const client = connect()
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk')
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({ status: 'cancelled' })
  })
})

describe('T134: a store that fails in mid-run', () => {
  it('ends the run as internal with what was persisted, and the relay goes on', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('kept')
    await client.wait('chunk')
    const append = vi.spyOn(ground.store, 'append').mockImplementation(() => {
      throw new Error('the disk is full')
    })
    call.delta(' lost')
    const end = await client.wait('chunk', (chunk) => chunk.done)
    expect(end).toMatchObject({
      seq: 2,
      status: 'failed',
      endedBy: 'relay',
      error: { code: 'internal', message: 'the disk is full' },
      textSha256: sha256('kept'),
    })
    expect(call.call.signal.aborted).toBe(true)
    append.mockRestore()
    client.send(chatRequest())
    const next = await callOf(1)
    next.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done && chunk.id !== request.id)
    expect(ground.warnings).toContain('the journal could not be written')
  })
})

describe('ephemeral runs', () => {
  it('leave nothing in the store and are resumed from memory', async () => {
    const client = connect()
    const request = chatRequest({ ephemeral: true })
    client.send(request)
    const call = await callOf()
    call.delta('secret')
    call.end(STOPPED)
    await client.wait('chunk', (chunk) => chunk.done)
    expect(await ground.store.findRun('local', request.id)).toBeUndefined()
    expect(await ground.store.conversation('local', request.conversationId)).toBeUndefined()
    const second = connect()
    second.send({ type: 'resume', id: request.id, after: 0 })
    await second.wait('chunk', (chunk) => chunk.done)
    expect(second.textOf(request.id)).toBe('secret')
  })
})

describe('T133: deleting a conversation during its run', () => {
  it('cancels the run and does not bring it back', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    const call = await callOf()
    call.delta('gone')
    await client.wait('chunk')
    expect(await ground.chat.deleteConversation({ userId: 'local' }, request.conversationId)).toBe(
      true,
    )
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({ status: 'cancelled' })
    client.send({ type: 'resume', id: request.id, after: 0 })
    expect(await client.wait('resumed')).toMatchObject({ mode: 'lost' })
  })
})
