import { describe, expect, test } from 'vitest'
import { row, type StyledRow } from '../../terminal/styled-row.ts'
import { createPainter } from '../../terminal/theme.ts'
import { CellRows } from './cell-row.ts'
import { regionUpdate } from './region-update.ts'
import { WatchedScreen } from './testing/screen.ts'

const cells = new CellRows({ painter: createPainter(true), links: false })
const COLUMNS = 40

async function updated(from: StyledRow, to: StyledRow): Promise<WatchedScreen> {
  const states = [[], [from], [to]].map((rows) => ({
    rows: rows.map((each) => cells.of(each)),
    cursor: { x: 0, y: 0 },
  }))
  const screen = new WatchedScreen(COLUMNS, 5)
  const [none, first, last] = states
  if (none === undefined || first === undefined || last === undefined) throw new Error('no states')
  await screen.write(regionUpdate(none, first, COLUMNS))
  const shown: string[] = []
  await screen.write(regionUpdate(first, last, COLUMNS), () => {
    shown.push(screen.visible()[0] ?? '')
  })
  expect(shown).not.toContain('')
  return screen
}

describe('a row of text is never blank on the way to another', () => {
  test.each([
    [
      'an indent in another style',
      row('plain', '●●●'),
      [...row('plain', '      '), ...row('keyword', 'return')],
    ],
    [
      'an indent of two styles',
      row('plain', 'ab'),
      [...row('plain', '  '), ...row('code', '   '), ...row('plain', 'x')],
    ],
    [
      'a wide glyph behind the indent',
      row('hint', '日本'),
      [...row('plain', '     '), ...row('strong', '日本')],
    ],
    [
      'a glyph of unsure width',
      row('hint', 'a👩‍👩‍👧'),
      [...row('plain', '      '), ...row('strong', '👩‍👩‍👧!')],
    ],
    [
      'up to the last column',
      row('plain', 'ab'),
      [...row('plain', ' '.repeat(4)), ...row('strong', 'x'.repeat(COLUMNS - 4))],
    ],
  ])('%s', async (_name, from, to) => {
    const screen = await updated(from, to)
    expect(screen.rows()).toEqual([to.map(({ text }) => text).join('')])
  })
})
