/** `/compact`: the model sums the conversation up, and a new branch begins with that. */
import type { Branching } from './branching.ts'
import type { ChatRun } from './chat-run.ts'
import type { Question } from './question-sender.ts'
import type { SessionState } from './session-state.ts'

const INSTRUCTION =
  'Summarise our conversation so far, so that it can go on from your summary alone. Keep what was asked, what was ' +
  'decided and why, names, numbers, file names and code that is still needed, and what is still open. ' +
  'Write the summary and nothing else.'

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
    const message = { id: parts.newId(), role: 'user', content: INSTRUCTION } as const
    return { messages: [message], typed: '/compact', after: conversation.head, summarises: true }
  }

  /** The summary has come, or has not. */
  over(run: ChatRun): void {
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
