/** Markdown's tokens, as marked's lexer finds them. */
import { Lexer, type Links, type MarkedToken, type Token, type Tokens } from 'marked'

export type { Links, MarkedToken, Tokens } from 'marked'

const TYPES: ReadonlySet<string> = new Set<MarkedToken['type']>([
  'blockquote',
  'br',
  'checkbox',
  'code',
  'codespan',
  'def',
  'del',
  'em',
  'escape',
  'heading',
  'hr',
  'html',
  'image',
  'link',
  'list',
  'list_item',
  'paragraph',
  'space',
  'strong',
  'table',
  'text',
])

function isMarked(token: Token): token is MarkedToken {
  return TYPES.has(token.type)
}

/** Tokens with their types; extensions, of which there are none here, left out. */
export function typed(tokens: readonly Token[] | undefined): readonly MarkedToken[] {
  return tokens?.filter(isMarked) ?? []
}

/** The blocks of a source. `links` are the link definitions that stand before it. */
export function blocksOf(source: string, links: Links): readonly MarkedToken[] {
  const lexer = new Lexer()
  // marked adds the definitions that it finds.
  Object.assign(lexer.tokens.links, links)
  return typed(lexer.lex(source))
}

/** A paragraph of a list item is a text of blocks. */
export type Prose = Tokens.Paragraph | Tokens.Text | Tokens.Heading
