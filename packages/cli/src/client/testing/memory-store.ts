/** The part of the local history that the client writes, in memory. */
import type { Channel, EndChunk } from '@speak-code/protocol'
import type { LocalChunk, LocalMessage, OpenRun } from '../../store/local-store.ts'
import type { OutgoingChat } from '../client.ts'
import type { ClientStore } from '../history-writer.ts'
import type { RunText } from '../run-follower.ts'

interface StoredRun {
  chat: OutgoingChat
  messageId: string | null
  seq: number
  text: { text: string; reasoning: string; refusal: string }
  end?: EndChunk
  refused?: string
}

const MESSAGE = {
  status: 'completed',
  finishReason: null,
  usage: null,
  cost: null,
  model: null,
  provider: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  reasoning: '',
  refusal: '',
  runId: null,
  error: null,
} as const

export class MemoryStore implements ClientStore {
  readonly runs = new Map<string, StoredRun>()
  /** Every call, by name, oldest first. */
  readonly calls: string[] = []
  /** Thrown by every write while it is set. */
  broken: Error | undefined

  recordSend(chat: OutgoingChat): void {
    this.#write('recordSend')
    const known = this.runs.get(chat.id)
    if (known === undefined) this.runs.set(chat.id, newRun(chat, null))
    else known.chat = chat
  }

  recordAccepted(runId: string, accepted: { messageId: string }): void {
    this.#write('recordAccepted')
    this.#run(runId).messageId = accepted.messageId
  }

  recordChunks(chunks: readonly LocalChunk[]): void {
    this.#write('recordChunks')
    for (const { runId, seq, delta, channel } of chunks) {
      const run = this.#run(runId)
      if (seq !== run.seq + 1) throw new Error(`chunk ${seq} after ${run.seq}`)
      run.seq = seq
      run.text[channel ?? 'text'] += delta
    }
  }

  recordReplaced(runId: string, state: { seq: number } & RunText): void {
    this.#write('recordReplaced')
    const { seq, text, reasoning, refusal } = state
    Object.assign(this.#run(runId), { seq, text: { text, reasoning, refusal } })
  }

  recordEnd(runId: string, chunk: EndChunk): void {
    this.#write('recordEnd')
    const run = this.#run(runId)
    if (run.end !== undefined) throw new Error('a second end')
    run.end = chunk
  }

  recordRefused(runId: string, message: string): void {
    this.#write('recordRefused')
    this.#run(runId).refused = message
  }

  recordForeignRun(run: {
    runId: string
    conversationId: string
    messageId: string
    parentId: string | null
    messages: OutgoingChat['messages']
  }): void {
    this.#write('recordForeignRun')
    const { runId: id, conversationId, messageId, parentId, messages } = run
    this.runs.set(id, newRun({ id, conversationId, parentId, messages }, messageId))
  }

  withdraw(runId: string): void {
    this.#write('withdraw')
    this.runs.delete(runId)
  }

  openRuns(conversationId?: string): OpenRun[] {
    return [...this.runs.entries()]
      .filter(([, run]) => run.end === undefined && run.refused === undefined)
      .filter(([, { chat }]) => (conversationId ?? chat.conversationId) === chat.conversationId)
      .map(([runId, { chat, messageId, seq }]) => ({
        runId,
        conversationId: chat.conversationId,
        messageId,
        seq,
        chat,
      }))
  }

  messages(conversationId: string): LocalMessage[] {
    return [...this.runs.entries()].flatMap(([runId, { chat, messageId, text, end }]) => {
      if (chat.conversationId !== conversationId) return []
      const asked = chat.messages.map((message, index) => ({
        ...MESSAGE,
        ...message,
        parentId: chat.messages[index - 1]?.id ?? chat.parentId,
      }))
      if (messageId === null) return asked
      const answer: LocalMessage = {
        ...MESSAGE,
        id: messageId,
        parentId: chat.messages.at(-1)?.id ?? null,
        role: 'assistant',
        content: text.text,
        reasoning: text.reasoning,
        refusal: text.refusal,
        status: end?.status ?? 'started',
        runId,
      }
      return [...asked, answer]
    })
  }

  branch(conversationId: string, messageId: string): LocalMessage[] {
    const byId = new Map(this.messages(conversationId).map((message) => [message.id, message]))
    const path: LocalMessage[] = []
    for (let id: string | null = messageId; id !== null;) {
      const message: LocalMessage | undefined = byId.get(id)
      if (message === undefined) break
      path.unshift(message)
      id = message.parentId
    }
    return path
  }

  /** All that is kept of a run's text. */
  textOf(runId: string, channel: Channel | 'text' = 'text'): string {
    return this.#run(runId).text[channel]
  }

  #run(runId: string): StoredRun {
    const run = this.runs.get(runId)
    if (run === undefined) throw new Error(`no run ${runId}`)
    return run
  }

  #write(name: string): void {
    this.calls.push(name)
    if (this.broken !== undefined) throw this.broken
  }
}

/** The store as one process has it: once that is dead, nothing more is written. */
export function mortalStore(store: MemoryStore, alive: () => boolean): ClientStore {
  return {
    recordSend: (chat) => {
      if (alive()) store.recordSend(chat)
    },
    recordAccepted: (runId, accepted) => {
      if (alive()) store.recordAccepted(runId, accepted)
    },
    recordChunks: (chunks) => {
      if (alive()) store.recordChunks(chunks)
    },
    recordReplaced: (runId, state) => {
      if (alive()) store.recordReplaced(runId, state)
    },
    recordEnd: (runId, chunk) => {
      if (alive()) store.recordEnd(runId, chunk)
    },
    recordRefused: (runId, message) => {
      if (alive()) store.recordRefused(runId, message)
    },
    recordForeignRun: (run) => {
      if (alive()) store.recordForeignRun(run)
    },
    withdraw: (runId) => {
      if (alive()) store.withdraw(runId)
    },
    openRuns: (conversationId) => store.openRuns(conversationId),
    messages: (conversationId) => store.messages(conversationId),
    branch: (conversationId, messageId) => store.branch(conversationId, messageId),
  }
}

function newRun(chat: OutgoingChat, messageId: string | null): StoredRun {
  return { chat, messageId, seq: 0, text: { text: '', reasoning: '', refusal: '' } }
}
