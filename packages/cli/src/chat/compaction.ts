/** `/compact`: the model sums the conversation up, and a new branch begins with that. */
import type { Branching } from './branching.ts'
import type { ChatRun } from './chat-run.ts'
import { moveFollowUps } from './follow-ups.ts'
import type { Question } from './question-sender.ts'
import type { SessionState } from './session-state.ts'
import { SUMMARY_REQUEST } from './summary-request.ts'

/** How the question for a summary is shown. */
export const COMPACT = '/compact'

export class Compaction {
  readonly #state: SessionState
  readonly #branching: Branching

  constructor(state: SessionState, branching: Branching) {
    this.#state = state
    this.#branching = branching
  }

  /** What is asked for the summary; or a sentence that says why there is none to ask for. */
  question(): Question | string {
    const { obstacle } = this.#branching
    if (obstacle !== undefined) return obstacle
    const { conversation, parts } = this.#state
    if (conversation.lastAnswer === '') return 'There is nothing to compact yet.'
    const message = { id: parts.newId(), role: 'user', content: SUMMARY_REQUEST } as const
    return { messages: [message], typed: COMPACT, after: conversation.head, summarises: true }
  }

  /** The summary has come, or has not. What was typed meanwhile follows what the conversation goes on from. */
  over(run: ChatRun): void {
    const { conversation } = this.#state
    const { latest } = conversation
    this.#goOn(run)
    if (latest === undefined || latest === run) return
    conversation.latest = latest
    moveFollowUps(this.#state, run, conversation.head)
  }

  #goOn(run: ChatRun): void {
    if (run.end?.chunk.status !== 'completed' || run.text.trim() === '') {
      this.#state.say({
        tone: 'warning',
        text: 'There is no whole summary: the conversation stays as it was.',
      })
      this.#branching.goTo(this.#state.conversation.parentOf(run))
      return
    }
    this.#branching.beginFrom(run.text.trim())
    const others = this.#branching.list()
    const before = others.findIndex(({ shown }) => !shown) + 1
    this.#state.say({
      tone: 'meta',
      text: `The conversation goes on from this summary. All of it is still there: /branch ${before} goes back.`,
    })
  }
}
