import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonString } from './json.ts'

test('a well-formed text is as JSON what JSON.stringify makes of it', () => {
  let plain = 0
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u007f', '\u2028', 'a') }),
      ),
      (text) => {
        const wellFormed = text.toWellFormed()
        const json = jsonString(wellFormed)
        expect(json).toBe(JSON.stringify(wellFormed))
        if (json === `"${wellFormed}"`) plain += 1
      },
    ),
    { numRuns: 1000 },
  )
  process.stdout.write(`  1000 texts, ${plain} of them plain\n`)
  expect(plain).toBeGreaterThan(100)
  expect(plain).toBeLessThan(900)
})
