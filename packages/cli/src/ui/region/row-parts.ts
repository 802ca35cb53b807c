/** A row of parts with a dot between them, of which the least dear go first where there is no room for all. */
import { widthOf } from '../../terminal/graphemes.ts'
import type { Span, StyledRow } from '../../terminal/styled-row.ts'
import type { Meaning } from '../../terminal/theme.ts'
import { truncate } from '../../terminal/wrap.ts'

export interface RowPart {
  readonly meaning: Meaning
  /** Of one line, harmless. */
  readonly text: string
  /** The least one is dropped first; each part of a row has another. */
  readonly worth: number
  /** Cells to which it may be cut; absent: it is shown whole or not at all. */
  readonly least?: number
}

const BETWEEN = ' · '

/** The parts that fit into `columns`, in their order; the dearest is there in any case, cut if it has to be. */
export function fittedParts(parts: readonly RowPart[], columns: number): StyledRow {
  const widths = new Map<RowPart, number>()
  let left = columns
  for (const part of parts.toSorted((a, b) => b.worth - a.worth)) {
    const full = widthOf(part.text)
    const room = widths.size === 0 ? left : left - BETWEEN.length
    const width = Math.min(full, room)
    // What has no room leaves none to a cheaper one.
    if (widths.size > 0 && width < Math.min(full, part.least ?? full)) break
    widths.set(part, width)
    left = room - width
  }
  return parts
    .filter((part) => widths.has(part))
    .flatMap((part, index): Span[] => {
      const text = truncate(part.text, widths.get(part) ?? 0)
      const shown: Span = { meaning: part.meaning, text }
      return index === 0 ? [shown] : [{ meaning: 'hint', text: BETWEEN }, shown]
    })
}
