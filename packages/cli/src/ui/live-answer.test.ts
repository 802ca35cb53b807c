import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grow, liveAnswer, settle, tailOf, type Extent, type Part } from './live-answer.ts'
import { rowsOf } from '../terminal/wrap.ts'

const extent = (change: Partial<Extent> = {}): Extent => ({
  columns: 20,
  tailRows: 5,
  showReasoning: false,
  ...change,
})

function play(
  deltas: readonly (string | readonly [Part, string])[],
  size: Extent,
): { rows: string[]; tails: string[][] } {
  let live = liveAnswer(0)
  const rows: string[] = []
  const tails: string[][] = []
  for (const entry of deltas) {
    const [part, delta] = typeof entry === 'string' ? (['text', entry] as const) : entry
    const step = grow(live, delta, part, size)
    live = step.live
    rows.push(...step.printed.flatMap((printed) => printed.rows))
    tails.push(tailOf(live, size))
  }
  rows.push(...settle(live, size).flatMap((printed) => printed.rows))
  return { rows, tails }
}

describe('an answer while it arrives', () => {
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
          const { rows } = play(pieces, extent({ columns, tailRows }))
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
    const step = grow(liveAnswer(0), 'one\n\ntwo', 'text', extent())
    expect(step.printed.flatMap(({ rows }) => rows)).toEqual(['one', ''])
    expect(tailOf(step.live, extent())).toEqual(['two'])
  })

  test('L12: escape sequences are made visible, also when cut in the middle', () => {
    expect(play(['a\u001b', '[2J', 'b'], extent()).rows).toEqual(['a␛[2Jb'])
  })

  test('reasoning is summed up in a line, or printed at a distance from the answer', () => {
    const deltas = [
      ['reasoning', 'let me '],
      ['reasoning', 'think'],
      ['text', 'done'],
    ] as const
    expect(play(deltas, extent()).rows).toEqual(['Reasoned in 12 characters.', '', 'done'])
    expect(play(deltas, extent({ showReasoning: true })).rows).toEqual(['let me think', '', 'done'])
  })

  test('the cost of a delta does not grow with the answer', () => {
    let { live } = grow(liveAnswer(0), '', 'text', extent())
    for (let line = 0; line < 2000; line++)
      live = grow(live, `line ${line}\n`, 'text', extent()).live
    expect(live.open.length).toBeLessThan(20 * 6)
  })
})
