/**
 * Questions that cannot wait in the outbox: nothing is kept on disk (`--no-save`), or it is not settled yet which branch
 * they go to.
 */
export interface LaterQuestion {
  readonly id: string
  readonly text: string
}

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

  /** Returns whether it was there. */
  drop(id: string): boolean {
    const { length } = this.#questions
    this.#questions = this.#questions.filter((question) => question.id !== id)
    return this.#questions.length < length
  }

  /** The question whose turn it is, unless they are held. */
  next(): LaterQuestion | undefined {
    if (this.held) return undefined
    const [first, ...rest] = this.#questions
    this.#questions = rest
    return first
  }
}
