/**
 * Pastes that are shown folded. In the editor's text a folded paste is a mark of one grapheme: a noncharacter
 * (which no text from outside may hold) followed by variation selectors that count pastes in base 240.
 */

const MARK = '\uFDD0'
const FIRST_DIGIT = 0xe0100
const BASE = 240
const FOLD = /\uFDD0[\u{E0100}-\u{E01EF}]+/gu

/** A paste with fewer lines and characters is shown as it is. */
const MIN_LINES = 10
const MIN_LENGTH = 1000
/** A longer text would make every key slow; it is always folded. */
export const MAX_SHOWN = 100_000

/** What a text may hold here: newlines are `\n`, and there are no other control characters but tabs. */
export function typable(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .replaceAll(MARK, '\uFFFD')
    .toWellFormed()
}

/** Whether a paste is long enough to be folded. */
export function isLong(text: string): boolean {
  return text.length >= MIN_LENGTH || linesIn(text) >= MIN_LINES
}

export function foldMark(index: number): string {
  let digits = ''
  let rest = index
  do {
    digits = String.fromCodePoint(FIRST_DIGIT + (rest % BASE)) + digits
    rest = Math.floor(rest / BASE)
  } while (rest > 0)
  return MARK + digits
}

function indexOfMark(mark: string): number {
  return Array.from(mark.slice(MARK.length)).reduce(
    (index, digit) => index * BASE + (digit.codePointAt(0) ?? FIRST_DIGIT) - FIRST_DIGIT,
    0,
  )
}

/** Whether a grapheme is a folded paste. */
export function isFold(grapheme: string): boolean {
  return grapheme.startsWith(MARK)
}

export interface Fold {
  /** Offsets of its mark. */
  readonly start: number
  readonly end: number
  /** What was pasted. */
  readonly text: string
}

/** The folded pastes of a text, in their order. */
export function foldsIn(text: string, pastes: readonly string[]): Fold[] {
  if (!text.includes(MARK)) return []
  return Array.from(text.matchAll(FOLD), ({ 0: mark, index }) => ({
    start: index,
    end: index + mark.length,
    text: pastes[indexOfMark(mark)] ?? '',
  }))
}

/** How a folded paste is shown. */
export function foldLabel(pasted: string): string {
  const lines = linesIn(pasted)
  return lines > 1 ? `[pasted ${lines} lines]` : `[pasted ${pasted.length} characters]`
}

/** The text with all that was pasted. */
export function unfolded(text: string, pastes: readonly string[]): string {
  if (!text.includes(MARK)) return text
  return text.replaceAll(FOLD, (mark) => pastes[indexOfMark(mark)] ?? '')
}

/** The text with the pastes that are known folded again, and folded as a whole where it is too long to be shown. */
export function refolded(
  text: string,
  pastes: readonly string[],
): { readonly text: string; readonly pastes: readonly string[] } {
  const known = [...pastes.entries()].toSorted(([, a], [, b]) => b.length - a.length)
  let shown = text
  for (const [index, pasted] of known) {
    if (pasted.length <= shown.length) shown = shown.replaceAll(pasted, () => foldMark(index))
  }
  return shown.length <= MAX_SHOWN
    ? { text: shown, pastes }
    : { text: foldMark(pastes.length), pastes: [...pastes, text] }
}

function linesIn(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
