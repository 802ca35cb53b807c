/** Code blocks: a row with the language, then the lines as they are. */
import { plainText, row, type Span, type StyledRow } from '../terminal/styled-row.ts'
import { graphemesOf, isPlain, widthOf } from '../terminal/graphemes.ts'
import { expandTabs } from '../terminal/wrap.ts'
import type { Continuation, Rest } from './continuation.ts'
import { sliceSpans } from './flowing-text.ts'
import { hasItsColors, highlightLines } from './highlighting.ts'
import type { Page } from './page.ts'
import { resumptionAfter, resumptionLength } from './resumption.ts'
import type { Tokens } from './tokens.ts'

/** The label of a block that names no language. */
const UNNAMED = 'code'

interface DrawnLine {
  readonly text: string
  readonly rows: readonly StyledRow[]
  /** What decides how the line after it is highlighted. */
  readonly context: string
}

/**
 * The rows, and how many of them, the last ones, may still change: those of the last line. All, where none can be told from
 * the others: of an indented block, whose empty lines may turn out to be no part of it, and of one that waits for its
 * colours.
 */
export function drawCode(
  token: Tokens.Code,
  page: Page,
  continuation: Continuation | undefined,
): { readonly rows: readonly StyledRow[]; readonly open: number } {
  const lines = linesOf(token, page, continuation)
  const rows = [...labelRows(token, continuation), ...lines.flatMap((line) => line.rows)]
  const isWaiting = token.codeBlockStyle === 'indented' || !hasItsColors(languageOf(token))
  return { rows, open: (isWaiting ? undefined : lines.at(-1)?.rows.length) ?? rows.length }
}

/** The rest after `count` rows, of which there are more. */
export function restOfCode(
  token: Tokens.Code,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
): Rest {
  const lines = linesOf(token, page, continuation)
  const [opening, content] = sourceLines(token)
  let left = count - labelRows(token, continuation).length
  let context = contextOf(continuation)
  let index = 0
  for (const line of lines) {
    if (line.rows.length > left) break
    left -= line.rows.length
    context = line.context
    index += 1
  }
  const source = content.slice(index)
  const first = source[0]
  const line = lines[index]
  if (left > 0 && first !== undefined && line !== undefined) {
    const printed = line.rows.slice(0, left).map(plainText).join('')
    const indentation = /^ */.exec(opening ?? '')?.[0] ?? ''
    source[0] = indentation + resumptionAfter(printed) + line.text.slice(printed.length)
  }
  return {
    source: [...(opening === undefined ? [] : [opening]), ...source].join('\n'),
    continuation: { type: 'code', context },
  }
}

/** The name of a block's language: the first word of what follows the fence. */
function languageOf(token: Tokens.Code): string {
  return /^[^\s{,:]*/.exec(token.lang ?? '')?.[0] ?? ''
}

function contextOf(continuation: Continuation | undefined): string {
  return continuation?.type === 'code' ? continuation.context : ''
}

function labelRows(
  token: Tokens.Code,
  continuation: Continuation | undefined,
): readonly StyledRow[] {
  if (continuation?.type === 'code') return []
  return [row('codeLabel', languageOf(token) || UNNAMED)]
}

function linesOf(
  token: Tokens.Code,
  page: Page,
  continuation: Continuation | undefined,
): readonly DrawnLine[] {
  if (token.text === '') return []
  // Empty lines at the end of an indented block are no part of it.
  const text = token.text.replace(token.codeBlockStyle === 'indented' ? /\n+$/ : /\n$/, '')
  const lines = text.split('\n').map((line) => expandTabs(line.slice(resumptionLength(line))))
  const highlighted = highlightLines(languageOf(token), lines, contextOf(continuation))
  return lines.map((line, index) => ({
    text: line,
    rows: hardRows(highlighted[index]?.spans ?? [], line, page.columns),
    context: highlighted[index]?.context ?? '',
  }))
}

/** The opening fence, where there is one, and the lines that follow. */
function sourceLines(token: Tokens.Code): [string | undefined, string[]] {
  const lines = token.raw.split('\n')
  return token.codeBlockStyle === 'indented' ? [undefined, lines] : [lines[0], lines.slice(1)]
}

/** Rows of exactly the width, so that the code can be put together again. */
function hardRows(spans: readonly Span[], line: string, columns: number): readonly StyledRow[] {
  const width = Math.max(1, columns)
  if (widthOf(line) <= width) return [spans]
  const borders: number[] = [0]
  if (isPlain(line)) {
    for (let border = width; border < line.length; border += width) borders.push(border)
  } else {
    let cells = 0
    for (const { segment, index } of graphemesOf(line)) {
      const more = widthOf(segment)
      if (cells + more > width && cells > 0) {
        borders.push(index)
        cells = 0
      }
      cells += more
    }
  }
  return borders.map((border, index) =>
    sliceSpans(spans, border, borders[index + 1] ?? line.length),
  )
}
