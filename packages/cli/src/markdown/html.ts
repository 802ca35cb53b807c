/** Blocks of HTML: their source. */
import { row, type StyledRow } from '../terminal/styled-row.ts'
import { rowsOf } from '../terminal/wrap.ts'
import type { Continuation, Rest } from './continuation.ts'
import type { Page } from './page.ts'
import type { Tokens } from './tokens.ts'

export function htmlRows(
  token: Tokens.HTML | Tokens.Tag,
  page: Page,
  continuation: Continuation | undefined,
): readonly StyledRow[] {
  return linesOf(token, continuation)
    .flatMap((line) => rowsOf(line, Math.max(1, page.columns)))
    .map((text) => row('meta', text))
}

/** The rest after `count` rows, of which there are more: whole lines, and the opening that says where it ends. */
export function restOfHtml(
  token: Tokens.HTML | Tokens.Tag,
  page: Page,
  continuation: Continuation | undefined,
  count: number,
): Rest {
  const lines = [...linesOf(token, continuation)]
  const opening =
    continuation?.type === 'html' ? continuation.opening : (lines[0] ?? '').slice(0, 200)
  let left = count
  while (left > 0 && lines.length > 0) {
    const rows = rowsOf(lines[0] ?? '', Math.max(1, page.columns))
    if (rows.length > left) {
      // Words that were broken at a space lose it; the source is drawn again by words.
      lines[0] = rows.slice(left).join(' ')
      break
    }
    left -= rows.length
    lines.shift()
  }
  const end = /\n*$/.exec(token.raw)?.[0] ?? ''
  return {
    source: [opening, ...lines].join('\n') + end,
    continuation: { type: 'html', opening },
  }
}

function linesOf(
  token: Tokens.HTML | Tokens.Tag,
  continuation: Continuation | undefined,
): readonly string[] {
  const lines = token.raw.replace(/\s+$/, '').split('\n')
  return continuation?.type === 'html' ? lines.slice(1) : lines
}
