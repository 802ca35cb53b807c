/** The opening of a fenced code block (CommonMark §4.5), also inside a list item: indentation, fence, info string. */
const OPENING = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})/

/**
 * The fenced code blocks of a Markdown text in their order, each without its fences and their indentation; one that is
 * not closed goes on to the end. Each ends in a line feed unless it is empty.
 */
export function codeBlocks(markdown: string): string[] {
  const blocks: string[] = []
  let rest = markdown.split(/\r?\n/)
  for (;;) {
    const start = rest.findIndex((line) => OPENING.test(line))
    const [, indent = '', fence = ''] = OPENING.exec(rest[start] ?? '') ?? []
    if (fence === '') return blocks
    const closing = new RegExp(`^[ \\t]*${fence.charAt(0)}{${fence.length},}[ \\t]*$`)
    const below = rest.slice(start + 1)
    const end = below.findIndex((line) => closing.test(line))
    // What follows the last line feed of a text is no line.
    const whole = below.slice(0, below.at(-1) === '' ? -1 : undefined)
    const content = end >= 0 ? below.slice(0, end) : whole
    blocks.push(content.map((line) => `${line.slice(commonIndent(line, indent))}\n`).join(''))
    rest = end >= 0 ? below.slice(end + 1) : []
  }
}

/** How many characters of indentation a line shares with its block's fence. */
function commonIndent(line: string, indent: string): number {
  const own = line.length - line.trimStart().length
  return Math.min(own, indent.length)
}
