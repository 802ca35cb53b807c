import { describe, expect, test } from 'vitest'
import { readStamps, stampedDelta } from './stamp.ts'
import { median, quantile, table } from './statistics.ts'

describe('quantile by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_value, index) => index + 1)

  test.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('%d → %d', (share, value) => {
    expect(quantile(hundred, share)).toBe(value)
  })

  test('of nothing is not a number; of one is that one', () => {
    expect(quantile([], 0.5)).toBeNaN()
    expect(quantile([7], 0.99)).toBe(7)
  })

  test('the median does not need sorted values and leaves them as they are', () => {
    const values = [3, 1, 2]
    expect(median(values)).toBe(2)
    expect(values).toEqual([3, 1, 2])
  })
})

test('marks are read out of any frame, one or several', () => {
  const seen: number[][] = []
  const frame = `{"a":"${stampedDelta(0, 12.4)}"}\n{"b":"${stampedDelta(41, 99)}"}`
  expect(readStamps(frame, (sentAt, index) => seen.push([sentAt, index]))).toBe(2)
  expect(seen).toEqual([
    [12, 0],
    [99, 41],
  ])
  expect(readStamps('{"type":"welcome"}', () => seen.push([]))).toBe(0)
})

test('a table in Markdown', () => {
  expect(table(['what', 'ms'], [['a', '1']])).toBe('| what | ms |\n| --- | ---: |\n| a | 1 |')
})
