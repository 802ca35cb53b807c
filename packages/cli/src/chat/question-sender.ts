/** Sends questions: gives each its run, its place in the tree, and what goes along. */
import { titleOf, type ChatMessage } from '@speak-code/protocol'
import type { OutgoingChat } from '../client/client.ts'
import { newRun, questionOf, type ChatRun, type Comparison } from './chat-run.ts'
import { asSent } from './conversation.ts'
import type { Attachment } from './session-parts.ts'
import type { SessionState } from './session-state.ts'

export interface Question {
  /** The question last. */
  readonly messages: readonly ChatMessage[]
  readonly typed: string
  readonly attached?: readonly Attachment[]
  /** What it follows; where it waits for a run's answer, that run. */
  readonly after: string | null | ChatRun
  readonly summarises?: boolean
}

export class QuestionSender {
  readonly #state: SessionState

  constructor(state: SessionState) {
    this.#state = state
  }

  /** Throws what the store throws; then nothing was asked. */
  send(question: Question): void {
    const { stage, busy, parts } = this.#state
    const run = this.#send(question, undefined)
    if (!busy && parts.client.status.state.name === 'Connected') stage.enter(run)
  }

  /** Sends the same question to several models at once. Throws what the store throws. */
  sendToAll(models: readonly string[], question: Question): void {
    const { stage, busy, parts, conversation } = this.#state
    const by: Comparison = { runs: [] }
    // The newest answer is the one that goes on when the conversation is opened again: the first model's is asked last.
    for (const model of models.toReversed()) {
      by.runs.unshift(this.#send(question, { by, model }))
    }
    const [first, ...others] = by.runs
    conversation.latest = first
    // The question is the same for all, and is shown once.
    for (const run of others) run.questionShown = true
    if (busy || parts.client.status.state.name !== 'Connected') return
    for (const run of by.runs) stage.enter(run)
  }

  #send(question: Question, compared: ChatRun['compared']): ChatRun {
    const { parts, conversation, begun, later } = this.#state
    const { client, clock, newId, save } = parts
    const { messages, typed, attached = [], after, summarises = false } = question
    const follows = after !== null && typeof after === 'object' ? after : undefined
    const parentId = follows === undefined ? idOf(after) : (follows.messageId ?? conversation.head)
    const run = newRun({
      id: newId(),
      own: true,
      messages,
      parentId: follows === undefined ? parentId : undefined,
      follows: follows?.id,
      typed,
      attached,
      compared,
      summarises,
      startedAt: clock.now(),
    })
    const chat = this.#chat(run, parentId, follows)
    if (!begun && save) client.attach(conversation.id)
    const { latest } = conversation
    conversation.add(run)
    try {
      client.send(chat)
    } catch (error) {
      conversation.forget(run)
      conversation.latest = latest
      throw error
    }
    this.#state.begun = save
    later.held = false
    this.#tellTitle(run)
    return run
  }

  #chat(run: ChatRun, parentId: string | null, follows: ChatRun | undefined): OutgoingChat {
    const { parts, conversation, model: chosen, exercise } = this.#state
    const { params } = parts
    const model = run.compared?.model ?? chosen
    return {
      id: run.id,
      conversationId: conversation.id,
      ...(follows === undefined
        ? this.#placed(run, parentId)
        : { messages: run.messages, parentId }),
      ...(model === undefined ? {} : { model }),
      ...(params === undefined || run.summarises ? {} : { params }),
      ...(exercise === undefined || run.summarises ? {} : { exercise: { slug: exercise } }),
      ...(follows === undefined ? {} : { follows: follows.id }),
      ...(run.summarises ? { summarises: true } : {}),
      ...askedBy(run),
    }
  }

  #placed(
    { messages }: ChatRun,
    parentId: string | null,
  ): Pick<OutgoingChat, 'messages' | 'parentId' | 'ephemeral'> {
    const { conversation, parts } = this.#state
    if (parts.save) {
      const lacking = conversation.lacking(parentId)
      return { parentId: lacking.parentId, messages: [...lacking.messages, ...messages] }
    }
    const before = conversation.tree.path(parentId).filter(({ content }) => content !== '')
    // New ids each time: then a relay that still remembers the branch has nothing to compare.
    const renamed = [...before.map(asSent), ...messages].map((message) => ({
      ...message,
      id: parts.newId(),
    }))
    return { messages: renamed, parentId: null, ephemeral: true }
  }

  #tellTitle({ messages }: ChatRun): void {
    const { parts, conversation } = this.#state
    if (parts.save) {
      this.#state.tellTitle(parts.store?.conversation(conversation.id)?.title)
    } else if (conversation.tree.messages.length === 0) {
      this.#state.tellTitle(titleOf(questionOf(messages)?.content ?? ''))
    }
  }
}

/** What was typed, where the question that goes out is more than that. */
function askedBy({ messages, typed, attached, summarises }: ChatRun): Pick<OutgoingChat, 'asked'> {
  if (summarises || questionOf(messages)?.content === typed) return {}
  return { asked: { typed, attached } }
}

function idOf(after: string | null | ChatRun): string | null {
  return typeof after === 'string' ? after : null
}
