/** Words for tests of the history: a store in a folder of its own, questions, answers and ends. */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChatMessage, EndChunk } from '@speak-code/protocol'
import { temporaryFolder } from '@speak-code/testkit'
import { onTestFinished } from 'vitest'
import type { LocalStore } from '../local-store.ts'
import type { OutgoingChat } from '../outgoing-chat.ts'
import { openLocalStore, type StoreOptions } from '../sqlite-store.ts'

/** A path for a history in a new folder, which goes with the test. */
export function historyPath(): string {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  return join(folder.path, 'data', 'history.db')
}

/** A history that is closed with the test. */
export function openHistory(path = historyPath(), options: StoreOptions = {}): LocalStore {
  const store = openLocalStore(path, options)
  onTestFinished(() => store.close())
  return store
}

export function user(content: string): ChatMessage {
  return { id: randomUUID(), role: 'user', content }
}

export function question(content: string, more: Partial<OutgoingChat> = {}): OutgoingChat {
  return {
    id: randomUUID(),
    conversationId: randomUUID(),
    parentId: null,
    messages: [user(content)],
    ...more,
  }
}

/** The end after chunks 1 to `seq - 1` whose text is `text`. */
export function endOf(
  runId: string,
  seq: number,
  text: string,
  more: Partial<EndChunk> = {},
): EndChunk {
  return {
    type: 'chunk',
    id: runId,
    seq,
    delta: '',
    done: true,
    status: 'completed',
    finishReason: 'stop',
    endedBy: 'provider',
    model: 'model-1',
    provider: 'provider-1',
    usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7, source: 'provider' },
    textSha256: createHash('sha256').update(text).digest('hex'),
    ...more,
  }
}

/** Accepts a question. Returns the id of the answer. */
export function accept(store: LocalStore, chat: OutgoingChat): string {
  const messageId = randomUUID()
  store.recordAccepted(chat.id, { messageId, model: 'model-1', provider: 'provider-1' })
  return messageId
}

/** Asks and answers, in one chunk. Returns the id of the answer. */
export function converse(store: LocalStore, chat: OutgoingChat, answer: string): string {
  store.recordSend(chat)
  const messageId = accept(store, chat)
  store.recordChunks([{ runId: chat.id, seq: 1, delta: answer }])
  store.recordEnd(chat.id, endOf(chat.id, 2, answer))
  return messageId
}

/** All bytes that the history has on the disk: the file, its WAL and what else is beside them. */
export function bytesOnDisk(path: string): Buffer {
  const folder = join(path, '..')
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}
