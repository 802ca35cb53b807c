import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { widthOf } from '../../terminal/graphemes.ts'
import { plainText } from '../../terminal/styled-row.ts'
import { fittedParts, type RowPart } from './row-parts.ts'

const PARTS: readonly RowPart[] = [
  { meaning: 'good', text: '● Connected', worth: 4 },
  { meaning: 'hint', text: 'the relay of the whole team', worth: 1, least: 8 },
  { meaning: 'hint', text: 'lab/a-model-with-a-name', worth: 2, least: 8 },
]

test.each([
  [80, '● Connected · the relay of the whole team · lab/a-model-with-a-name'],
  [60, '● Connected · the relay of the wh… · lab/a-model-with-a-name'],
  [48, '● Connected · the rel… · lab/a-model-with-a-name'],
  [40, '● Connected · lab/a-model-with-a-name'],
  [30, '● Connected · lab/a-model-wit…'],
  [20, '● Connected'],
  [8, '● Conne…'],
])('at %i cells: %s', (columns, shown) => {
  expect(plainText(fittedParts(PARTS, columns))).toBe(shown)
})

test('it fits, keeps the order, and drops the least dear first', () => {
  const part = fc.record({
    text: fc.string({
      unit: fc.constantFrom('a', 'é', '日', '👩‍👩‍👧', ' x'),
      minLength: 1,
      maxLength: 20,
    }),
    least: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
  })
  const seen = { whole: 0, cut: 0, dropped: 0 }
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 100 }),
      fc.infiniteStream(fc.nat()),
      (texts, columns, order) => {
        const worths = texts
          .map((_, index) => ({ index, key: order.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ index }) => index)
        const parts = texts.map(({ text, least }, index): RowPart => ({
          meaning: 'plain',
          text,
          worth: worths.indexOf(index),
          ...(least === undefined ? {} : { least }),
        }))
        const row = fittedParts(parts, columns)
        expect(widthOf(plainText(row))).toBeLessThanOrEqual(columns)
        const shown = row.filter(({ meaning }) => meaning === 'plain')
        const byWorth = parts.toSorted((a, b) => b.worth - a.worth)
        const dearest = new Set(byWorth.slice(0, shown.length))
        const expected = parts.filter((each) => dearest.has(each))
        for (const [index, { text }] of shown.entries())
          expect(expected[index]?.text.startsWith(text.replace(/…$/, ''))).toBe(true)
        const isCut = shown.some(({ text }) => text.endsWith('…'))
        if (isCut) seen.cut += 1
        if (shown.length < parts.length) seen.dropped += 1
        else if (!isCut) seen.whole += 1
      },
    ),
    { numRuns: 1000 },
  )
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50)
})
