/** Cells whose glyph goes and is there again when the frame ends. Pure: it is told the screen before and after each step. */
import type { Change, View } from './blanked-rows.ts'
import { movedRow } from './row-moves.ts'

interface Cell {
  /** The row, counted from the oldest. */
  readonly place: number
  readonly column: number
  readonly glyph: string
}

/** Cells are told apart by their place among the row's letters: nearly the column, and the same before and after. */
export class BlinkedCells {
  #erased: Cell[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  see({ before, after, move }: Change): void {
    if (move !== undefined) {
      this.#erased = this.#erased.flatMap((cell) => {
        const row = movedRow(cell.place - before.base, move)
        return row === undefined ? [] : [{ ...cell, place: row + before.base }]
      })
    }
    for (const [row, text] of before.rows.entries()) {
      const now = movedRow(row, move)
      if (now === undefined || text === '') continue
      const shown = after.rows[now + before.base - after.base]
      if (shown === undefined || shown === text) continue
      for (let column = 0; column < text.length; column += 1) {
        const glyph = text[column] ?? ' '
        if (glyph === ' ' || (shown[column] ?? ' ') !== ' ') continue
        this.#erased.push({ place: now + before.base, column, glyph })
      }
    }
  }

  /** Takes the screen at the end of a frame. Returns the rows in which cells had blinked. */
  frameEnds({ rows, base }: View): string[] {
    const back = this.#erased.filter(
      ({ place, column, glyph }) => rows[place - base]?.[column] === glyph,
    )
    this.#count += new Set(back.map(({ place, column }) => `${place}:${column}`)).size
    this.#erased = []
    return [...new Set(back.map(({ place }) => rows[place - base] ?? ''))]
  }

  forget(): void {
    this.#erased = []
  }
}
