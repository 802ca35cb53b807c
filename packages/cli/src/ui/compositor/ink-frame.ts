/**
 * What Ink draws, read back from what it writes. Ink erases its frame and writes it again; here that only changes rows
 * in memory. Its writes are those of a line editor: text, line feeds, motions by rows, erasing of rows, and the cursor.
 */

export interface InkFrame {
  /** With SGR and OSC 8 in them. */
  readonly rows: readonly string[]
  /** Where Ink has left its cursor. */
  readonly y: number
  readonly x: number
  readonly isCursorShown: boolean
}

export const EMPTY_FRAME: InkFrame = { rows: [], y: 0, x: 0, isCursorShown: false }

/** Text with its looks and links; line feed; control sequence; any other escape sequence. */
const STEP = new RegExp(
  [
    String.raw`(?<text>(?:[^\u{1b}\n\r]|\u{1b}\[[\d;:]*m|\u{1b}\]8;[^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\))+)`,
    String.raw`(?<feed>\r?\n)`,
    String.raw`\u{1b}\[(?<mark>[<-?]?)(?<count>[\d;]*)(?<name>[ -/]*[@-~])`,
    String.raw`(?<other>\u{1b}\][^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\)|[^])`,
  ].join('|'),
  'gu',
)

/**
 * Takes what Ink writes in one go. `through` is what is none of the frame, such as modes of the keyboard: it is for the
 * terminal itself.
 */
export function readInk(frame: InkFrame, write: string): { frame: InkFrame; through: string } {
  const rows = [...frame.rows]
  let { y, x, isCursorShown } = frame
  let through = ''
  for (const { groups, 0: whole } of write.matchAll(STEP)) {
    const { text, feed, mark, count, name } = groups ?? {}
    if (text !== undefined) {
      while (rows.length <= y) rows.push('')
      rows[y] = (rows[y] ?? '') + text
      x = Number.POSITIVE_INFINITY
    } else if (feed !== undefined) {
      y += 1
      x = 0
    } else if (name === undefined || mark !== '') {
      if (whole === '\u001b[?25h') isCursorShown = true
      else if (whole === '\u001b[?25l') isCursorShown = false
      else if (whole !== '\u001b[?2026h' && whole !== '\u001b[?2026l' && whole !== '\r') {
        through += whole
      }
    } else {
      const steps = Math.max(1, Number(count === '' ? 1 : count))
      if (name === 'A') y = Math.max(0, y - steps)
      else if (name === 'B') y += steps
      else if (name === 'G') x = steps - 1
      else if (name === 'K') rows[y] = ''
      else if (name === 'J') rows.length = Math.min(rows.length, y)
      else through += whole
    }
  }
  return { frame: { rows: withoutBlankEnd(rows), y, x, isCursorShown }, through }
}

function withoutBlankEnd(rows: readonly string[]): readonly string[] {
  return rows.slice(0, rows.findLastIndex((row) => row !== undefined && row !== '') + 1)
}
