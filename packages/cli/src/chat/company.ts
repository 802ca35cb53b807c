/** Runs that this terminal did not start, or that the relay has lost sight of. */
import type { ChatMessage, LiveRunInfo, RunMessage } from '@speak-code/protocol'
import type { Branch } from './branch.ts'
import { newRun, questionOf, type ChatRun } from './chat-run.ts'
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
  heard(branch: Branch, run: RunMessage): void {
    if (run.conversationId !== branch.conversationId || run.status !== 'started') return
    if (branch.runs.has(run.id)) return
    this.#follow(branch, { ...run, messages: run.messages ?? [] })
  }

  /** Live runs that were there when the conversation was attached. */
  async join(branch: Branch, conversationId: string, live: readonly LiveRunInfo[]): Promise<void> {
    if (conversationId !== branch.conversationId) return
    const unknown = live.filter(({ id }) => !branch.runs.has(id))
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
      if (branch.runs.has(run.id)) continue
      const question = questionAt(run.parentId)
      this.#follow(branch, { ...run, messages: question === undefined ? [] : [question] })
    }
  }

  /** What became of a run that the relay does not know any more: it is in the conversation, if anywhere. */
  async find(branch: Branch, run: ChatRun): Promise<{ rest: string; reasons: readonly Line[] }> {
    const { store, refresh } = this.#parts
    const found = await refresh(branch.conversationId).catch(() => false)
    const answer = found
      ? store?.messages(branch.conversationId).find(({ id }) => id === run.messageId)
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

  #follow(branch: Branch, { id, messageId, parentId, messages }: KnownRun): void {
    const { client, clock } = this.#parts
    const run = newRun({
      id,
      own: false,
      messages,
      parentId,
      typed: questionOf(messages)?.content ?? '',
      startedAt: clock.now(),
    })
    run.messageId = messageId
    if (branch.underWay === undefined) branch.add(run)
    else branch.runs.set(id, run)
    client.follow(id, 0)
    this.#stage.enter(run)
  }
}
