/** What a person types to search, as phrases that every hit has. There is no syntax: no input is an error. */
import { wordsOf, type Token, type Word } from './tokens.ts'

/** Words beyond these are left out: SQLite bounds the depth of an expression. */
const MAX_WORDS = 32

export interface Phrase {
  /** Tokens that stand side by side. */
  readonly tokens: readonly string[]
  /** Or this one: the identifier written without its borders. */
  readonly whole?: string
  /** The last token is a beginning. */
  readonly prefix: boolean
  /** It is the beginning of a word, which may also be the word itself. */
  readonly word?: boolean
}

/** The last word counts as a beginning; an empty list where there is nothing to search for. */
export function phrasesOf(query: string): Phrase[] {
  const words = wordsOf(query).slice(0, MAX_WORDS)
  return words.map((word, index) => phraseOf(word, index === words.length - 1))
}

function phraseOf({ tokens, wholes: [whole], unspaced }: Word, last: boolean): Phrase {
  const texts = tokens.map(({ text }) => text)
  // The run's last character alone is in the index for a search of one character: all pairs begin with theirs.
  if (unspaced) {
    return texts.length === 1
      ? { tokens: texts, prefix: true }
      : { tokens: texts.slice(0, -1), prefix: false }
  }
  return {
    tokens: texts,
    ...(whole !== undefined && { whole: whole.text }),
    prefix: last,
    word: true,
  }
}

/** The phrases in the language of FTS5. Tokens hold letters, marks and digits only, so that they need no escaping. */
export function matchExpression(phrases: readonly Phrase[]): string {
  const parts = phrases.map(({ tokens, whole, prefix }) => {
    const star = prefix ? '*' : ''
    const phrase = `"${tokens.join(' ')}"${star}`
    return whole === undefined ? phrase : `(${phrase} OR "${whole}"${star})`
  })
  return [...new Set(parts)].join(' AND ')
}

/** A place in a text that a phrase stands for (UTF-16 code units). */
export interface Match {
  readonly start: number
  readonly end: number
  readonly phrase: number
}

/** The places of all phrases, by their beginning, the shorter first. */
export function matchesIn(text: string, phrases: readonly Phrase[]): Match[] {
  const words = wordsOf(text)
  const tokens = words.flatMap((word) => word.tokens)
  const wholes = words.flatMap((word) => word.wholes)
  return phrases
    .flatMap((phrase, index) => [
      ...placesOf(phrase, tokens).map((place) => ({ ...place, phrase: index })),
      ...placesOf({ ...phrase, tokens: [phrase.whole ?? phrase.tokens.join('')] }, wholes).map(
        (place) => ({ ...place, phrase: index }),
      ),
    ])
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
}

function placesOf({ tokens: wanted, prefix }: Phrase, tokens: readonly Token[]) {
  const places: { start: number; end: number }[] = []
  const [first = ''] = wanted
  for (const [index, token] of tokens.entries()) {
    // Most tokens leave here.
    if (!token.text.startsWith(first)) continue
    const found = wanted.every((text, offset) => {
      const there = tokens[index + offset]?.text
      return prefix && offset === wanted.length - 1 ? there?.startsWith(text) : there === text
    })
    const last = tokens[index + wanted.length - 1]
    if (found && last !== undefined) places.push({ start: token.start, end: last.end })
  }
  return places
}
