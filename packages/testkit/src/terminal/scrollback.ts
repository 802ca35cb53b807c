/** A terminal's scrollback beside the text that ought to be in it. Pure. */

/**
 * The lines of a transcript that stand in the scrollback more often than in the transcript itself. Blank lines do not
 * count; spaces at the ends of lines neither.
 */
export function repeatedLines(transcript: readonly string[], lines: readonly string[]): string[] {
  const wanted = counted(transcript)
  const found = counted(lines)
  return [...wanted].filter(([line, times]) => (found.get(line) ?? 0) > times).map(([line]) => line)
}

function counted(lines: readonly string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const line of lines.map((text) => text.trimEnd())) {
    if (line !== '') times.set(line, (times.get(line) ?? 0) + 1)
  }
  return times
}
