import { expect, test } from 'vitest'
import { SAMPLE_ANSWER, tokensOf } from './sample-answer.ts'

test('tokens joined are the text; they are as short as a model’s', () => {
  const tokens = tokensOf(SAMPLE_ANSWER)
  expect(tokens.join('')).toBe(SAMPLE_ANSWER)
  const bytes = Buffer.byteLength(SAMPLE_ANSWER) / tokens.length
  expect(bytes).toBeGreaterThan(2.5)
  expect(bytes).toBeLessThan(4)
})
