import headless from '@xterm/headless'
import { describe, expect, test } from 'vitest'
import { relativeToCursor } from './terminal-output.ts'

const ESC = '\u001b'

/** The rows of a terminal after these writes, each `[columns, rows]` among them a resize. */
async function screenAfter(...steps: (string | readonly [number, number])[]): Promise<string[]> {
  const terminal = new headless.Terminal({
    cols: 20,
    rows: 8,
    allowProposedApi: true,
    convertEol: true,
  })
  for (const step of steps) {
    if (typeof step !== 'string') {
      terminal.resize(...step)
      continue
    }
    await new Promise<void>((resolve) => {
      terminal.write(step, resolve)
    })
  }
  const { active } = terminal.buffer
  return Array.from({ length: active.length }, (_, y) =>
    (active.getLine(y)?.translateToString(true) ?? '').trimEnd(),
  )
}

/** A frame of four rows with the cursor on the third, below five printed lines. */
const PRINTED = '1\n2\n3\n4\n5\n'
const FRAME = `tail\nheader\n> input\nstatus\n${ESC}[2A${ESC}[3G${ESC}[?25h`
/** What Ink writes when only the first row changes: down to the end, up to the top, on from row to row. */
const NEXT_FRAME = `${ESC}[?25l${ESC}[2B${ESC}[1G${ESC}[4A${ESC}[1G${ESC}[Ktail!\n${ESC}[E${ESC}[E${ESC}[E${ESC}[2A${ESC}[3G${ESC}[?25h`
/** And when the frame has one row less. */
const SHORTER_FRAME = `${ESC}[?25l${ESC}[2B${ESC}[1G${ESC}[2K${ESC}[1A${ESC}[2K${ESC}[G${ESC}[3A${ESC}[E${ESC}[E${ESC}[1G${ESC}[Kend\n${ESC}[1A${ESC}[3G${ESC}[?25h`

describe('the way to the terminal', () => {
  test.each([
    ['next', NEXT_FRAME],
    ['shorter', SHORTER_FRAME],
    ['first', PRINTED + FRAME],
  ])('draws the %s frame as Ink means it', async (_, frame) => {
    const meant = await screenAfter(PRINTED + FRAME, frame)
    expect(await screenAfter(PRINTED + FRAME, relativeToCursor(frame))).toEqual(meant)
  })

  test('a frame that was on its way while the terminal became lower spoils nothing that is printed', async () => {
    const lower = [20, 6] as const
    const spoilt = await screenAfter(PRINTED + FRAME, lower, NEXT_FRAME)
    expect(spoilt.slice(0, 5)).not.toEqual(['1', '2', '3', '4', '5'])
    const rows = await screenAfter(PRINTED + FRAME, lower, relativeToCursor(NEXT_FRAME))
    expect(rows.slice(0, 6)).toEqual(['1', '2', '3', '4', '5', 'tail!'])
  })

  test('text is left alone', () => {
    const text = `a ${ESC}[1mbold${ESC}[22m line\n`
    expect(relativeToCursor(text)).toBe(text)
  })
})
