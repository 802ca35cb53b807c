import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../terminal/wrap.ts'
import { EMPTY_TEXT, growText, settleText, tailOfText, type TextExtent } from './streamed-text.ts'

const extent = (change: Partial<TextExtent> = {}): TextExtent => ({
  columns: 20,
  tailRows: 5,
  ...change,
})

function play(deltas: readonly string[], size: TextExtent): { rows: string[]; tails: string[][] } {
  let text = EMPTY_TEXT
  const rows: string[] = []
  const tails: string[][] = []
  for (const delta of deltas) {
    const step = growText(text, delta, size)
    text = step.text
    rows.push(...step.rows)
    tails.push(tailOfText(text, size))
  }
  rows.push(...settleText(text, size.columns))
  return { rows, tails }
}

describe('plain text while it arrives', () => {
  const piece = fc.string({
    unit: fc.constantFrom('a', 'word ', '\n', '\n\n', '日本', '👩‍👩‍👧', 'e\u0301', '  ', 'longerword'),
    maxLength: 8,
  })

  test('whatever the cuts, it is printed once and whole, as it would be in one piece', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 10, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        (pieces, columns, tailRows) => {
          const { rows } = play(pieces, { columns, tailRows })
          const whole = pieces.join('').replace(/^\n+/, '').replace(/\n+$/, '')
          expect(rows).toEqual(whole === '' ? [] : rowsOf(whole, columns))
        },
      ),
    )
  })

  test('the open end stays within its rows', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (pieces, tailRows) => {
          for (const tail of play(pieces, extent({ tailRows })).tails) {
            expect(tail.length).toBeLessThanOrEqual(tailRows)
          }
        },
      ),
    )
  })

  test('paragraphs are printed when the next one begins', () => {
    const step = growText(EMPTY_TEXT, 'one\n\ntwo', extent())
    expect(step.rows).toEqual(['one', ''])
    expect(tailOfText(step.text, extent())).toEqual(['two'])
  })

  test('L12: escape sequences are made visible, also when cut in the middle', () => {
    expect(play(['a\u001b', '[2J', 'b'], extent()).rows).toEqual(['a␛[2Jb'])
  })

  test('the cost of a piece does not grow with the text', () => {
    let { text } = growText(EMPTY_TEXT, '', extent())
    for (let line = 0; line < 2000; line++) text = growText(text, `line ${line}\n`, extent()).text
    expect(text.open.length).toBeLessThan(20 * 6)
  })
})
