/**
 * What `ask` shows on a terminal: rows that are printed for good, and below them the open end, which is drawn over. The
 * cursor rests on the row below; motions are relative to it. Rows that stay as they are, are not written again, so that
 * the open end becomes a part of what is printed by being left where it is.
 */
import { widthOf } from '../../terminal/graphemes.ts'
import { plainText, type StyledRow } from '../../terminal/styled-row.ts'

const SYNC_BEGIN = '\u001b[?2026h'
const SYNC_END = '\u001b[?2026l'
const ERASE_REST = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

interface DrawnRow {
  readonly text: string
  /** In cells. */
  readonly width: number
}

export interface AnswerScreenParts {
  readonly write: (text: string) => void
  readonly text: (row: StyledRow) => string
  readonly env: NodeJS.ProcessEnv
}

export class AnswerScreen {
  readonly #parts: AnswerScreenParts
  #drawn: readonly DrawnRow[] = []

  constructor(parts: AnswerScreenParts) {
    this.#parts = parts
  }

  /** Prints rows and draws the open end below them, in place of the one that was drawn before. */
  draw(printed: readonly StyledRow[], tail: readonly StyledRow[], columns: number): void {
    const rows = [...printed, ...tail].map((row): DrawnRow => ({
      text: this.#parts.text(row),
      width: widthOf(plainText(row)),
    }))
    const change = this.#change(rows, columns)
    this.#drawn = rows.slice(printed.length)
    if (change !== '') this.#parts.write(change)
  }

  #change(rows: readonly DrawnRow[], columns: number): string {
    const before = this.#drawn
    if (before.length === 0) return rows.map(({ text }) => `${text}\n`).join('')
    const height = this.#heights(columns)
    // Rows that the terminal has broken are drawn anew.
    const isReflowed = height.some((each) => each > 1)
    const kept = isReflowed ? 0 : commonLength(before, rows)
    if (kept === before.length && kept === rows.length) return ''
    const up = height.slice(kept).reduce((sum, each) => sum + each, 0)
    const lines = rows
      .slice(kept)
      .map(({ text, width }) => `${text}${width < columns ? ERASE_REST : ''}\n`)
      .join('')
    const rest = rows.length - kept < up ? ERASE_BELOW : ''
    return `${SYNC_BEGIN}${up === 0 ? '' : `\u001b[${up}A\r`}${lines}${rest}${SYNC_END}`
  }

  /** Rows of the screen that each drawn row takes: more than one where a terminal that became narrower has broken it. */
  #heights(columns: number): readonly number[] {
    const { env } = this.#parts
    // These cut rows off instead.
    const cuts = env['TERM'] === 'linux' || env['XTERM_VERSION'] !== undefined
    return this.#drawn.map(({ width }) => (cuts ? 1 : Math.max(1, Math.ceil(width / columns))))
  }
}

/** How many rows at the beginning are the same. */
function commonLength(before: readonly DrawnRow[], after: readonly DrawnRow[]): number {
  const changed = before.findIndex(({ text }, index) => text !== after[index]?.text)
  return changed === -1 ? before.length : changed
}
