import { expect, test } from 'vitest'
import { estimateTokens } from './estimate.ts'

test.each([
  [0, 0],
  [1, 1],
  [4, 1],
  [5, 2],
  [4_000_001, 1_000_001],
])('a text of %i units is taken for %i tokens', (length, tokens) => {
  expect(estimateTokens(length)).toBe(tokens)
})
