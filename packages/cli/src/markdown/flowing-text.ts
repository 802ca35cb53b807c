/** Running text: spans broken into rows, at words where that is possible. */
import type { Span, StyledRow } from '../terminal/styled-row.ts'
import { wrapLine } from '../terminal/wrap.ts'

/** A row of a text, and the offset in the text at which it begins. */
export interface FlowingRow {
  readonly start: number
  readonly spans: StyledRow
}

/** Wraps spans as one text. Line feeds break lines; spaces at both ends of a line are left out. */
export function flowingRows(spans: readonly Span[], columns: number): readonly FlowingRow[] {
  const text = spans.map((span) => span.text).join('')
  const slicer = new SpanSlicer(spans)
  const rows: FlowingRow[] = []
  let lineStart = 0
  for (const line of text.split('\n')) {
    const indentation = line.length - line.trimStart().length
    const words = line.slice(indentation).trimEnd()
    for (const { start, end } of wrapLine(words, Math.max(1, columns))) {
      const from = lineStart + indentation + start
      const shown = words.slice(start, end).trimEnd()
      rows.push({ start: from, spans: slicer.slice(from, from + shown.length) })
    }
    lineStart += line.length + 1
  }
  return rows
}

/** The spans of a text from `start` to `end`. */
export function sliceSpans(spans: readonly Span[], start: number, end: number): readonly Span[] {
  return new SpanSlicer(spans).slice(start, end)
}

/** Cuts slices one after the other, each beginning no earlier than the one before. */
class SpanSlicer {
  readonly #spans: readonly Span[]
  #index = 0
  #offset = 0

  constructor(spans: readonly Span[]) {
    this.#spans = spans
  }

  slice(start: number, end: number): readonly Span[] {
    for (;;) {
      const length = this.#spans[this.#index]?.text.length
      if (length === undefined || this.#offset + length > start) break
      this.#offset += length
      this.#index += 1
    }
    const sliced: Span[] = []
    let offset = this.#offset
    for (let index = this.#index; offset < end; index++) {
      const span = this.#spans[index]
      if (span === undefined) break
      const text = span.text.slice(Math.max(0, start - offset), end - offset)
      if (text !== '') sliced.push({ ...span, text })
      offset += span.text.length
    }
    return sliced
  }
}
