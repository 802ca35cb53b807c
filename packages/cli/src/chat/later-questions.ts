import type { QuestionFiles } from './session-parts.ts'

/** A question as it was typed, with the files that go along. */
export interface TypedQuestion extends QuestionFiles {
  readonly typed: string
}

export interface LaterQuestion extends TypedQuestion {
  readonly id: string
}

/** Questions that wait in memory, because nothing is kept on disk (`--no-save`). */
export class LaterQuestions {
  #questions: readonly LaterQuestion[] = []
  /** Whether what waits needs a `release`. */
  held = false

  get all(): readonly LaterQuestion[] {
    return this.#questions
  }

  add(question: LaterQuestion): void {
    this.#questions = [...this.#questions, question]
  }

  /** Returns the question, if it was there. */
  drop(id: string): LaterQuestion | undefined {
    const dropped = this.#questions.find((question) => question.id === id)
    this.#questions = this.#questions.filter((question) => question !== dropped)
    return dropped
  }

  /** The question whose turn it is, unless they are held. */
  next(): LaterQuestion | undefined {
    if (this.held) return undefined
    const [first, ...rest] = this.#questions
    this.#questions = rest
    return first
  }
}
