/** A terminal without a window that counts widths by grapheme, as the terminals of today do. */
import headless from '@xterm/headless'
import { UnicodeGraphemesAddon } from './grapheme-widths.ts'

export type HeadlessScreen = InstanceType<typeof headless.Terminal>

/** Lines that a screen remembers: more than any test or measurement writes. */
const SCROLLBACK = 200_000

/** An empty screen of this size, in cells. Dispose of it when done. */
export function headlessScreen(columns: number, rows: number): HeadlessScreen {
  const screen = new headless.Terminal({
    cols: columns,
    rows,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  })
  screen.loadAddon(new UnicodeGraphemesAddon())
  return screen
}

/**
 * The rows from `from` to before `to`, counted from the oldest, without spaces at their ends. Rows
 * that the terminal itself has wrapped are one.
 */
export function linesOf(screen: HeadlessScreen, from: number, to: number): string[] {
  const { active } = screen.buffer
  const lines: string[] = []
  for (let y = from; y < to; y++) {
    const line = active.getLine(y)
    const text = line?.translateToString(true) ?? ''
    if (line?.isWrapped === true && lines.length > 0) lines[lines.length - 1] += text
    else lines.push(text)
  }
  return lines
}
