/**
 * The line that is typed. It is written at the cursor and drawn again only where something other than its end
 * changes. On a dumb terminal not even that: what has changed is written once more, on a new row.
 */
import { graphemesOf, widthOf } from '../../terminal/graphemes.ts'

export interface TypedLineParts {
  readonly prompt: string
  readonly columns: () => number
  readonly write: (text: string) => void
  /** The terminal knows no escape sequence. */
  readonly dumb: boolean
}

/** Offsets are those of the text without the prompt. */
export interface Typed {
  readonly text: string
  readonly cursor: number
}

/** From the beginning of the prompt, in rows and cells. */
interface Place {
  readonly row: number
  readonly column: number
}

const NOTHING: Typed = { text: '', cursor: 0 }

export class TypedLine {
  readonly #parts: TypedLineParts
  #typed = NOTHING
  #isShown = false

  constructor(parts: TypedLineParts) {
    this.#parts = parts
  }

  /** Whether the cursor stands in it. */
  get isShown(): boolean {
    return this.#isShown
  }

  /** Shows it at the cursor, which has to be at the beginning of a row. */
  show(typed: Typed): void {
    if (this.#isShown) this.change(typed)
    else this.#write(typed)
  }

  /** Draws what has changed. */
  change(typed: Typed): void {
    const before = this.#typed
    if (!this.#isShown || (typed.text === before.text && typed.cursor === before.cursor)) return
    const wasAtEnd = before.cursor === before.text.length
    const isAtEnd = typed.cursor === typed.text.length
    if (wasAtEnd && isAtEnd && typed.text.startsWith(before.text)) {
      const suffix = typed.text.slice(before.text.length)
      // The cursor was brought below a full row already.
      const news = this.#wrapped(before.text) === '' ? suffix : suffix.replace(/^\n/, '')
      this.#typed = typed
      this.#parts.write(news + this.#wrapped(typed.text))
    } else if (wasAtEnd && isAtEnd && before.text.startsWith(typed.text)) {
      this.#takeBack(before, typed)
    } else if (typed.text === before.text) {
      this.#move(typed)
    } else {
      this.#drawAgain(typed)
    }
  }

  /** Leaves it as it stands: the cursor goes to the beginning of the row below. */
  leave(): void {
    if (!this.#isShown) return
    const { text } = this.#typed
    if (!this.#parts.dumb) {
      const down = this.#placeOf(text.length).row - this.#placeOf(this.#typed.cursor).row
      if (down > 0) this.#parts.write(`\u001b[${down}B`)
    }
    this.#parts.write('\n')
    this.#isShown = false
  }

  #write(typed: Typed): void {
    this.#isShown = true
    this.#typed = typed
    this.#parts.write(this.#parts.prompt + typed.text + this.#wrapped(typed.text))
    if (this.#parts.dumb || typed.cursor === typed.text.length) return
    this.#parts.write(way(this.#placeOf(typed.text.length), this.#placeOf(typed.cursor)))
  }

  /** The end of the text is deleted: over the characters of one row a terminal can go back. */
  #takeBack(before: Typed, typed: Typed): void {
    const removed = before.text.slice(typed.text.length)
    const { row, column } = this.#placeOf(before.text.length)
    const cells = widthOf(removed)
    if (row === this.#placeOf(typed.text.length).row && !removed.includes('\n') && column > cells) {
      this.#typed = typed
      this.#parts.write('\b'.repeat(cells) + ' '.repeat(cells) + '\b'.repeat(cells))
    } else {
      this.#drawAgain(typed)
    }
  }

  /** Where the cursor stands a dumb terminal cannot show. */
  #move(typed: Typed): void {
    const from = this.#placeOf(this.#typed.cursor)
    this.#typed = typed
    if (!this.#parts.dumb) this.#parts.write(way(from, this.#placeOf(typed.cursor)))
  }

  #drawAgain(typed: Typed): void {
    if (this.#parts.dumb) {
      this.#parts.write('\n')
      this.#write(typed)
      return
    }
    const { row } = this.#placeOf(this.#typed.cursor)
    this.#parts.write(`${row > 0 ? `\u001b[${row}A` : ''}\r\u001b[J`)
    this.#write(typed)
  }

  /** A text that fills its last row leaves the cursor at the end of that row: this brings it to the next one. */
  #wrapped(text: string): string {
    const { column, row } = this.#placeOf(text.length)
    return column === 0 && row > 0 && !text.endsWith('\n') ? ' \r' : ''
  }

  #placeOf(offset: number): Place {
    const columns = this.#parts.columns()
    let row = 0
    let column = 0
    let isFull = false
    for (const { segment } of graphemesOf(this.#parts.prompt + this.#typed.text.slice(0, offset))) {
      const cells = widthOf(segment)
      const isBreak = segment === '\n'
      // A line break after a full row is the one that the row's end has made.
      if (isBreak ? !isFull : column + cells > columns) {
        row += 1
        column = 0
      }
      isFull = false
      if (isBreak) continue
      column += cells
      if (column < columns) continue
      isFull = true
      row += 1
      column = 0
    }
    return { row, column }
  }
}

function way(from: Place, to: Place): string {
  const rows = to.row - from.row
  const vertical = rows === 0 ? '' : `\u001b[${Math.abs(rows)}${rows < 0 ? 'A' : 'B'}`
  return `${vertical}\u001b[${to.column + 1}G`
}
