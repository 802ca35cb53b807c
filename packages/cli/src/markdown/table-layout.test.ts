import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fits, layoutTable } from './table-layout.ts'

test('columns are as wide as they like where there is room', () => {
  expect(layoutTable([3, 10, 5], 80)).toEqual({ kind: 'columns', widths: [3, 10, 5] })
})

test('the widest columns give way, and all room is used', () => {
  expect(layoutTable([3, 40, 50], 49)).toEqual({ kind: 'columns', widths: [3, 20, 20] })
  expect(layoutTable([40, 50], 40)).toEqual({ kind: 'columns', widths: [19, 18] })
})

test('records where columns would be too narrow to read', () => {
  expect(layoutTable([20, 20, 20, 20], 30)).toEqual({ kind: 'records' })
})

test('a layout fits, whatever the widths', () => {
  const widths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(widths, fc.integer({ min: 20, max: 200 }), (natural, columns) => {
      expect(fits(layoutTable(natural, columns), columns)).toBe(true)
    }),
  )
})
