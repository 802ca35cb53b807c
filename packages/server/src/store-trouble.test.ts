/** T134: a disk that is full, a database that is locked, in the middle of answers. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { MAX_FRAME_BYTES } from '@speak-code/protocol'
import {
  DONE_EVENT,
  deltaEvent,
  finishEvent,
  roleEvent,
  startMockUpstream,
  temporaryFolder,
  type MockUpstream,
  type TemporaryFolder,
} from '@speak-code/testkit'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Chat } from './chat/chat.ts'
import { loadConfig } from './config/index.ts'
import { startRelay } from './server.ts'
import { StoreFailure } from './store/errors.ts'
import { openMemoryStore, openSqliteStore } from './store/index.ts'
import type { Store } from './store/store.ts'
import { RelayClient } from './testing/relay-client.ts'
import { askOnce } from './testing/router.ts'
import { ScriptedProvider, STOPPED } from './testing/scripted-provider.ts'
import { chatRequest, SessionClient } from './testing/session-client.ts'

const delta = (text: string): string => deltaEvent('gpt-5-mini', text)
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

let folder: TemporaryFolder
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => {
  folder.remove()
})

describe('another process holds relay.db', () => {
  let upstream: MockUpstream
  beforeAll(async () => {
    upstream = await startMockUpstream()
  })
  afterAll(() => upstream.stop())

  it('deltas flow, others are served, /ready says no; the end comes when it is let go', async () => {
    await upstream.script({
      body: [
        roleEvent('gpt-5-mini') + delta('one '),
        { gate: 'locked' },
        // More than a segment.
        delta('two ').repeat(300) + finishEvent('gpt-5-mini', 'stop') + DONE_EVENT,
      ],
    })
    const relay = await startRelay({
      config: () => loadConfig('/nonexistent'),
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url },
      dataDir: folder.path,
      listen: { host: '127.0.0.1', port: 0 },
      private: false,
      version: '0',
      log: { file: join(folder.path, 'log') },
    })
    const url = relay.addresses[0] ?? ''
    const ready = async (): Promise<number> =>
      (await fetch(url.replace(/^ws/, 'http').replace('/ws/chat', '/ready'))).status
    const other = new SqliteDatabase(join(folder.path, 'relay.db'))
    try {
      const client = await RelayClient.open(url)
      const request = chatRequest()
      client.send(request)
      await client.wait('chunk')
      expect(await ready()).toBe(200)
      other.exec('BEGIN EXCLUSIVE')
      await upstream.open('locked')
      await client.wait('chunk', ({ seq }) => seq === 301)
      expect(await ready()).toBe(503)
      const second = await RelayClient.open(url)
      second.send(chatRequest())
      expect(await second.wait('error')).toMatchObject({
        for: 'chat',
        code: 'internal',
        retryable: true,
        message: 'The relay’s store is locked by another process.',
      })
      const unkept = chatRequest({ ephemeral: true })
      second.send(unkept)
      await second.wait('chunk', ({ id, done }) => id === unkept.id && done)
      expect(client.of('chunk').some(({ done }) => done)).toBe(false)
      other.exec('ROLLBACK')
      expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({
        seq: 302,
        status: 'completed',
      })
      expect(client.textOf(request.id)).toBe(`one ${'two '.repeat(300)}`)
      expect(await ready()).toBe(200)
      expect(other.prepare('SELECT status FROM runs').all()).toEqual([{ status: 'completed' }])
    } finally {
      other.close()
      await relay.stop()
    }
  })
})

describe('a store that takes nothing for long', () => {
  let provider: ScriptedProvider
  let store: Store
  let memory: Store
  let chat: Chat

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval', 'performance'] })
    provider = new ScriptedProvider()
    store = openSqliteStore(folder.path)
    memory = openMemoryStore()
    chat = new Chat({
      store,
      memory,
      router: askOnce(),
      maxFrameBytes: MAX_FRAME_BYTES,
      orphanTimeoutMs: () => 0,
      warn: () => {},
    })
  })
  afterEach(async () => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    await chat.drain(0)
    chat.close()
    await store.close()
    await memory.close()
  })

  const connect = (): SessionClient => new SessionClient(chat, provider.providers()).hello()
  const full = new StoreFailure('full', 'The relay’s disk is full.')

  it('L1 L3: an end that may be forgotten is no success; every reader finds the same one, kept once that works', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    await settle()
    provider.calls[0]?.delta('all of it')
    await client.wait('chunk')
    const endRun = vi.spyOn(store, 'endRun').mockRejectedValue(full)
    provider.calls[0]?.end(STOPPED)
    await vi.advanceTimersByTimeAsync(4000)
    expect(client.of('chunk')).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2000)
    const end = client.of('chunk')[1]
    expect(end).toMatchObject({
      seq: 2,
      status: 'failed',
      finishReason: null,
      endedBy: 'relay',
      error: { code: 'internal', message: full.message },
    })
    const late = connect()
    late.send({ type: 'resume', id: request.id, after: 0 })
    late.send({ type: 'attach', conversationId: request.conversationId })
    expect((await late.wait('attached')).runs).toEqual([])
    expect(late.of('resumed')[0]).toMatchObject({ mode: 'replay', seq: 2 })
    expect(late.of('chunk')).toEqual(client.of('chunk'))

    endRun.mockRestore()
    // At once, before the relay tries again by itself: the answer that it follows is over.
    const { messageId } = await client.wait('accepted')
    const next = chatRequest({
      conversationId: request.conversationId,
      parentId: messageId,
      messages: [{ id: randomUUID(), role: 'user', content: 'Go on.' }],
    })
    client.send(next)
    await settle()
    expect(client.of('error')).toEqual([])
    expect(client.of('accepted').map(({ id }) => id)).toEqual([request.id, next.id])
    const row = await store.findRun('local', request.id)
    expect(row).toMatchObject({
      status: 'failed',
      endSeq: 2,
      end: { error: end?.done && end.error },
    })
    const { text } = (row && (await store.answer(row.key))) ?? {}
    expect(text).toBe('all of it')
  })

  it('is tried again every second, without anybody asking', async () => {
    const client = connect()
    const request = chatRequest()
    client.send(request)
    await settle()
    const endRun = vi.spyOn(store, 'endRun').mockRejectedValue(full)
    vi.spyOn(store, 'append').mockImplementationOnce(() => {
      throw full
    })
    provider.calls[0]?.delta('never written')
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({
      seq: 1,
      status: 'failed',
      error: { code: 'internal', retryable: true, message: full.message },
    })
    endRun.mockRestore()
    await vi.advanceTimersByTimeAsync(1000)
    expect(chat.liveRuns).toBe(0)
    expect(await store.findRun('local', request.id)).toMatchObject({ status: 'failed', endSeq: 1 })
  })
})
