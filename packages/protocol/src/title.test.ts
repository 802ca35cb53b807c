import { describe, expect, test } from 'vitest'
import { titleOf } from './title.ts'

describe('a title is the first five words, at most 80 characters', () => {
  test.each([
    ['Why is the sky blue?', 'Why is the sky blue?'],
    ['Why is the sky blue today?', 'Why is the sky blue...'],
    ['  Why\n\tis   it ', 'Why is it'],
    ['one two three four five ', 'one two three four five'],
    ['天空为什么是蓝色的？', '天空为什么是蓝色的？'],
    ['', ''],
    ['a\u00a0b\u2003c d e f', 'a b c d e...'],
  ])('%j → %j', (message, title) => {
    expect(titleOf(message)).toBe(title)
  })

  test('80 characters stay, 81 are cut to 80 with the mark', () => {
    expect(titleOf('x'.repeat(80))).toBe('x'.repeat(80))
    expect(titleOf('x'.repeat(81))).toBe(`${'x'.repeat(77)}...`)
  })

  test('five long words and more: one mark only', () => {
    const title = titleOf(Array.from({ length: 6 }, () => 'y'.repeat(20)).join(' '))
    expect(title).toMatch(/[^.]\.\.\.$/)
    expect(title).toHaveLength(80)
  })

  test('a character outside the BMP is never cut in two', () => {
    expect(titleOf('😀'.repeat(81))).toBe(`${'😀'.repeat(77)}...`)
  })

  test('white space before the words, however much, is no word', () => {
    expect(titleOf(`${' \n'.repeat(10_000)}hello there`)).toBe('hello there')
  })
})
