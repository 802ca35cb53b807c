/**
 * Markdown while it streams: what of it is finished and may be printed for good, and the open end. Pure. What is printed
 * is forgotten, so that a piece costs the same however long the answer is.
 */
import { harmless } from '../terminal/harmless.ts'
import type { StyledRow } from '../terminal/styled-row.ts'
import { restOfBlocks, rowsBeforeOpen } from './blocks.ts'
import { BEGINNING, type Sequel } from './continuation.ts'
import { isSamePage, pageOf, type Ability, type Page } from './page.ts'
import { withoutBlankEnd } from './rendered-markdown.ts'
import { withoutMarks } from './resumption.ts'
import { blocksOf, type Links, type MarkedToken } from './tokens.ts'
import { undecidedFrom } from './undecided.ts'

/** The room that an answer has. It may differ from call to call: a terminal is resized. */
export interface Extent extends Partial<Ability> {
  readonly columns: number
  /** Rows that the open end may take before it is committed by line; at least 1. */
  readonly tailRows: number
}

/** An answer so far. Made by {@link emptyMarkdown} and {@link grow} only. */
export interface StreamedMarkdown {
  /** The source that is not printed yet, made harmless. */
  readonly open: string
  readonly sequel: Sequel
  /** The link definitions that are printed, which is to say, passed. */
  readonly links: Links
}

/** The open ends that {@link grow} has drawn, so that they need not be drawn again for the screen. */
const ends = new WeakMap<
  StreamedMarkdown,
  { readonly page: Page; readonly rows: readonly StyledRow[] }
>()

export function emptyMarkdown(): StreamedMarkdown {
  return { open: '', sequel: BEGINNING, links: {} }
}

/**
 * Takes a piece of the source. Returns the rows that it finished, to be printed for good: all blocks but the last,
 * of a last list all items but the last, of last code all lines but the last, and of anything what exceeds
 * `extent.tailRows`. Pieces may be cut anywhere.
 */
export function grow(
  state: StreamedMarkdown,
  delta: string,
  extent: Extent,
): { readonly state: StreamedMarkdown; readonly rows: readonly StyledRow[] } {
  const open = state.open + withoutMarks(harmless(delta))
  const grown = { ...state, open }
  const decided = open.slice(0, undecidedFrom(open))
  const { tokens, before, rows } = drawn(grown, decided, extent)
  const count = Math.max(Math.min(before, rows.length), rows.length - Math.max(1, extent.tailRows))
  const page = pageOf(extent.columns, extent)
  if (count <= 0) {
    ends.set(grown, { page, rows })
    return { state: grown, rows: [] }
  }
  const rest = restOfBlocks(tokens, page, state.sequel, count)
  const left: StreamedMarkdown = {
    open: rest.source + open.slice(decided.length),
    sequel: rest.sequel,
    links: withDefinitions(state.links, tokens.slice(0, rest.finished)),
  }
  ends.set(left, { page, rows: rows.slice(count) })
  return { state: left, rows: rows.slice(0, count) }
}

/** The open end as it is drawn, at most `extent.tailRows` rows. What may still become a block's marker is not shown. */
export function tailOf(state: StreamedMarkdown, extent: Extent): readonly StyledRow[] {
  const page = pageOf(extent.columns, extent)
  const known = ends.get(state)
  const decided = state.open.slice(0, undecidedFrom(state.open))
  const rows =
    known !== undefined && isSamePage(known.page, page)
      ? known.rows
      : drawn(state, decided, extent).rows
  return rows.slice(-Math.max(1, extent.tailRows))
}

/** What is left to print at the end. */
export function settle(state: StreamedMarkdown, extent: Extent): readonly StyledRow[] {
  return drawn(state, state.open, extent).rows
}

interface Drawn {
  readonly tokens: readonly MarkedToken[]
  /** How many of the rows come before what may still grow. */
  readonly before: number
  readonly rows: readonly StyledRow[]
}

function drawn(state: StreamedMarkdown, source: string, extent: Extent): Drawn {
  const tokens = blocksOf(source, state.links)
  const { before, all } = rowsBeforeOpen(tokens, pageOf(extent.columns, extent), state.sequel)
  return { tokens, before, rows: withoutBlankEnd(all) }
}

/** The first definition of a name counts. */
function withDefinitions(links: Links, tokens: readonly MarkedToken[]): Links {
  const found = tokens.filter((token) => token.type === 'def')
  if (found.length === 0) return links
  const known = { ...links }
  for (const { tag, href, title } of found) known[tag] ??= { href, title }
  return known
}
