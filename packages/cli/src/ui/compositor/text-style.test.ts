import { describe, expect, test } from 'vitest'
import { linked, PLAIN, restyled, styleChange, styleOf } from './text-style.ts'

describe('from one look to another', () => {
  test.each([
    ['', '1;34', '\u001b[1;34m'],
    ['1;34', '', '\u001b[m'],
    ['2', '35', '\u001b[;35m'],
    ['34', '1;34', '\u001b[1m'],
    ['1;2', '2', '\u001b[;2m'],
    ['3;4;34', '3;34', '\u001b[24m'],
    ['31', '31', ''],
    ['38;5;200', '38;2;1;2;3', '\u001b[38;2;1;2;3m'],
  ])('%j → %j in the fewest bytes', (from, to, change) => {
    expect(styleChange(styleOf(from), styleOf(to))).toBe(change)
  })

  test('a link is closed before plain text', () => {
    const open = '\u001b]8;;https://example.org/\u001b\\'
    const link = linked(styleOf('4'), open)
    expect(styleChange(PLAIN, link)).toBe(`${open}\u001b[4m`)
    expect(styleChange(link, PLAIN)).toBe('\u001b]8;;\u001b\\\u001b[m')
  })

  test('the same look is the same object, however it came about', () => {
    expect(restyled(restyled(styleOf('1;34'), '22'), '39')).toBe(PLAIN)
    expect(restyled(styleOf('34;1'), '4')).toBe(styleOf('1;4;34'))
    expect(restyled(styleOf('1;34'), '')).toBe(PLAIN)
  })
})
