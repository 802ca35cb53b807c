/** Writes to a terminal in as few bytes as it can: it knows where the cursor is and how text looks there. */
import { PLAIN, styleChange, type TextStyle } from './text-style.ts'

const ESC = '\u001b['

/** Rows are counted from the first of the region; nobody needs to know where on the screen that is. */
export class Pen {
  readonly #columns: number
  #written = ''
  #y: number
  /** Undefined where terminals differ: behind the last column. */
  #x: number | undefined
  #style = PLAIN

  constructor(columns: number, y: number, x: number | undefined) {
    this.#columns = columns
    this.#y = y
    this.#x = x
  }

  /** What was written, ending in plain text. */
  finish(): string {
    this.style(PLAIN)
    return this.#written
  }

  /**
   * Goes to a cell. The way down is by line feeds: they make the rows that are missing, by scrolling at the bottom of
   * the screen, so that the way up is as long as the way down was even where the terminal has just become lower.
   */
  moveTo(y: number, x: number): void {
    const down = y - this.#y
    if (down > 0) {
      this.#unfilled()
      this.#written += `\r${'\n'.repeat(down)}`
      this.#x = 0
    } else if (down < 0) {
      this.#written += down === -1 ? `${ESC}A` : `${ESC}${-down}A`
    }
    this.#y = y
    if (this.#x === x) return
    this.#written += x === 0 ? '\r' : `${ESC}${x + 1}G`
    this.#x = x
  }

  style(style: TextStyle): void {
    this.#written += styleChange(this.#style, style)
    this.#style = style
  }

  /** Writes a glyph of so many cells; `empty` for the second half of a wide one. */
  glyph(glyph: string, style: TextStyle): void {
    if (style !== this.#style) this.style(style)
    this.#written += glyph
    if (this.#x === undefined) return
    this.#x = this.#x + 1 < this.#columns ? this.#x + 1 : undefined
  }

  /** Erases from the cursor to the end of its row. */
  eraseRest(): void {
    this.#unfilled()
    this.#written += `${ESC}K`
  }

  /** Erases from the cursor to the end of the screen. */
  eraseBelow(): void {
    this.#unfilled()
    this.#written += `${ESC}J`
  }

  /** Cleared cells take the colour behind the text. */
  #unfilled(): void {
    if (this.#style.fills) this.style(PLAIN)
  }
}
