/** The opening of a fenced code block (CommonMark §4.5), also inside a list item: indentation, fence, info string. */
const OPENING = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})/

/**
 * The first fenced code block of a Markdown text, without its fences and their indentation; one that is not closed goes
 * on to the end. It ends in a line feed unless it is empty. Returns undefined if there is none.
 */
export function firstCodeBlock(markdown: string): string | undefined {
  const lines = markdown.split(/\r?\n/)
  const start = lines.findIndex((line) => OPENING.test(line))
  const [, indent = '', fence = ''] = OPENING.exec(lines[start] ?? '') ?? []
  if (fence === '') return undefined
  const closing = new RegExp(`^[ \\t]*${fence.charAt(0)}{${fence.length},}[ \\t]*$`)
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => closing.test(line))
  // What follows the last line feed of a text is no line.
  const content = end >= 0 ? rest.slice(0, end) : rest.slice(0, rest.at(-1) === '' ? -1 : undefined)
  return content.map((line) => `${line.slice(commonIndent(line, indent))}\n`).join('')
}

/** How many characters of indentation a line shares with its block's fence. */
function commonIndent(line: string, indent: string): number {
  const own = line.length - line.trimStart().length
  return Math.min(own, indent.length)
}
