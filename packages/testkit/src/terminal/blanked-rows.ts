/** Rows that go blank and come back. Pure: it is told the screen before and after each step. */
import { movedRow, type RowMove } from './row-moves.ts'

/** The visible rows, and how many rows the scrollback above them holds. */
export interface View {
  readonly rows: readonly string[]
  readonly base: number
}

export interface Change {
  readonly before: View
  readonly after: View
  readonly move: RowMove | undefined
  /** Milliseconds. */
  readonly at: number
  /** The step's number. */
  readonly step: number
}

/** A row that was blank for a while. */
export interface Flicker {
  readonly text: string
  /** The step that blanked it. */
  readonly step: number
}

interface Blank extends Flicker {
  /** Where it stood, counted from the oldest row; undefined where other text has taken the place. */
  place: number | undefined
  /** Of the visible rows with this text, before it went. */
  readonly copies: number
  readonly at: number
  /** Whether it went in the frame that is being drawn. */
  isFresh: boolean
  /** Whether it is on the screen again, though elsewhere. */
  isElsewhere: boolean
}

/** What comes back later than this did not flicker: it went, and was shown again. In milliseconds. */
const FLICKER_MS = 1000

/**
 * A row that held text is blank after a step, and its text was not moved away. It counts once the text is back at its
 * place, as scrolling has moved it, within a second. It counts as well where, within the same frame, other text took the
 * place and the text is back elsewhere: so is a region erased, printed above and drawn again. Text that stays away was
 * removed; a row that is to stay blank was overwritten; these count for nothing.
 */
export class BlankedRows {
  #blanks: Blank[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Takes a step's change. Returns what came back with it. */
  see(change: Change): Flicker[] {
    this.#follow(change)
    const back = this.#comeBack(change)
    this.#add(change)
    this.#count += back.length
    return back
  }

  /** Returns what came back elsewhere in the frame. */
  frameEnds(): Flicker[] {
    const back = this.#blanks.filter(({ place, isElsewhere }) => isElsewhere && place === undefined)
    for (const blank of this.#blanks) blank.isFresh = false
    this.#blanks = this.#blanks.filter(
      ({ place, isElsewhere }) => !isElsewhere && place !== undefined,
    )
    this.#count += back.length
    return back
  }

  forget(): void {
    this.#blanks = []
  }

  /** Places move with the rows. */
  #follow({ before, move }: Change): void {
    if (move === undefined) return
    for (const blank of this.#blanks) {
      // A row inserted here is as blank as the one that it moves away.
      if (blank.place === undefined || (move.by > 0 && blank.place - before.base === move.from))
        continue
      const row = movedRow(blank.place - before.base, move)
      blank.place = row === undefined ? undefined : row + before.base
    }
  }

  #comeBack({ after, at }: Change): Flicker[] {
    if (this.#blanks.length === 0) return []
    const back: Flicker[] = []
    this.#blanks = this.#blanks.filter((blank) => {
      if (at - blank.at > FLICKER_MS) return false
      const here = blank.place === undefined ? undefined : after.rows[blank.place - after.base]
      const isBack = here === blank.text
      if (isBack) back.push(blank)
      else if (here !== undefined && here !== '') blank.place = undefined
      blank.isElsewhere ||= blank.isFresh && copiesOf(blank.text, after) >= blank.copies
      return !isBack && (blank.isFresh || blank.place !== undefined)
    })
    return back
  }

  #add({ before, after, move, at, step }: Change): void {
    for (const [row, text] of before.rows.entries()) {
      if (text === '') continue
      // A deleted row is blank where nothing has taken its place.
      const now = movedRow(row, move) ?? row
      // What scrolled away is in the scrollback, and not among the rows.
      if (after.rows[now + before.base - after.base] !== '') continue
      this.#blanks.push({
        text,
        place: now + before.base,
        copies: copiesOf(text, before),
        at,
        step,
        isFresh: true,
        isElsewhere: false,
      })
    }
  }
}

function copiesOf(text: string, { rows }: View): number {
  return rows.filter((row) => row === text).length
}
