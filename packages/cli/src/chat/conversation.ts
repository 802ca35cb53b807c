/** The open conversation: its messages, its runs, and where it goes on. */
import type { ChatMessage, Cost } from '@speak-code/protocol'
import type { OutboxEntry } from '../client/client.ts'
import type { LocalMessage } from '../store/local-store.ts'
import { companionsOf, type ChatRun } from './chat-run.ts'
import { MessageTree } from './message-tree.ts'
import { answerMessage, typedMessage } from './tree-messages.ts'

export class Conversation {
  readonly id: string
  /** What the relay has accepted, and what is copied here and goes along with the next question. */
  readonly tree: MessageTree
  /** Messages of the tree that the relay lacks. */
  readonly unsent = new Set<string>()
  /** Runs that this session knows, oldest first. */
  readonly runs = new Map<string, ChatRun>()
  /** The message that the next question follows, once no run is under way. */
  head: string | null = null
  /** The newest run of the branch that is shown. */
  latest: ChatRun | undefined
  /** Tokens of all its runs. */
  tokens = 0
  cost: Cost | undefined

  constructor(id: string, messages: readonly LocalMessage[] = []) {
    this.id = id
    this.tree = new MessageTree(messages)
  }

  /** The newest run of the branch, while its answer is still to come. */
  get underWay(): ChatRun | undefined {
    return this.latest?.over === false ? this.latest : undefined
  }

  /** From the beginning to where it goes on. */
  get path(): readonly LocalMessage[] {
    return this.tree.path(this.head)
  }

  /** The source of the last answer on the branch that has a text. */
  get lastAnswer(): string {
    return this.path.findLast(isAnswerWithText)?.content ?? ''
  }

  /** The system prompt of the branch, that of a question under way too. */
  get system(): string | undefined {
    const messages = [...this.path, ...(this.latest?.messages ?? [])]
    return messages.findLast(({ role }) => role === 'system')?.content
  }

  /** Takes a run in as the newest of the branch. */
  add(run: ChatRun): void {
    this.runs.set(run.id, run)
    this.latest = run
    if (run.messageId !== undefined) this.head = run.messageId
  }

  /** The relay has given a run's answer its id; its messages have their place in the tree. `at` in milliseconds. */
  accepted(run: ChatRun, messageId: string, at: number): void {
    run.messageId = messageId
    // What the relay lacked went along.
    for (const { id } of this.tree.path(this.parentOf(run))) this.unsent.delete(id)
    this.root(run, at)
    if (run === this.latest) this.head = messageId
  }

  /** Puts a run's messages and its answer into the tree. */
  root(run: ChatRun, at: number): void {
    let parentId = this.parentOf(run)
    for (const message of run.messages) {
      if (this.tree.get(message.id) === undefined) {
        this.tree.put(typedMessage(message, parentId, at))
      }
      parentId = message.id
    }
    const answer = answerMessage(run)
    if (answer !== undefined) this.tree.put(answer)
  }

  /** What a run's messages follow. */
  parentOf(run: ChatRun): string | null {
    const [first] = run.messages
    const known = first === undefined ? undefined : this.tree.get(first.id)
    if (known !== undefined) return known.parentId
    return run.parentId === undefined ? this.head : run.parentId
  }

  /** A run that nothing came of: the next question takes its place. */
  forget(run: ChatRun): void {
    this.runs.delete(run.id)
    if (run !== this.latest) return
    const companion = companionsOf(run).find(({ id }) => this.runs.has(id))
    this.latest = companion ?? [...this.runs.values()].at(-1)
  }

  /** Learns from the outbox where questions stand that waited for an answer. */
  place(outbox: readonly OutboxEntry[]): void {
    for (const { chat } of outbox) {
      const run = this.runs.get(chat.id)
      if (run === undefined) continue
      // What the relay lacked may go before the run's own messages.
      const before = chat.messages.findIndex(({ id }) => id === run.messages[0]?.id) - 1
      const parentId = chat.messages[before]?.id ?? chat.parentId
      run.parentId = chat.follows === undefined ? parentId : undefined
      run.follows = chat.follows
    }
  }

  /** What the relay lacks between the tree that it has and `parentId`, and what that follows. */
  lacking(parentId: string | null): {
    readonly parentId: string | null
    readonly messages: readonly ChatMessage[]
  } {
    const path = this.tree.path(parentId)
    const known = path.findLastIndex(({ id }) => !this.unsent.has(id))
    const messages = path.slice(known + 1)
    const root = messages.length === 0 ? parentId : (messages[0]?.parentId ?? null)
    return { parentId: root, messages: messages.map(asSent) }
  }

  spent(tokens: number, cost: Cost | undefined): void {
    this.tokens += tokens
    if (cost === undefined) return
    // Sums of several currencies would mean nothing: the first one is counted.
    if (this.cost === undefined) this.cost = cost
    else if (this.cost.currency === cost.currency) {
      this.cost = { ...cost, amount: this.cost.amount + cost.amount }
    }
  }
}

function isAnswerWithText({ role, content }: LocalMessage): boolean {
  return role === 'assistant' && content !== ''
}

/** A message as a request carries it. */
export function asSent({ id, role, content }: LocalMessage): ChatMessage {
  return { id, role, content }
}
