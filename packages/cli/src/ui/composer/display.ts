/** The editor's text as it is shown, with a label for each folded paste, and the way between the offsets of both. */
import { foldLabel, foldsIn } from './folds.ts'

export interface Label {
  readonly start: number
  readonly end: number
}

export interface Display {
  readonly text: string
  /** Where the labels are, as offsets into `text`. */
  readonly labels: readonly Label[]
  /** From an offset of the source. */
  readonly fromSource: (offset: number) => number
  /** To an offset of the source; inside a label it is the label's beginning. */
  readonly toSource: (offset: number) => number
}

export function displayOf(source: string, pastes: readonly string[]): Display {
  const folds = foldsIn(source, pastes)
  let text = ''
  let end = 0
  const labels = folds.map((fold): Label => {
    text += source.slice(end, fold.start)
    const start = text.length
    text += foldLabel(fold.text)
    end = fold.end
    return { start, end: text.length }
  })
  text += source.slice(end)
  return {
    text,
    labels,
    fromSource: (offset) => {
      const at = folds.findLastIndex((fold) => fold.start < offset)
      const fold = folds[at]
      const label = labels[at]
      if (fold === undefined || label === undefined) return offset
      return offset < fold.end ? label.start : label.end + offset - fold.end
    },
    toSource: (offset) => {
      const at = labels.findLastIndex((label) => label.start < offset)
      const fold = folds[at]
      const label = labels[at]
      if (fold === undefined || label === undefined) return offset
      return offset < label.end ? fold.start : fold.end + offset - label.end
    },
  }
}
