/** A conversation that is kept nowhere (`--no-save`): the whole branch goes with each question, and what waits is kept here. */
import type { ChatMessage } from '@speak-code/protocol'
import type { ChatRun } from './chat-run.ts'

export interface UnsentQuestion {
  readonly id: string
  readonly text: string
}

export class UnsavedBranch {
  #turns: readonly ChatMessage[]
  #unsent: readonly UnsentQuestion[] = []
  /** Whether what waits needs a `release`. */
  held = false

  constructor(turns: readonly ChatMessage[] = []) {
    this.#turns = turns
  }

  /** Questions and answers so far. */
  get turns(): readonly ChatMessage[] {
    return this.#turns
  }

  get unsent(): readonly UnsentQuestion[] {
    return this.#unsent
  }

  /** A run is over: with an answer it becomes part of the branch. */
  take(run: ChatRun, answerId: string): void {
    if (run.text === '') return
    this.#turns = [
      ...this.#turns,
      ...run.messages,
      { id: answerId, role: 'assistant', content: run.text },
    ]
  }

  /** Takes the last question with its answer off, to ask it again. */
  untake(run: ChatRun): void {
    if (run.text !== '') this.#turns = this.#turns.slice(0, -run.messages.length - 1)
  }

  wait(question: UnsentQuestion): void {
    this.#unsent = [...this.#unsent, question]
  }

  /** Returns whether it was there. */
  drop(id: string): boolean {
    const before = this.#unsent.length
    this.#unsent = this.#unsent.filter((question) => question.id !== id)
    return this.#unsent.length < before
  }

  /** The question whose turn it is, unless they are held. */
  next(): UnsentQuestion | undefined {
    if (this.held) return undefined
    const [first, ...rest] = this.#unsent
    this.#unsent = rest
    return first
  }
}
