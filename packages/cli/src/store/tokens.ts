/**
 * What a text is found by. The full-text index gets tokens that are cut here, so that it finds what SQLite's own
 * tokenizers miss: parts of identifiers (`getUserName`, `max_inflight`) and scripts that are written without spaces.
 */

/** A token of the index and the place in the text that it stands for (UTF-16 code units). */
export interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** A word, or a run of a script without spaces. */
export interface Word {
  /** A word's parts; of a run its overlapping pairs of characters, then its last character alone. */
  readonly tokens: readonly Token[]
  /** An identifier of several parts without its borders, from each part on: `getusername`, `username`. */
  readonly wholes: readonly Token[]
  readonly unspaced: boolean
}

const WORD = /[\p{L}\p{M}\p{N}_]+/gu
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+/gu
const ASCII = /^\w+$/
const COMPOUND = /_|[\p{Ll}\p{N}]\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u
const ASCII_COMPOUND = /_|[a-z0-9][A-Z]|[A-Z][A-Z][a-z]/
const PART_BORDER = /_+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu
/** Accents and variation selectors: `café` is found by `cafe`. */
const ACCENTS = /[\u0300-\u036f\ufe00-\ufe0f]/g
const NOT_IN_WORDS = /[^\p{L}\p{M}\p{N}]/gu
const LONGEST_TOKEN = 64
const MOST_WHOLES = 8

/** The words of a text in order, case and accents folded. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(WORD)) {
    const [word] = match
    if (ASCII.test(word)) addSpaced(words, word, match.index)
    else addMixed(words, word, match.index)
  }
  return words
}

/** A word that may change its script: `東京tower` is a run and a word. */
function addMixed(words: Word[], word: string, offset: number): void {
  let done = 0
  for (const match of word.matchAll(UNSPACED)) {
    addSpaced(words, word.slice(done, match.index), offset + done)
    addUnspaced(words, match[0], offset + match.index)
    done = match.index + match[0].length
  }
  addSpaced(words, word.slice(done), offset + done)
}

function addSpaced(words: Word[], word: string, offset: number): void {
  const ascii = ASCII.test(word)
  const compound = (ascii ? ASCII_COMPOUND : COMPOUND).test(word)
  const borders = compound ? [...word.matchAll(PART_BORDER)] : []
  const tokens: Token[] = []
  const addPart = (start: number, end: number): void => {
    const token = tokenOf(word.slice(start, end), offset + start, ascii)
    if (token !== undefined) tokens.push(token)
  }
  let done = 0
  for (const border of borders) {
    addPart(done, border.index)
    done = border.index + border[0].length
  }
  addPart(done, word.length)
  if (tokens.length > 0) words.push({ tokens, wholes: wholesOf(tokens), unspaced: false })
}

function wholesOf(tokens: readonly Token[]): Token[] {
  const end = tokens.at(-1)?.end ?? 0
  return tokens
    .slice(0, -1)
    .slice(0, MOST_WHOLES)
    .map(({ start }, index) => {
      const parts = tokens.slice(index, index + LONGEST_TOKEN).map(({ text }) => text)
      return { text: parts.join('').slice(0, LONGEST_TOKEN), start, end }
    })
}

function addUnspaced(words: Word[], run: string, offset: number): void {
  const characters = Array.from(fold(run))
  const originals = Array.from(run)
  // Folding may join characters (half-width katakana): then every pair stands for the whole run.
  const aligned = characters.length === originals.length
  let at = offset
  const tokens = characters.map((character, index): Token => {
    const next = characters[index + 1] ?? ''
    const start = at
    at += originals[index]?.length ?? 0
    return {
      text: character + next,
      start: aligned ? start : offset,
      end: aligned ? at + (originals[index + 1]?.length ?? 0) : offset + run.length,
    }
  })
  if (tokens.length > 0) words.push({ tokens, wholes: [], unspaced: true })
}

function tokenOf(part: string, start: number, ascii: boolean): Token | undefined {
  const text = (ascii ? part.toLowerCase() : fold(part)).slice(0, LONGEST_TOKEN)
  return text === '' ? undefined : { text, start, end: start + part.length }
}

function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .normalize('NFC')
    .replace(NOT_IN_WORDS, '')
}
