/** The source of list items: taken apart, and put together again for what is left of one. */
import { resumptionLength } from './resumption.ts'
import { typed, type MarkedToken, type Tokens } from './tokens.ts'

const MARKER = /^ {0,3}(?:[*+-]|\d{1,9}[.)])/
const TAB_STOP = 4

/** The blocks of an item, a task's box as the beginning of its text. */
export function itemBlocks(item: Tokens.ListItem): readonly MarkedToken[] {
  const [box, text, ...rest] = typed(item.tokens)
  if (box?.type !== 'checkbox' || (text?.type !== 'text' && text?.type !== 'paragraph')) {
    return typed(item.tokens)
  }
  return [
    {
      ...text,
      raw: box.raw + text.raw,
      text: box.raw + text.text,
      tokens: [box, ...(text.tokens ?? [])],
    },
    ...rest,
  ]
}

/** Whether an empty line follows the item. */
export function endsBlank(item: Tokens.ListItem): boolean {
  return /\n[ \t]*\n\s*$/.test(item.raw)
}

/** An item with the marker of `item` and other content. */
export function itemWith(item: Tokens.ListItem, content: string): string {
  const marker = MARKER.exec(item.raw)?.[0] ?? '-'
  const indentation = indentationOf(item, marker)
  const margin = ' '.repeat(indentation)
  const lines = content.split('\n').map((line) => (line === '' ? '' : margin + line))
  // Beside the marker, spaces would move the margin, and a rule would make the marker a part of it.
  if (resumptionLength(content) === 0) return [marker, ...lines].join('\n')
  return marker + lines.join('\n').slice(marker.length)
}

/** Columns that the content of an item is indented by, as CommonMark §5.2 has it. */
function indentationOf(item: Tokens.ListItem, marker: string): number {
  const [line = ''] = item.raw.slice(marker.length).split('\n', 1)
  if (line.trim() === '') return marker.length + 1
  const [space = ''] = /^[ \t]*/.exec(line) ?? []
  let column = marker.length
  for (const character of space) {
    column += character === '\t' ? TAB_STOP - (column % TAB_STOP) : 1
  }
  return column - marker.length > 4 ? marker.length + 1 : column
}
