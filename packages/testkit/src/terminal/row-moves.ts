/** Which rows of the screen a step moves, as ECMA-48 and xterm define it. Pure. */
import { controlSequence } from './steps.ts'

/** The rows that scroll, both inclusive, counted from 0 at the top of the screen. */
export interface ScrollRegion {
  readonly top: number
  readonly bottom: number
}

/** The rows `from` to `to`, both inclusive, go `by` rows down; those that leave this range are lost. */
export interface RowMove {
  readonly from: number
  readonly to: number
  readonly by: number
}

/**
 * What the step moves, with the cursor in row `y`. Scrolling of a region that begins at the top of the
 * screen is no move: its rows go to the scrollback, where they keep their number counted from the oldest.
 */
export function moveOf(step: string, y: number, region: ScrollRegion): RowMove | undefined {
  const { top, bottom } = region
  const isInside = y >= top && y <= bottom
  if (step === '\u001bM') return y === top ? { from: top, to: bottom, by: 1 } : undefined
  if (['\n', '\u000b', '\u000c', '\u001bD', '\u001bE'].includes(step))
    return y === bottom && top > 0 ? { from: top, to: bottom, by: -1 } : undefined
  const sequence = controlSequence(step)
  if (sequence === undefined || sequence.mark !== '') return undefined
  const count = Math.max(1, sequence.parameters[0] ?? 1)
  switch (sequence.name) {
    case 'L':
      return isInside ? { from: y, to: bottom, by: count } : undefined
    case 'M':
      return isInside ? { from: y, to: bottom, by: -count } : undefined
    case 'S':
      return { from: top, to: bottom, by: -count }
    case 'T':
      // With more parameters it is mouse tracking.
      return sequence.parameters.length === 1 ? { from: top, to: bottom, by: count } : undefined
    default:
      return undefined
  }
}

/** Where a row stands after the move, or undefined where it is lost. */
export function movedRow(row: number, move: RowMove | undefined): number | undefined {
  if (move === undefined || row < move.from || row > move.to) return row
  const to = row + move.by
  return to < move.from || to > move.to ? undefined : to
}

/** The region that is set after the step, on a screen of so many rows. */
export function regionAfter(step: string, region: ScrollRegion, rows: number): ScrollRegion {
  const whole = { top: 0, bottom: rows - 1 }
  if (step === '\u001bc') return whole
  const sequence = controlSequence(step)
  if (sequence?.mark !== '') return region
  if (sequence.name === '!p') return whole
  if (sequence.name !== 'r') return region
  const top = Math.max(1, sequence.parameters[0] ?? 1) - 1
  const bottom = Math.min(rows, sequence.parameters[1] || rows) - 1
  return bottom > top ? { top, bottom } : region
}
