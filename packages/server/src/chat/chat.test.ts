import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorInfo, MAX_FRAME_BYTES } from '@speak-code/protocol'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProviderDelta, Providers } from '../providers/provider.ts'
import { openMemoryStore, openSqliteStore } from '../store/index.ts'
import type { Store } from '../store/store.ts'
import { ScriptedProvider, STOPPED } from '../testing/scripted-provider.ts'
import { askOnce } from '../testing/router.ts'
import { chatRequest } from '../testing/session-client.ts'
import { Chat, type StartedRun } from './chat.ts'
import type { Principal } from './principal.ts'
import { recoverRuns } from './recovery.ts'

const ALICE: Principal = { userId: 'alice' }
const BOB: Principal = { userId: 'bob' }

let folder: string
let provider: ScriptedProvider
let store: Store
let memory: Store
let chat: Chat
let orphanTimeoutMs: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'speak-code-chat-'))
  provider = new ScriptedProvider()
  store = openSqliteStore(folder)
  memory = openMemoryStore()
  orphanTimeoutMs = 0
  chat = new Chat({
    store,
    memory,
    router: askOnce(),
    maxFrameBytes: MAX_FRAME_BYTES,
    orphanTimeoutMs: () => orphanTimeoutMs,
    warn: () => {},
  })
})

afterEach(async () => {
  await chat.drain(0)
  chat.close()
  await store.close()
  await memory.close()
  rmSync(folder, { recursive: true, force: true })
})

async function start(principal: Principal, request = chatRequest()): Promise<StartedRun> {
  const accepted: StartedRun[] = []
  await chat.start(principal, request, provider.providers(), (run) => accepted.push(run))
  const [run] = accepted
  if (run === undefined) throw new Error('not accepted')
  return run
}

const idle = (): Promise<void> => vi.waitUntil(() => chat.liveRuns === 0).then(() => {})

/** The rows of the usage table, in the order in which the runs began. */
function usage(): unknown[] {
  const db = new SqliteDatabase(join(folder, 'relay.db'), { readonly: true })
  const rows = db
    .prepare('SELECT user_id, status, completion_tokens > 0 AS counted FROM usage ORDER BY run')
    .all()
  db.close()
  return rows
}

const counted = (status: string): object => ({ user_id: 'alice', status, counted: 1 })

describe('L9: no user sees another’s live run', () => {
  it('a foreign run and its conversation answer as unknown ones, and go on', async () => {
    const request = chatRequest()
    const { reader } = await start(ALICE, request)
    const { id, conversationId } = request
    const news: unknown[] = []
    chat.watchers.watch(BOB, conversationId, (told) => news.push(told))
    expect(await chat.find(BOB, id)).toBeUndefined()
    await expect(chat.cancel(BOB, id)).rejects.toMatchObject({ code: 'not_found' })
    expect(chat.liveRunsOf(BOB, conversationId)).toEqual([])
    expect(await chat.conversation(BOB, conversationId)).toBeUndefined()
    expect(await chat.deleteConversation(BOB, conversationId)).toBe(false)
    expect(chat.liveRunsOf(ALICE, conversationId)).toHaveLength(1)
    provider.calls[0]?.end(STOPPED)
    await idle()
    expect(reader.end).toMatchObject({ status: 'completed' })
    expect(news).toEqual([])
  })

  it('two users may use the same id at the same time: two runs', async () => {
    const request = chatRequest()
    await start(ALICE, request)
    expect(await start(BOB, request)).toMatchObject({ duplicate: false })
    expect(provider.calls).toHaveLength(2)
    expect(chat.liveRuns).toBe(2)
  })
})

describe('L3: exactly one end', () => {
  it('is written once, and nothing comes after it, whatever stops the run and whatever is late', async () => {
    const emits: ((delta: ProviderDelta) => void)[] = []
    const say = (text: string): void => {
      for (const emit of emits) emit({ channel: 'text', text })
    }
    // It ends when it is stopped, but goes on to speak.
    provider.stream = ({ signal }, emit) => {
      emits.push(emit)
      say('kept')
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ outcome: 'aborted' })
        })
      })
    }
    const write = store.endRun.bind(store)
    const endRun = vi.spyOn(store, 'endRun').mockImplementation(async (end) => {
      say('late')
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      await write(end)
    })
    const { reader } = await start(ALICE)
    await chat.cancel(ALICE, reader.row.id)
    chat.interrupt()
    await idle()
    say('later')
    await new Promise(setImmediate)
    expect(endRun).toHaveBeenCalledTimes(1)
    expect(reader.end).toMatchObject({ seq: 2, status: 'cancelled', endedBy: 'user' })
    expect(reader.at(2)).toBeUndefined()
    expect(await reader.load(0)).toEqual([{ seq: 1, delta: 'kept' }])
    expect((await chat.find(ALICE, reader.row.id))?.end).toEqual(reader.end)
  })
})

describe('what comes with an answer beside its text', () => {
  it('calls of tools are kept, and the provider gets back what it wants with its answer', async () => {
    const question = chatRequest()
    const replay = { kind: 'vendor', data: '{"signature":"s"}' }
    provider.onCall = (call) => {
      call.delta('thinking of it', 'reasoning')
      call.emit({ channel: 'toolCall', index: 0, id: 'c1', name: 'look', text: '{"at":' })
      call.emit({ channel: 'toolCall', index: 0, text: '1}' })
      call.delta('an answer')
      call.end({ ...STOPPED, replay })
    }
    const { reader } = await start(ALICE, question)
    await idle()
    const db = new SqliteDatabase(join(folder, 'relay.db'), { readonly: true })
    const kept = db
      .prepare("SELECT tool_calls FROM messages WHERE role = 'assistant'")
      .pluck()
      .all()
    db.close()
    expect(kept).toEqual(['[{"id":"c1","name":"look","arguments":"{\\"at\\":1}"}]'])
    const follow = {
      ...chatRequest(),
      conversationId: question.conversationId,
      parentId: reader.row.messageId,
    }
    await start(ALICE, follow)
    await idle()
    const [, answer] = provider.calls[1]?.call.messages ?? []
    expect(answer).toEqual({ role: 'assistant', content: 'an answer', replay })
  })
})

describe('L11: accounts are settled on every exit', () => {
  it('finished, failed, cancelled, abandoned and drained runs are counted once, and none stays live', async () => {
    provider.onCall = (call) => {
      call.delta('some words')
    }
    await start(ALICE)
    provider.calls[0]?.end(STOPPED)
    await start(ALICE)
    provider.calls[1]?.end({ outcome: 'failed', error: errorInfo('upstream_eof', 'it broke off') })
    const { reader } = await start(ALICE)
    await chat.cancel(ALICE, reader.row.id)
    orphanTimeoutMs = 1
    await start(ALICE)
    await idle()
    orphanTimeoutMs = 0
    await start(ALICE)
    await chat.drain(0)
    await idle()
    expect(usage()).toEqual(
      ['completed', 'failed', 'cancelled', 'cancelled', 'failed'].map(counted),
    )
  })

  it('a run that the relay did not survive is counted when it starts again, once', async () => {
    provider.onCall = (call) => {
      call.delta('some words')
    }
    const { reader } = await start(ALICE)
    await vi.waitUntil(() => reader.tail === 1)
    const providers = (): Providers => provider.providers()
    const recovery = { store, chat, providers, awaitsKeys: true }
    expect(await recoverRuns(recovery)).toEqual({ interrupted: 1, continued: 0 })
    expect(await recoverRuns(recovery)).toEqual({ interrupted: 0, continued: 0 })
    await chat.drain(0)
    expect(usage()).toEqual([counted('failed')])
  })
})
