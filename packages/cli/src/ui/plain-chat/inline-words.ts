/** Markdown within a line, as words: marks are left out, and where a link leads to is said. */
import { Lexer, type Token } from 'marked'

/** A line of Markdown without its marks. */
export function inlineWords(source: string): string {
  const leading = /^\s*/.exec(source)?.[0] ?? ''
  return leading + wordsOf(new Lexer().inlineTokens(source.slice(leading.length)))
}

/** What is whole within a line: code, emphasis, links and tags; code first, for nothing within it counts. */
const WHOLE: readonly RegExp[] = [
  /(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g,
  /(\*{1,3}|_{1,3}|~{1,2})[^*_~\n]+\1/g,
  /!?\[[^[\]]*\](?:\([^()]*\))?/g,
  /<[^<>]*>/g,
]

/** Whether `source` may end within something that a later mark closes, so that what it means cannot be said yet. */
export function isOpenInline(source: string): boolean {
  const rest = WHOLE.reduce((text, whole) => text.replaceAll(whole, 'x'), source)
  return /[`*_~[\]<\\]/.test(rest)
}

function wordsOf(tokens: readonly Token[]): string {
  return tokens.map(wordOf).join('')
}

function wordOf(token: Token): string {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return wordsOf(token.tokens ?? [])
    case 'link': {
      const text = wordsOf(token.tokens ?? [])
      const href = String(token['href'] ?? '')
      return text === href || href === `mailto:${text}` ? text : `${text} (link: ${href})`
    }
    case 'image':
      return `(image: ${String(token['text'] ?? '')})`
    case 'codespan':
    case 'escape':
      return String(token['text'] ?? '')
    case 'br':
      return '\n'
    default:
      return token.raw
  }
}
