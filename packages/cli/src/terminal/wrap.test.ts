import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from './graphemes.ts'
import { expandTabs, rowsOf, truncate, wrapLine } from './wrap.ts'

describe('wrapping', () => {
  test('breaks at words, and a word that is too long inside', () => {
    expect(rowsOf('the quick brown fox', 10)).toEqual(['the quick', 'brown fox'])
    expect(rowsOf('abcdefghijklm no', 5)).toEqual(['abcde', 'fghij', 'klm', 'no'])
  })

  test('keeps empty lines and indentation', () => {
    expect(rowsOf('a\n\n  b', 10)).toEqual(['a', '', '  b'])
  })

  test('breaks East Asian text between characters, never through one', () => {
    expect(rowsOf('日本語の文章', 5)).toEqual(['日本', '語の', '文章'])
    expect(rowsOf('an 日本語', 6)).toEqual(['an 日', '本語'])
  })

  test('a family of emoji stays together', () => {
    expect(rowsOf('abc 👩‍👩‍👧 d', 5)).toEqual(['abc', '👩‍👩‍👧 d'])
  })

  test('every row fits, and nothing is lost but spaces at the ends of rows', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '日', '👩‍👩‍👧', 'e\u0301', '\t') })
    fc.assert(
      fc.property(line, fc.integer({ min: 4, max: 20 }), (source, columns) => {
        const rows = rowsOf(source, columns)
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(columns)
        expect(rows.join('').replaceAll(' ', '')).toBe(source.replaceAll(/[ \t]/g, ''))
      }),
    )
  })

  test('more text changes no row but the last', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '日', 'word') })
    fc.assert(
      fc.property(line, line, fc.integer({ min: 4, max: 20 }), (before, more, columns) => {
        const settled = wrapLine(before, columns).slice(0, -1)
        expect(wrapLine(before + more, columns).slice(0, settled.length)).toEqual(settled)
      }),
    )
  })

  test('tabs reach the next stop', () => {
    expect(expandTabs('a\tb\t\tc')).toBe('a   b       c')
  })

  test('truncation leaves room for the ellipsis', () => {
    expect(truncate('日本語です', 6)).toBe('日本…')
    expect(truncate('short', 6)).toBe('short')
  })
})
