/** A window that is dragged: the terminal takes many sizes, one after the other, and is drawn on at the last. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { widthOf } from '../../terminal/graphemes.ts'
import { rowsOf } from '../../terminal/wrap.ts'
import { ComposedScreen } from './testing/composed-screen.ts'

/** Where a terminal wraps is its own affair. */
const letters = (rows: readonly string[]): string => rows.join('').replaceAll(' ', '')

/** Rows that can be told apart: full ones, almost full ones with wide glyphs, short ones. */
class Rows {
  readonly #columns: number
  #number = 0

  constructor(columns: number) {
    this.#columns = columns
  }

  next(): string {
    this.#number += 1
    const name = `${this.#number} row `
    const left = this.#columns - widthOf(name)
    if (this.#number % 2 === 1) return name + 'x'.repeat(left - (this.#number % 5))
    return this.#number % 4 === 0 ? name.trimEnd() : name + '日本語'.repeat(Math.floor(left / 6))
  }
}

function draw(composed: ComposedScreen, columns: number): void {
  const fixed = [
    '',
    `● Connected ${'-'.repeat(Math.min(60, columns - 12))}`,
    '› Ask anything',
    `  Esc stops ${'='.repeat(Math.min(80, columns - 12))}`,
  ]
  composed.draw(fixed, { x: 2, y: 2 })
}

const steps = fc.array(
  fc.record({
    columns: fc.integer({ min: -12, max: 12 }),
    rows: fc.oneof(fc.constant(0), fc.integer({ min: -4, max: 4 })),
  }),
  { minLength: 2, maxLength: 10 },
)

test('whatever sizes the terminal takes on the way, every printed row is there once and in order, and the frame once', async () => {
  const seen = { runs: 0, narrower: 0, back: 0, lower: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 60, max: 120 }),
      fc.integer({ min: 14, max: 40 }),
      steps,
      async (columns, rows, changes) => {
        const composed = new ComposedScreen(columns, rows)
        const source = new Rows(columns)
        draw(composed, columns)
        composed.print(...Array.from({ length: rows + 5 }, () => source.next()))
        composed.tail = [source.next(), source.next()]
        await composed.flush()
        let size = { columns, rows }
        const sizes = changes.map((change) => {
          size = {
            columns: Math.max(40, size.columns + change.columns),
            rows: Math.max(12, size.rows + change.rows),
          }
          return size
        })
        for (const each of sizes) composed.resize(each.columns, each.rows)
        const least = Math.min(...sizes.map((each) => each.columns))
        seen.runs += 1
        seen.narrower += least < columns ? 1 : 0
        seen.back += least < size.columns ? 1 : 0
        seen.lower += sizes.some((each) => each.rows < rows) ? 1 : 0
        // As the view does: of the open end only the last row is laid out anew.
        composed.print(...composed.tail.slice(0, -1))
        composed.tail = composed.tail.slice(-1).flatMap((text) => rowsOf(text, size.columns))
        draw(composed, size.columns)
        await composed.flush()
        expect(letters(composed.screen.lines())).toBe(letters(composed.expected()))
      },
    ),
    { numRuns: 200 },
  )
  process.stdout.write(`drags of the compositor’s property: ${JSON.stringify(seen)}\n`)
  expect(Math.min(seen.narrower, seen.back, seen.lower)).toBeGreaterThan(seen.runs / 4)
})

test('nothing is drawn while the window is dragged, and all of it when it stands still', async () => {
  const composed = new ComposedScreen(80, 24)
  draw(composed, 80)
  await composed.flush()
  composed.isStill = false
  composed.print('said meanwhile')
  composed.resize(60, 24)
  draw(composed, 60)
  expect(await composed.flush()).toBe('')
  composed.isStill = true
  await composed.flush()
  expect(composed.screen.rows()).toEqual(composed.expected())
})

test('who hands the terminal over does not wait until the window stands still', async () => {
  const composed = new ComposedScreen(80, 24)
  draw(composed, 80)
  await composed.flush()
  composed.isStill = false
  composed.resize(60, 24)
  composed.print('said meanwhile')
  composed.compositor.release()
  await composed.flush()
  expect(composed.screen.rows()).toEqual(['said meanwhile'])
})
