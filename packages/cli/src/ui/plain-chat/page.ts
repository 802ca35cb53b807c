/** What is said and what is typed, one after the other on a page that only grows. */
import { harmless } from '../../terminal/harmless.ts'
import type { Typed, TypedLine } from './typed-line.ts'

export class Page {
  readonly #write: (text: string) => void
  readonly #line: TypedLine
  /** A line was begun and not ended. */
  #isOpen = false
  /** The last thing on the page is a line that was typed and sent. */
  #sent: string | undefined

  constructor(write: (text: string) => void, line: TypedLine) {
    this.#write = write
    this.#line = line
  }

  /** What was typed and sent, if nothing has been said since. */
  get justSent(): string | undefined {
    return this.#sent
  }

  /** Says whole lines. */
  line(text: string): void {
    this.#makeRoom()
    this.#write(`${harmless(text)}\n`)
  }

  /** Says a piece of a line. */
  piece(text: string): void {
    if (!this.#isOpen) this.#makeRoom()
    this.#write(harmless(text))
    this.#isOpen = true
  }

  /** Ends the line of the pieces. */
  endLine(): void {
    if (this.#isOpen) this.#write('\n')
    this.#isOpen = false
  }

  /** Shows what is typed. */
  prompt(typed: Typed): void {
    if (!this.#line.isShown) this.#makeRoom()
    this.#line.show(typed)
  }

  /** What was typed is dealt with; it stays where it is. */
  sent(text: string): void {
    this.#line.leave()
    this.#sent = text
  }

  #makeRoom(): void {
    this.#line.leave()
    this.endLine()
    this.#sent = undefined
  }
}
