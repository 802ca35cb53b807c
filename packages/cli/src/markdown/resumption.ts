/**
 * The mark at which the rest of a text begins whose beginning is printed. It keeps the rest from being read as another
 * block (`# `, `1. `, a fence) and stands for the character before it, which decides whether a `*` or `_` opens. It is a
 * noncharacter, which no text has to contain; {@link withoutMarks} takes it out of what comes from outside.
 */
const MARK = '\ufdd0'

/** Stand for a space, a punctuation mark and a letter; none of them means anything to Markdown. */
const AFTER_SPACE = '\u3000'
const AFTER_PUNCTUATION = '\u00a7'
const AFTER_LETTER = '\u00aa'

/** Takes the mark out of text from outside. */
export function withoutMarks(text: string): string {
  return text.includes(MARK) ? text.replaceAll(MARK, '\ufffd') : text
}

/** What a rest begins with that follows `before`, which may itself be nothing but such a beginning. */
export function resumptionAfter(before: string): string {
  const previous = before.at(-1) ?? ' '
  if (/\s/.test(previous) || previous === MARK) return MARK + AFTER_SPACE
  return MARK + (/[\p{P}\p{S}]/u.test(previous) ? AFTER_PUNCTUATION : AFTER_LETTER)
}

/** How many characters of a text are a mark that it begins with; marked may have trimmed the space behind it. */
export function resumptionLength(text: string): number {
  if (!text.startsWith(MARK)) return 0
  return [AFTER_SPACE, AFTER_PUNCTUATION, AFTER_LETTER].includes(text.charAt(1)) ? 2 : 1
}
