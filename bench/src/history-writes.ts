/** What writing to the history costs: a question, its answer's pieces, and its end. */
import { createHash, randomUUID } from 'node:crypto'
import type { openLocalStore } from '../../packages/cli/src/store/sqlite-store.ts'

const CHATS = 20
const CHUNKS = 50
const DELTA = 'some words of an answer '

function timed(times: number[], work: () => void): void {
  const began = performance.now()
  work()
  times.push(performance.now() - began)
}

/** Asks and answers. Returns the times of each kind of write, in ms; a question is on the disk itself when it is over. */
export function appendTimes(
  store: ReturnType<typeof openLocalStore>,
): { readonly name: string; readonly times: number[] }[] {
  const [questions, chunks, ends] = [[] as number[], [] as number[], [] as number[]]
  for (let chat = 0; chat < CHATS; chat += 1) {
    const id = randomUUID()
    const messages = [{ id: randomUUID(), role: 'user', content: 'How is this measured?' }] as const
    timed(questions, () => {
      store.recordSend({ id, conversationId: randomUUID(), parentId: null, messages })
    })
    store.recordAccepted(id, { messageId: randomUUID(), model: 'm', provider: 'p' })
    for (let seq = 1; seq <= CHUNKS; seq += 1) {
      timed(chunks, () => {
        store.recordChunks([{ runId: id, seq, delta: DELTA }])
      })
    }
    timed(ends, () => {
      store.recordEnd(id, {
        type: 'chunk',
        id,
        seq: CHUNKS + 1,
        delta: '',
        done: true,
        status: 'completed',
        finishReason: 'stop',
        endedBy: 'provider',
        model: 'm',
        provider: 'p',
        usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, source: 'estimated' },
        textSha256: createHash('sha256').update(DELTA.repeat(CHUNKS)).digest('hex'),
      })
    })
  }
  return [
    { name: 'a question (durable)', times: questions },
    { name: 'a piece of an answer', times: chunks },
    { name: 'the end of an answer', times: ends },
  ]
}
