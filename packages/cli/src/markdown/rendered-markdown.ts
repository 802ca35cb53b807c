/** A finished Markdown text as rows. */
import { harmless } from '../terminal/harmless.ts'
import { plainText, type StyledRow } from '../terminal/styled-row.ts'
import { blockRows } from './blocks.ts'
import { pageOf, type Ability } from './page.ts'
import { withoutMarks } from './resumption.ts'
import { blocksOf } from './tokens.ts'

/**
 * The rows of a whole text, each at most `columns` cells wide, without blank rows at both ends. Control characters are
 * made visible.
 */
export function renderMarkdown(
  source: string,
  columns: number,
  ability: Partial<Ability> = {},
): readonly StyledRow[] {
  const text = withoutMarks(harmless(source))
  return withoutBlankEnd(blockRows(blocksOf(text, {}), pageOf(columns, ability)))
}

/** Rows without those at the end in which nothing is to be seen. */
export function withoutBlankEnd(rows: readonly StyledRow[]): readonly StyledRow[] {
  return rows.slice(0, rows.findLastIndex((spans) => plainText(spans).trim() !== '') + 1)
}
