/** Text as people see it: graphemes, and the cells that they take in a terminal. */
import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Printable ASCII: one code unit, one grapheme, one cell each. */
const PLAIN = /^[\x20-\x7e]*$/

export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

export function graphemesOf(text: string): Intl.Segments {
  return segmenter.segment(text)
}

/** What may be an emoji or begin one that is joined of several. */
const EMOJI_LIKE = /\p{Emoji_Presentation}|\u200D|\uFE0F/u

/**
 * One emoji as texts have them: of one code point, a flag, with a skin tone, asked for by U+FE0F, or joined of several
 * (UTS #51). Each takes two cells, which is what `string-width` says too, by a table of all emoji that takes 30 ms to build.
 */
const EMOJI = ((): RegExp => {
  const toned = String.raw`\p{Emoji_Modifier_Base}\p{Emoji_Modifier}`
  const part = String.raw`(?:${toned}|\p{Extended_Pictographic}\uFE0F?)`
  const alone = String.raw`\p{Emoji_Presentation}|\p{Regional_Indicator}{2}|\p{Emoji}\uFE0F|${toned}`
  return new RegExp(String.raw`^(?:${alone}|${part}(?:\u200D${part})+)$`, 'u')
})()

/** Longer texts are rarely measured twice. */
const SHORT = 8
const MOST_KNOWN = 10_000
const known = new Map<string, number>()

/** Cells in a terminal. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length
  if (text.length > SHORT) return measured(text)
  let width = known.get(text)
  if (width === undefined) {
    width = measured(text)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(text, width)
  }
  return width
}

function measured(text: string): number {
  if (!EMOJI_LIKE.test(text)) return stringWidth(text)
  if (EMOJI.test(text)) return 2
  let width = 0
  for (const { segment } of graphemesOf(text)) {
    width += segment === text ? stringWidth(text) : widthOf(segment)
  }
  return width
}

/** The logical line around `offset`: where it begins, and where it ends (before its newline). */
export function lineAround(text: string, offset: number): { start: number; end: number } {
  const newline = text.indexOf('\n', offset)
  return {
    start: offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1,
    end: newline === -1 ? text.length : newline,
  }
}

/** The nearest grapheme border at or after `offset`. */
export function borderAt(text: string, offset: number): number {
  if (offset <= 0) return 0
  if (offset >= text.length) return text.length
  const line = lineAround(text, offset)
  if (offset === line.start || offset === line.end) return offset
  const segment = graphemesOf(text.slice(line.start, line.end)).containing(offset - line.start)
  if (segment === undefined || segment.index === offset - line.start) return offset
  return line.start + segment.index + segment.segment.length
}

/** The grapheme border before `offset`; 0 at the beginning. */
export function borderBefore(text: string, offset: number): number {
  if (offset <= 0) return 0
  const line = lineAround(text, offset)
  if (offset === line.start) return offset - 1
  const segment = graphemesOf(text.slice(line.start, line.end)).containing(offset - line.start - 1)
  return segment === undefined ? offset - 1 : line.start + segment.index
}

/** The grapheme border after `offset`; the text's length at its end. */
export function borderAfter(text: string, offset: number): number {
  return offset >= text.length ? text.length : borderAt(text, offset + 1)
}
