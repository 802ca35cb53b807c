/** Tables: columns that fit the width, cells wrapped; records where columns would be too narrow. */
import { widthOf } from '../terminal/graphemes.ts'
import { plainText, type Span, type StyledRow } from '../terminal/styled-row.ts'
import type { Continuation, Rest } from './continuation.ts'
import { flowingRows } from './flowing-text.ts'
import { inlineSpans } from './inline-spans.ts'
import type { Page } from './page.ts'
import { fits, layoutTable, type TableLayout } from './table-layout.ts'
import { typed, type Tokens } from './tokens.ts'

const LINE: Span = { meaning: 'rule', text: ' │ ' }
const CROSSING = '─┼─'

interface DrawnTable {
  readonly layout: TableLayout
  readonly head: readonly StyledRow[]
  /** The rows of the screen of each row of the table. */
  readonly body: readonly (readonly StyledRow[])[]
  /** Rows of the screen at the beginning that are printed. */
  readonly skip: number
}

type Cell = readonly Span[]

export function tableRows(
  token: Tokens.Table,
  page: Page,
  continuation: Continuation | undefined,
): readonly StyledRow[] {
  const { head, body, skip } = draw(token, page, continuation)
  return [...head, ...body.flat()].slice(skip)
}

/** The rest after `count` rows, of which there are more. The widths stay as they are. */
export function restOfTable(
  token: Tokens.Table,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
): Rest {
  const { layout, head, body, skip } = draw(token, page, continuation)
  let left = count + skip
  if (left < head.length) {
    return { source: token.raw, continuation: { type: 'table', layout, headed: false, skip: left } }
  }
  left -= head.length
  let index = 0
  for (const rows of body) {
    if (rows.length > left) break
    left -= rows.length
    index += 1
  }
  const lines = token.raw.split('\n')
  return {
    source: [...lines.slice(0, 2), ...lines.slice(2 + index)].join('\n'),
    continuation: { type: 'table', layout, headed: true, skip: left },
  }
}

function draw(token: Tokens.Table, page: Page, continuation: Continuation | undefined): DrawnTable {
  const from = continuation?.type === 'table' ? continuation : undefined
  const cellOf = (cell: Tokens.TableCell): Cell =>
    inlineSpans(typed(cell.tokens), page, cell.header ? ['strong'] : [])
  const header = token.header.map(cellOf)
  const cells = token.rows.map((row) => row.map(cellOf))
  const isKept = from !== undefined && fits(from.layout, page.columns)
  const layout = isKept ? from.layout : layoutTable(naturalWidths([header, ...cells]), page.columns)
  const skip = from?.skip ?? 0
  const isHeaded = from?.headed === true
  if (layout.kind === 'records') {
    const names = header.flatMap((cell, index) => (index === 0 ? cell : [LINE, ...cell]))
    const border: StyledRow = [{ meaning: 'rule', text: '─'.repeat(Math.min(8, page.columns)) }]
    const body = cells.map((row) => [border, ...recordRows(header, row, page)])
    return { layout, head: isHeaded ? [] : rowsOfSpans(names, page), body, skip }
  }
  const { widths } = layout
  const line = (row: readonly Cell[]): readonly StyledRow[] => cellRows(row, widths, token.align)
  const rule: StyledRow = [
    { meaning: 'rule', text: widths.map((width) => '─'.repeat(width)).join(CROSSING) },
  ]
  return {
    layout,
    head: isHeaded ? [] : [...line(header), rule],
    body: cells.map(line),
    skip,
  }
}

function naturalWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 1, ...plainText(cell).split('\n').map(widthOf))
    }
  }
  return widths
}

/** A row of the table: its cells side by side, each wrapped. */
function cellRows(
  row: readonly Cell[],
  widths: readonly number[],
  align: Tokens.Table['align'],
): readonly StyledRow[] {
  const cells = widths.map((width, index) =>
    flowingRows(row[index] ?? [], width).map(({ spans }) => spans),
  )
  const height = Math.max(1, ...cells.map((rows) => rows.length))
  return Array.from({ length: height }, (_, y) =>
    widths.flatMap((width, x): readonly Span[] => [
      ...(x === 0 ? [] : [LINE]),
      ...aligned(cells[x]?.[y] ?? [], width, align[x] ?? null, x === widths.length - 1),
    ]),
  )
}

function aligned(
  spans: StyledRow,
  width: number,
  align: 'left' | 'center' | 'right' | null,
  isLast: boolean,
): readonly Span[] {
  const spare = Math.max(0, width - widthOf(plainText(spans)))
  const before = align === 'right' ? spare : align === 'center' ? Math.floor(spare / 2) : 0
  return [...padding(before), ...spans, ...padding(isLast ? 0 : spare - before)]
}

function padding(cells: number): readonly Span[] {
  return cells === 0 ? [] : [{ meaning: 'plain', text: ' '.repeat(cells) }]
}

/** A row of the table as a list of its cells, each after its column's name. */
function recordRows(
  header: readonly Cell[],
  row: readonly Cell[],
  page: Page,
): readonly StyledRow[] {
  return header.flatMap((name, index) =>
    rowsOfSpans([...name, { meaning: 'strong', text: ': ' }, ...(row[index] ?? [])], page),
  )
}

function rowsOfSpans(spans: readonly Span[], page: Page): readonly StyledRow[] {
  return flowingRows(spans, page.columns).map((each) => each.spans)
}
