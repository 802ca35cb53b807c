/** Blocks one after the other, and the containers that hold them: lists and quotes. */
import { BLANK, type Span, type StyledRow } from '../terminal/styled-row.ts'
import { drawCode, restOfCode } from './code.ts'
import { BEGINNING, type Continuation, type Rest, type Sequel } from './continuation.ts'
import { htmlRows, restOfHtml } from './html.ts'
import { hasRoomFor, inset, type Page } from './page.ts'
import { proseRows, restOfProse } from './prose.ts'
import { restOfTable, tableRows } from './table.ts'
import { endsBlank, itemBlocks, itemWith } from './list-source.ts'
import { typed, type MarkedToken, type Tokens } from './tokens.ts'

/** Where blocks stand. In a list item they are as close as in the source, elsewhere a blank row parts them. */
type Place = 'text' | 'item'

/** Blocks that are not printed whole. */
export interface OpenBlocks {
  readonly source: string
  readonly sequel: Sequel
  /** How many of the tokens are printed whole. */
  readonly finished: number
}

interface DrawnBlock {
  readonly index: number
  readonly continuation: Continuation | undefined
  /** Blank rows above. */
  readonly distance: 0 | 1
  readonly rows: readonly StyledRow[]
  /** How many of the rows, the last ones, its source may still change. */
  readonly open: number
}

const QUOTE_LINE: Span = { meaning: 'quote', text: '│ ' }
const BULLETS = ['•', '◦', '▪'] as const

/** The rows of blocks, `sequel` being what is known of the first. */
export function blockRows(
  tokens: readonly MarkedToken[],
  page: Page,
  sequel: Sequel = BEGINNING,
  place: Place = 'text',
  depth = 0,
): readonly StyledRow[] {
  return drawBlocks(tokens, page, sequel, place, depth).flatMap(({ distance, rows }) =>
    distance === 0 ? rows : [BLANK, ...rows],
  )
}

/** How many of the rows come before what may still grow: the last block, or its last line or item. */
export function rowsBeforeOpen(
  tokens: readonly MarkedToken[],
  page: Page,
  sequel: Sequel,
): { readonly before: number; readonly all: readonly StyledRow[] } {
  const drawn = drawBlocks(tokens, page, sequel, 'text', 0)
  const all = drawn.flatMap(({ distance, rows }) => (distance === 0 ? rows : [BLANK, ...rows]))
  const last = drawn.at(-1)
  if (last === undefined) return { before: 0, all }
  const { rows, open, distance } = last
  return { before: all.length - (open < rows.length ? open : rows.length + distance), all }
}

/** What is left of blocks after `count` rows, of which there are more. */
export function restOfBlocks(
  tokens: readonly MarkedToken[],
  page: Page,
  sequel: Sequel,
  count: number,
  place: Place = 'text',
  depth = 0,
): OpenBlocks {
  let left = count
  for (const block of drawBlocks(tokens, page, sequel, place, depth)) {
    const { index, continuation, distance, rows } = block
    const token = tokens[index]
    if (token === undefined || left >= distance + rows.length) {
      left -= distance + rows.length
      continue
    }
    const after = sourceOf(tokens.slice(index + 1))
    const isBegun = left > distance
    const rest: Rest = isBegun
      ? restOf(token, page, continuation, left - distance, depth)
      : { source: token.raw, ...(continuation === undefined ? {} : { continuation }) }
    return {
      source: rest.source + after,
      sequel: {
        above: left >= distance ? 'start' : 'parted',
        ...(rest.continuation === undefined ? {} : { continuation: rest.continuation }),
      },
      finished: index,
    }
  }
  return { source: '', sequel, finished: tokens.length }
}

function sourceOf(tokens: readonly { readonly raw: string }[]): string {
  return tokens.map(({ raw }) => raw).join('')
}

/** Blocks that are seen, each with the distance to the one above. */
function drawBlocks(
  tokens: readonly MarkedToken[],
  page: Page,
  sequel: Sequel,
  place: Place,
  depth: number,
): readonly DrawnBlock[] {
  const drawn: DrawnBlock[] = []
  let { above, continuation } = sequel
  let isParted = false
  for (const [index, token] of tokens.entries()) {
    // A line feed alone at the beginning is the end of an item's first line.
    if (token.type === 'space') isParted = index > 0 || token.raw !== '\n'
    if (token.type === 'space' || token.type === 'def') continue
    const { rows, open } = drawnRows(token, page, continuation, depth)
    if (rows.length > 0) {
      const isClose =
        above !== 'parted' &&
        !isParted &&
        (place === 'item' || (above === 'paragraph' && token.type === 'list'))
      const distance = above === 'start' || isClose ? 0 : 1
      drawn.push({ index, continuation, distance, rows, open })
      above = token.type === 'paragraph' ? 'paragraph' : 'block'
    }
    isParted = false
    continuation = undefined
  }
  return drawn
}

function drawnRows(
  token: MarkedToken,
  page: Page,
  continuation: Continuation | undefined,
  depth: number,
): Pick<DrawnBlock, 'rows' | 'open'> {
  if (token.type === 'code') return drawCode(token, page, continuation)
  if (token.type === 'list') {
    const items = drawList(token, page, continuation, depth)
    const rows = items.flatMap((item) => (item.gap === 1 ? [BLANK, ...item.rows] : item.rows))
    const last = items.at(-1)
    return { rows, open: last === undefined ? rows.length : last.gap + last.rows.length }
  }
  const rows = rowsOf(token, page, continuation, depth)
  return { rows, open: rows.length }
}

function rowsOf(
  token: Exclude<MarkedToken, Tokens.Code | Tokens.List>,
  page: Page,
  continuation: Continuation | undefined,
  depth: number,
): readonly StyledRow[] {
  switch (token.type) {
    case 'paragraph':
    case 'text':
    case 'heading':
      return proseRows(token, page, continuation)
    case 'table':
      return tableRows(token, page, continuation)
    case 'html':
      return htmlRows(token, page, continuation)
    case 'hr':
      return [[{ meaning: 'rule', text: '─'.repeat(page.columns) }]]
    case 'blockquote':
      return quoteRows(token, page, continuation, depth)
    case 'br':
    case 'checkbox':
    case 'codespan':
    case 'def':
    case 'del':
    case 'em':
    case 'escape':
    case 'image':
    case 'link':
    case 'list_item':
    case 'space':
    case 'strong':
      return []
  }
}

function restOf(
  token: MarkedToken,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
  depth: number,
): Rest {
  switch (token.type) {
    case 'paragraph':
    case 'text':
    case 'heading':
      return restOfProse(token, page, continuation, count)
    case 'code':
      return restOfCode(token, page, continuation, count)
    case 'table':
      return restOfTable(token, page, continuation, count)
    case 'html':
      return restOfHtml(token, page, continuation, count)
    case 'blockquote':
      return restOfQuote(token, page, continuation, count, depth)
    case 'list':
      return restOfList(token, page, continuation, count, depth)
    case 'hr':
    case 'br':
    case 'checkbox':
    case 'codespan':
    case 'def':
    case 'del':
    case 'em':
    case 'escape':
    case 'image':
    case 'link':
    case 'list_item':
    case 'space':
    case 'strong':
      // One row at most, which is never cut.
      return { source: token.raw }
  }
}

function quoteRows(
  token: Tokens.Blockquote,
  page: Page,
  continuation: Continuation | undefined,
  depth: number,
): readonly StyledRow[] {
  const inside = continuation?.type === 'blockquote' ? continuation.inside : BEGINNING
  const line = quoteLine(page)
  const rows = blockRows(typed(token.tokens), quotePage(page), inside, 'text', depth)
  return rows.map((spans) => [...line, ...spans])
}

function restOfQuote(
  token: Tokens.Blockquote,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
  depth: number,
): Rest {
  const inside = continuation?.type === 'blockquote' ? continuation.inside : BEGINNING
  const open = restOfBlocks(typed(token.tokens), quotePage(page), inside, count, 'text', depth)
  const end = token.raw.endsWith('\n') ? '\n' : ''
  const source = open.source.split('\n')
  return {
    source: source.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n') + end,
    continuation: { type: 'blockquote', inside: open.sequel },
  }
}

function quoteLine(page: Page): readonly Span[] {
  return hasRoomFor(page, QUOTE_LINE.text.length) ? [QUOTE_LINE] : []
}

function quotePage(page: Page): Page {
  return inset(page, hasRoomFor(page, QUOTE_LINE.text.length) ? QUOTE_LINE.text.length : 0)
}

interface DrawnItem {
  readonly token: Tokens.ListItem
  readonly number: number
  /** Blank rows before it. */
  readonly gap: 0 | 1
  /** Rows that hold the marker alone. */
  readonly ownRows: 0 | 1
  readonly sequel: Sequel | undefined
  readonly page: Page
  readonly rows: readonly StyledRow[]
}

function drawList(
  list: Tokens.List,
  page: Page,
  continuation: Continuation | undefined,
  depth: number,
): readonly DrawnItem[] {
  const from = continuation?.type === 'list' ? continuation : undefined
  const first = from?.number ?? (list.start === '' ? 1 : list.start)
  return list.items.map((token, index): DrawnItem => {
    const number = first + index
    const text = list.ordered ? `${number}. ` : `${BULLETS[depth % BULLETS.length] ?? '•'} `
    const marker: Span = { meaning: 'bullet', text }
    const sequel = index === 0 ? from?.item : undefined
    const before = list.items[index - 1]
    const gap = before === undefined ? from?.gap === true : endsBlank(before)
    const isIndented = hasRoomFor(page, text.length)
    const inner = inset(page, isIndented ? text.length : 0)
    const blocks = blockRows(itemBlocks(token), inner, sequel, 'item', depth + 1)
    const ownRows = sequel === undefined && (!isIndented || blocks.length === 0) ? 1 : 0
    const margin: Span = { meaning: 'plain', text: ' '.repeat(text.length) }
    const rows = isIndented
      ? blocks.map((spans, y) =>
          y === 0 && sequel === undefined
            ? [marker, ...spans]
            : spans.length === 0
              ? spans
              : [margin, ...spans],
        )
      : blocks
    return {
      token,
      number,
      gap: gap ? 1 : 0,
      ownRows,
      sequel,
      page: inner,
      rows: ownRows === 1 ? [[marker], ...rows] : rows,
    }
  })
}

function restOfList(
  list: Tokens.List,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
  depth: number,
): Rest {
  let left = count
  const { items, raw } = list
  const end = raw.slice(items.reduce((sum, item) => sum + item.raw.length, 0))
  for (const [index, drawn] of drawList(list, page, continuation, depth).entries()) {
    const { token, number, gap, ownRows, sequel, page: inner, rows } = drawn
    if (left >= gap + rows.length) {
      left -= gap + rows.length
      continue
    }
    const after = sourceOf(items.slice(index + 1)) + end
    if (left <= gap) {
      const item = sequel === undefined ? {} : { item: sequel }
      return {
        source: token.raw + after,
        continuation: { type: 'list', number, gap: gap > left, ...item },
      }
    }
    const content = restOfBlocks(
      itemBlocks(token),
      inner,
      sequel ?? BEGINNING,
      left - gap - ownRows,
      'item',
      depth + 1,
    )
    const [margin = ''] = /\n*$/.exec(token.raw) ?? []
    return {
      source: itemWith(token, content.source.replace(/\n+$/, '')) + margin + after,
      continuation: { type: 'list', number, gap: false, item: content.sequel },
    }
  }
  return { source: '' }
}
