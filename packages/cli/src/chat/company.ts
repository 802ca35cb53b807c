/** Runs that this terminal did not start, or that the relay has lost sight of. */
import type { ChatMessage, LiveRunInfo, RunMessage } from '@speak-code/protocol'
import { newRun, questionOf, type ChatRun } from './chat-run.ts'
import type { Conversation } from './conversation.ts'
import type { Line } from './session-events.ts'
import type { SessionParts } from './session-parts.ts'
import type { Stage } from './stage.ts'

interface KnownRun {
  readonly id: string
  readonly messageId: string
  readonly parentId: string | null
  readonly messages: readonly ChatMessage[]
}

export class Company {
  readonly #parts: SessionParts
  readonly #stage: Stage

  constructor(parts: SessionParts, stage: Stage) {
    this.#parts = parts
    this.#stage = stage
  }

  /** A run of the conversation began somewhere: another terminal's question and answer are shown here too. */
  heard(conversation: Conversation, run: RunMessage): void {
    if (run.conversationId !== conversation.id || run.status !== 'started') return
    if (conversation.runs.has(run.id)) return
    this.#follow(conversation, { ...run, messages: run.messages ?? [] })
  }

  /** Live runs that were there when the conversation was attached. */
  async join(
    conversation: Conversation,
    conversationId: string,
    live: readonly LiveRunInfo[],
  ): Promise<void> {
    if (conversationId !== conversation.id) return
    const unknown = live.filter(({ id }) => !conversation.runs.has(id))
    if (unknown.length === 0) return
    const { store, refresh } = this.#parts
    const questionAt = (id: string | null): ChatMessage | undefined =>
      store
        ?.messages(conversationId)
        .find((message) => message.id === id && message.role === 'user')
    if (unknown.some(({ parentId }) => questionAt(parentId) === undefined)) {
      await refresh(conversationId).catch(() => false)
    }
    for (const run of unknown) {
      if (conversation.runs.has(run.id)) continue
      const question = questionAt(run.parentId)
      this.#follow(conversation, { ...run, messages: question === undefined ? [] : [question] })
    }
  }

  /** What became of a run that the relay does not know any more: it is in the conversation, if anywhere. */
  async find(
    conversation: Conversation,
    run: ChatRun,
  ): Promise<{ rest: string; reasons: readonly Line[] }> {
    const { store, refresh } = this.#parts
    const found = await refresh(conversation.id).catch(() => false)
    const answer = found
      ? store?.messages(conversation.id).find(({ id }) => id === run.messageId)
      : undefined
    if (
      answer === undefined ||
      answer.status === 'started' ||
      !answer.content.startsWith(run.text)
    ) {
      return {
        rest: '',
        reasons: [
          {
            tone: 'error',
            text: 'The relay does not know this answer any more. What had arrived is kept.',
          },
          { tone: 'hint', text: '/retry asks again.' },
        ],
      }
    }
    const why = answer.error ?? `The answer is ${answer.status}.`
    return {
      rest: answer.content.slice(run.text.length),
      reasons:
        answer.status === 'completed'
          ? []
          : [{ tone: 'warning', text: `${why} /retry asks again.` }],
    }
  }

  #follow(conversation: Conversation, { id, messageId, parentId, messages }: KnownRun): void {
    const { client, clock } = this.#parts
    const run = newRun({
      id,
      own: false,
      messages,
      // The news do not say what the question follows: most likely the newest answer.
      parentId: messages.length === 0 ? parentId : conversation.head,
      typed: questionOf(messages)?.content ?? '',
      startedAt: clock.now(),
    })
    run.messageId = messageId
    run.parentId = conversation.parentOf(run)
    if (conversation.underWay === undefined) conversation.add(run)
    else conversation.runs.set(id, run)
    conversation.root(run, clock.now())
    client.follow(id, 0)
    this.#stage.enter(run)
  }
}
