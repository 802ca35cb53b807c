/** The open conversation's end: what the next question follows. */
import type { OutboxEntry } from '../client/client.ts'
import type { ChatRun } from './chat-run.ts'

export class Branch {
  readonly conversationId: string
  /** Runs of the conversation that this session knows, oldest first. */
  readonly runs = new Map<string, ChatRun>()
  /** The message that the next question follows, once no run is under way. */
  head: string | null = null
  /** The newest run. */
  latest: ChatRun | undefined
  /** Tokens of all its runs. */
  tokens = 0
  /** The source of the last answer. */
  lastAnswer = ''

  constructor(conversationId: string) {
    this.conversationId = conversationId
  }

  /** The newest run, while its answer is still to come. */
  get underWay(): ChatRun | undefined {
    return this.latest?.over === false ? this.latest : undefined
  }

  /** Takes a run in as the newest. */
  add(run: ChatRun): void {
    this.runs.set(run.id, run)
    this.latest = run
    if (run.messageId !== undefined) this.head = run.messageId
  }

  /** The relay has given a run's answer its id. */
  accepted(run: ChatRun, messageId: string): void {
    run.messageId = messageId
    if (run === this.latest) this.head = messageId
  }

  /** A run that nothing came of: the next question takes its place. */
  forget(run: ChatRun): void {
    this.runs.delete(run.id)
    if (run === this.latest) this.latest = [...this.runs.values()].at(-1)
  }

  /** Learns from the outbox where questions stand that waited for an answer. */
  place(outbox: readonly OutboxEntry[]): void {
    for (const { chat } of outbox) {
      const run = this.runs.get(chat.id)
      if (run !== undefined) run.parentId = chat.follows === undefined ? chat.parentId : undefined
    }
  }
}
