/** Text with emphasis, code and links as spans. */
import { harmless } from '../terminal/harmless.ts'
import type { Span } from '../terminal/styled-row.ts'
import type { Meaning } from '../terminal/theme.ts'
import { decodeEntities, REFERENCE } from './entities.ts'
import type { Page } from './page.ts'
import { typed, type MarkedToken, type Tokens } from './tokens.ts'

/** A token of a text's top level, drawn. */
export interface InlinePart {
  readonly raw: string
  readonly spans: readonly Span[]
  /** Every character of `raw` is drawn as itself, so that it may be cut anywhere. */
  readonly literal: boolean
}

interface Style {
  readonly meanings: readonly Meaning[]
  readonly link?: string
}

const CHECKED = '[x] '
const UNCHECKED = '[ ] '

/** The parts of a text, which has `meanings` as a whole. Line feeds in the spans are line breaks. */
export function inlineParts(
  tokens: readonly MarkedToken[],
  page: Page,
  meanings: readonly Meaning[] = [],
): readonly InlinePart[] {
  return tokens.flatMap((token): readonly InlinePart[] => {
    if (token.type !== 'text') {
      return [{ raw: token.raw, spans: spansOf(token, page, { meanings }), literal: false }]
    }
    // A long text must not become one piece for a reference in it.
    const pieces = token.raw.includes('&') ? token.raw.split(REFERENCE) : [token.raw]
    return pieces
      .filter((raw) => raw !== '')
      .map((raw) => {
        const drawn = span(decodeEntities(raw), { meanings })
        return { raw, spans: [drawn], literal: drawn.text === flat(raw) }
      })
  })
}

/** The spans of tokens one after the other. */
export function inlineSpans(
  tokens: readonly MarkedToken[],
  page: Page,
  meanings: readonly Meaning[] = [],
): readonly Span[] {
  return tokens.flatMap((token) => spansOf(token, page, { meanings }))
}

function spansOf(token: MarkedToken, page: Page, style: Style): readonly Span[] {
  const within = (meaning: Meaning, tokens: Tokens.Generic['tokens']): readonly Span[] =>
    typed(tokens).flatMap((each) =>
      spansOf(each, page, { ...style, meanings: [...style.meanings, meaning] }),
    )
  switch (token.type) {
    case 'strong':
      return within('strong', token.tokens)
    case 'em':
      return within('emphasis', token.tokens)
    case 'del':
      return within('struck', token.tokens)
    case 'codespan':
      return [span(token.text, { ...style, meanings: [...style.meanings, 'code'] })]
    case 'br':
      return [span('\n', style)]
    case 'html':
      return [/^<br\s*\/?>$/i.test(token.raw) ? span('\n', style) : span(token.raw, style)]
    case 'checkbox':
      return [
        span(token.checked ? CHECKED : UNCHECKED, {
          ...style,
          meanings: [...style.meanings, 'bullet'],
        }),
      ]
    case 'link':
      return linkSpans(token, page, style)
    case 'image':
      return imageSpans(token, style)
    case 'escape':
      return [span(token.text, style)]
    case 'text':
      return [span(decodeEntities(token.raw), style)]
    case 'blockquote':
    case 'code':
    case 'def':
    case 'heading':
    case 'hr':
    case 'list':
    case 'list_item':
    case 'paragraph':
    case 'space':
    case 'table':
      // Blocks, which marked finds in no running text.
      return [span(token.raw, style)]
  }
}

function linkSpans(token: Tokens.Link, page: Page, style: Style): readonly Span[] {
  const url = addressOf(token.href)
  const named: Style = {
    meanings: [...style.meanings, 'link'],
    ...(url === undefined ? {} : { link: url }),
  }
  const spans = typed(token.tokens).flatMap((each) => spansOf(each, page, named))
  const text = spans.map((each) => each.text).join('')
  const shown = harmless(token.href)
  if (text === shown || `mailto:${text}` === shown || `http://${text}` === shown) return spans
  // A text that looks like an address and is not the one it leads to deceives.
  const isClear = page.clickableLinks && url !== undefined && !/^(?:\w+:\/\/|www\.)/.test(text)
  return isClear || shown === '' ? spans : [...spans, span(` (${shown})`, metaIn(style))]
}

function imageSpans(token: Tokens.Image, style: Style): readonly Span[] {
  const url = addressOf(token.href)
  const named: Style = {
    meanings: [...style.meanings, 'link'],
    ...(url === undefined ? {} : { link: url }),
  }
  return [
    span(token.text === '' ? 'image' : token.text, named),
    span(` (${token.href})`, metaIn(style)),
  ]
}

function metaIn({ meanings }: Style): Style {
  return { meanings: [...meanings, 'meta'] }
}

/** An address that a terminal may be asked to open: http, https and mailto only. */
function addressOf(href: string): string | undefined {
  return /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu.test(href) ? href : undefined
}

function span(text: string, { meanings, link }: Style): Span {
  return {
    meaning:
      meanings.length === 0 ? 'plain' : meanings.length === 1 ? (meanings[0] ?? 'plain') : meanings,
    // A character reference may stand for a control character.
    text: flat(harmless(text)),
    ...(link === undefined ? {} : { link }),
  }
}

/** In running text a tab is a space. */
function flat(text: string): string {
  return text.replaceAll('\t', ' ')
}
