/** Asking again, otherwise, or elsewhere: what makes branches of a conversation and walks them. */
import type { ConversationView } from '@speak-code/protocol'
import type { LocalMessage } from '../store/local-store.ts'
import { branchesOf, type BranchChoice } from './branch-list.ts'
import { questionOf, type ChatRun } from './chat-run.ts'
import { Conversation } from './conversation.ts'
import { pastMessage, runOfQuestion } from './past.ts'
import type { Question } from './question-sender.ts'
import type { SessionState } from './session-state.ts'
import { typedMessage } from './tree-messages.ts'

const FORK_MARK = ' (fork)'
const SUMMARY_HEAD = 'Summary of the conversation so far:'
/** CONTRACT.md §3: a title has at most so many characters. */
const MAX_TITLE = 80

/** A question of the branch, as `/edit` counts them. */
interface OwnQuestion {
  readonly text: string
  readonly take: () => void
}

export class Branching {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  /** Why no branch can be made now, in a sentence. */
  get obstacle(): string | undefined {
    if (this.#state.busy) return 'An answer is under way; Esc stops it.'
    if (this.#state.conversation.underWay === undefined) return undefined
    return 'Questions wait: Enter sends them, /queue drop N takes one back.'
  }

  /** The last question, to be asked again from where it stood; or a sentence that says why it cannot be. */
  again(): Question | string {
    const { conversation } = this.#state
    const { latest } = conversation
    if (latest === undefined) return 'There is no question to ask again.'
    if (this.obstacle !== undefined) return this.obstacle
    if (latest.messages.length === 0) return 'The question came from another terminal; ask it here.'
    // What comes along again need not be said twice.
    if (latest.messages.some(({ content }) => content === this.#state.system)) {
      this.#state.system = undefined
    }
    const { messages, typed, attached } = latest
    return { messages, typed, attached, after: conversation.parentOf(latest) }
  }

  /**
   * Takes the `n`-th last question back into the composer (1 is the last); what is sent next stands in its place.
   * Returns a sentence where that cannot be done.
   */
  edit(n: number): string | undefined {
    const { obstacle } = this
    if (obstacle !== undefined) return obstacle
    const questions = this.#questions()
    const question = questions.at(-n)
    if (questions.length === 0) return 'There is no question to edit yet.'
    if (question === undefined) {
      return `There ${questions.length === 1 ? 'is 1 question' : `are ${questions.length} questions`} to edit.`
    }
    question.take()
    this.#state.emit({ type: 'compose', text: question.text })
    return undefined
  }

  /** Branches to choose from, in the order of their numbers. */
  list(): readonly BranchChoice[] {
    const { tree, head } = this.#state.conversation
    return branchesOf(tree, head)
  }

  /** Goes on with another branch, whose messages from the fork on are told. */
  walk({ first, last }: BranchChoice): void {
    const { conversation, emit } = this.#state
    this.goTo(last.id)
    const path = conversation.path
    const fork = path.findIndex(({ id }) => id === first.id)
    emit({ type: 'branch', messages: path.slice(Math.max(0, fork)).map(pastMessage) })
  }

  /** The conversation goes on after `head`, when it is opened again as well. */
  goTo(head: string | null): void {
    const { conversation, parts } = this.#state
    conversation.head = head
    this.#state.place = undefined
    this.#remember(head)
    const answer = conversation.path.findLast(({ role }) => role === 'assistant')
    const known = [...conversation.runs.values()].find(
      ({ messageId }) => messageId !== undefined && messageId === answer?.id,
    )
    const question = conversation.path.findLast(({ role }) => role === 'user')
    conversation.latest =
      known ?? (question === undefined ? undefined : runOfQuestion(question, parts.newId()))
  }

  /** What is shown counts, whether or not that can be written. */
  #remember(head: string | null): void {
    const { conversation, parts } = this.#state
    if (!parts.save) return
    try {
      parts.store?.chooseHead(conversation.id, head)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#state.say({
        tone: 'warning',
        text: `The choice is not kept for the next time: ${why}`,
      })
    }
  }

  /** A new conversation that begins with a copy of this branch; returns a sentence where that cannot be. */
  fork(): string | undefined {
    const { obstacle } = this
    if (obstacle !== undefined) return obstacle
    const { conversation, parts, system, exercise } = this.#state
    const copied = this.#copyOf(conversation.path)
    if (copied.length === 0) return 'There is nothing to fork yet.'
    const id = parts.newId()
    const title = forkTitle(this.#state.title ?? '')
    const { save, store, clock } = parts
    const fork = new Conversation(id, copied)
    const { model } = this.#state
    // Written before anything else happens: if it cannot be, all stays as it was.
    if (save) store?.recordConversation(viewOf(id, title, model, clock.now()), copied)
    for (const message of copied) fork.unsent.add(message.id)
    this.#state.enter(fork)
    this.#state.begun = save
    this.#state.system = system
    this.#state.exercise = exercise
    this.goTo(copied.at(-1)?.id ?? null)
    this.#state.emit({ type: 'opened', conversationId: id, title, messages: [], omitted: 0 })
    this.#state.tellTitle(title)
    this.#state.tellTokens()
    if (save) parts.client.attach(id)
    return undefined
  }

  /**
   * Begins a branch at the root with a system message that carries `summary`, and the system prompt that there was.
   * Throws what the store throws; then all is as it was.
   */
  beginFrom(summary: string): void {
    const { conversation, parts } = this.#state
    const { clock, newId, save, store } = parts
    const [first] = conversation.path
    // A summary of before is part of this one.
    const prompt = first?.role === 'system' ? first.content.split(SUMMARY_HEAD)[0]?.trim() : ''
    const text = `${SUMMARY_HEAD}\n\n${summary}`
    const content = prompt === undefined || prompt === '' ? text : `${prompt}\n\n${text}`
    const message = typedMessage({ id: newId(), role: 'system', content }, null, clock.now())
    const view = store?.conversation(conversation.id)
    if (save && view !== undefined) {
      const updatedAt = new Date(clock.now()).toISOString()
      store?.recordConversation({ ...view, updatedAt }, [message])
    }
    conversation.tree.put(message)
    conversation.unsent.add(message.id)
    this.#state.system = undefined
    this.goTo(message.id)
  }

  /** Those of the branch, oldest first, and the last one where the relay did not take it. */
  #questions(): OwnQuestion[] {
    const { conversation } = this.#state
    const { latest, path } = conversation
    const asked = path.flatMap((message): OwnQuestion[] => {
      if (message.role !== 'user') return []
      const run = [...conversation.runs.values()].find(
        ({ messages }) => messages.at(-1)?.id === message.id,
      )
      return [this.#ownQuestion(message.parentId, run?.typed ?? message.content, run)]
    })
    const last = latest === undefined ? undefined : questionOf(latest.messages)
    if (latest === undefined || last === undefined) return asked
    if (path.some(({ id }) => id === last.id)) return asked
    return [...asked, this.#ownQuestion(conversation.parentOf(latest), latest.typed, latest)]
  }

  #ownQuestion(parentId: string | null, text: string, run: ChatRun | undefined): OwnQuestion {
    return {
      text,
      take: () => {
        this.#state.place = { parentId }
        if (run !== undefined) this.#state.attachAgain(run.attached)
      },
    }
  }

  /** The same texts under new ids, each after the one before; what is empty cannot be sent. */
  #copyOf(path: readonly LocalMessage[]): LocalMessage[] {
    let parentId: string | null = null
    return path
      .filter(({ content }) => content !== '')
      .map((message) => {
        const copy = {
          ...message,
          id: this.#state.parts.newId(),
          parentId,
          runId: null,
          usage: null,
          cost: null,
        }
        parentId = copy.id
        return copy
      })
  }
}

function forkTitle(title: string): string {
  const characters = Array.from(title)
  const room = MAX_TITLE - FORK_MARK.length
  const start = characters.length <= room ? title : `${characters.slice(0, room - 1).join('')}…`
  return `${start}${FORK_MARK}`.trim()
}

function viewOf(
  id: string,
  title: string,
  model: string | undefined,
  now: number,
): ConversationView {
  const at = new Date(now).toISOString()
  return {
    id,
    title,
    model: model ?? null,
    messageCount: 0,
    totalTokens: 0,
    createdAt: at,
    updatedAt: at,
    lastMessageAt: null,
  }
}
