/** The end of a growing source that may still become something else than what it looks like. */

/** Markers of containers, before what a line says. */
const CONTAINERS = String.raw`[ \t>]*(?:(?:[*+-]|\d{1,9}[.)])[ \t]+)*`

/**
 * A last line without its line feed that consists of markers only (`-`, `12.`, `**`, `===`, `| --`), or begins a fence,
 * a tag, a link definition or a row of a table, all of which are decided by the rest of the line.
 */
const LINE = new RegExp(
  `^${CONTAINERS}(?:[-*+=_~\`#>|:.)\\d\\s]*|\\[[ xX]?\\]?[ \\t]*|(?:\`{3}|~{3})[^\\n]*|<[^\\n]*|\\[[^\\]\\n]*(?:\\](?::[^\\n]*)?)?|\\|[^\\n]*)$`,
)

/** A line of cells, which the line below may make the head of a table. */
const HEAD = new RegExp(`^${CONTAINERS}\\|[^\\n]*$`)

/** The line below the head of a table. */
const DELIMITER = /^[ \t>|:-]*$/

/** Nothing is kept back for longer than so many characters. */
const PATIENCE = 400

/** Where the undecided end begins; the length of the source where there is none. Spaces at the very end belong to it. */
export function undecidedFrom(source: string): number {
  let end = markersFrom(source)
  while (end > 0 && /[ \t]/.test(source.charAt(end - 1))) end -= 1
  const decided = withoutLineBreak(source.slice(0, end))
  return decided.length === end ? end : undecidedFrom(decided)
}

/** A backslash that ends a line stays one if nothing follows, and is a line break (CommonMark 6.7) if something does. */
function withoutLineBreak(source: string): string {
  const lineEnd = source.endsWith('\n') ? source.length - 1 : source.length
  let start = lineEnd
  while (source.charAt(start - 1) === '\\') start -= 1
  return (lineEnd - start) % 2 === 1 ? source.slice(0, lineEnd - 1) : source
}

function markersFrom(source: string): number {
  const start = source.lastIndexOf('\n') + 1
  const line = source.slice(start)
  if (line.length > PATIENCE) return source.length
  const isUndecided = LINE.test(line)
  if (start > 0 && (isUndecided || line === '') && DELIMITER.test(line)) {
    const above = source.lastIndexOf('\n', start - 2) + 1
    const head = source.slice(above, start - 1)
    if (head.length <= PATIENCE && HEAD.test(head) && !followsTable(source, above)) return above
  }
  return isUndecided ? start : source.length
}

/** Whether the line above is of a table too: then this one is no head. */
function followsTable(source: string, start: number): boolean {
  if (start === 0) return false
  const above = source.slice(source.lastIndexOf('\n', start - 2) + 1, start - 1)
  return HEAD.test(above)
}
