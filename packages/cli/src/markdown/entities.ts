/** Character references: the named ones that models write, and all numeric ones. */
const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  plusmn: '±',
  times: '×',
  divide: '÷',
  middot: '·',
  bull: '•',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  larr: '←',
  uarr: '↑',
  rarr: '→',
  darr: '↓',
  harr: '↔',
  le: '≤',
  ge: '≥',
  ne: '≠',
  infin: '∞',
  euro: '€',
  pound: '£',
  para: '¶',
  sect: '§',
}

/** A reference, as a group of its own: what `split` needs to keep it. */
export const REFERENCE = /(&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w+);)/g

/** Replaces the references that it knows; others stay as they are. */
export function decodeEntities(text: string): string {
  return text.includes('&') ? text.replace(REFERENCE, characterOf) : text
}

function characterOf(reference: string): string {
  const name = reference.slice(1, -1)
  if (name.startsWith('#')) {
    const isHexadecimal = /^#x/i.test(name)
    const code = Number.parseInt(name.slice(isHexadecimal ? 2 : 1), isHexadecimal ? 16 : 10)
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return isCharacter ? String.fromCodePoint(code) : '\ufffd'
  }
  return Object.hasOwn(CHARACTERS, name) ? (CHARACTERS[name] ?? reference) : reference
}
