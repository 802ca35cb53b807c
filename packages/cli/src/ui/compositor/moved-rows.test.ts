import { describe, expect, test } from 'vitest'
import { row } from '../../terminal/styled-row.ts'
import { createPainter } from '../../terminal/theme.ts'
import { CellRows } from './cell-row.ts'
import { MovedRows } from './moved-rows.ts'

const XTERM_JS = { wraps: true, keepsCursor: false }
const SIZE = { columns: 100, rows: 30 }
const cells = new CellRows({ painter: createPainter(false), links: false })

function moved(widths: readonly number[], cursor = { x: 50, y: 2 }, free = 0): MovedRows {
  const rows = widths.map((width) => cells.of(row('plain', 'x'.repeat(width))))
  return new MovedRows({ rows, cursor, free, size: SIZE }, XTERM_JS)
}

describe('in xterm.js', () => {
  test('the cursor goes down by every row that is added, but its own is cut off', () => {
    const rows = moved([100, 30, 70, 60])
    rows.resize({ columns: 40, rows: 30 })
    expect(rows.above(0)).toBe(2 + 2 + 1)
    expect(rows.above(1)).toBe(2)
  })

  test('it comes back with the rows when the terminal becomes wide again', () => {
    const rows = moved([100, 30, 70, 30])
    rows.resize({ columns: 60, rows: 30 })
    rows.resize({ columns: 100, rows: 30 })
    expect(rows.above(0)).toBe(2)
  })

  test('a row that the cursor was pushed into stays wrapped', () => {
    const rows = moved([30, 90], { x: 2, y: 0 })
    rows.resize({ columns: 40, rows: 30 })
    expect(rows.above(0)).toBe(2)
    rows.resize({ columns: 100, rows: 30 })
    expect(rows.above(0)).toBe(2)
  })

  test('rows below the cursor that were dropped are not wrapped', () => {
    const rows = moved([100, 30, 70, 60])
    rows.resize({ columns: 100, rows: 29 })
    rows.resize({ columns: 40, rows: 29 })
    expect(rows.above(0)).toBe(2 + 2)
  })

  test('free rows are dropped first', () => {
    const rows = moved([100, 30, 70, 60], { x: 50, y: 2 }, 3)
    rows.resize({ columns: 100, rows: 27 })
    rows.resize({ columns: 40, rows: 27 })
    expect(rows.above(0)).toBe(2 + 2 + 1)
  })

  test('a wide glyph that would be cut in half begins the next row', () => {
    const rows = new MovedRows(
      {
        rows: [cells.of(row('plain', '日'.repeat(40))), cells.of(row('plain', '› '))],
        cursor: { x: 2, y: 1 },
        free: 0,
        size: SIZE,
      },
      XTERM_JS,
    )
    rows.resize({ columns: 41, rows: 30 })
    expect(rows.above(0)).toBe(2)
    rows.resize({ columns: 39, rows: 30 })
    expect(rows.above(0)).toBe(3)
  })
})
