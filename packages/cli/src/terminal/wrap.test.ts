import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from './graphemes.ts'
import { expandTabs, hangingRows, rowsOf, truncate, wrapLine } from './wrap.ts'

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

  test('spaces that fill a row and more are one row, whatever follows them (seed 878474163)', () => {
    expect(wrapLine('     ', 4)).toEqual([{ start: 0, end: 5 }])
    expect(wrapLine('     a', 4)).toEqual([
      { start: 0, end: 5 },
      { start: 5, end: 6 },
    ])
    expect(wrapLine('     日', 4)).toEqual([
      { start: 0, end: 5 },
      { start: 5, end: 6 },
    ])
  })

  test('tabs reach the next stop', () => {
    expect(expandTabs('a\tb\t\tc')).toBe('a   b       c')
  })

  test('truncation leaves room for the ellipsis', () => {
    expect(truncate('日本語です', 6)).toBe('日本…')
    expect(truncate('short', 6)).toBe('short')
  })
})

describe('lines in columns', () => {
  test('further rows stand under the second column', () => {
    expect(hangingRows('  /stats   tokens and times', 22)).toEqual([
      '  /stats   tokens and',
      '           times',
    ])
    expect(hangingRows('日本語  one two three', 18)).toEqual(['日本語  one two', '        three'])
  })

  test('where little is left for that column, it moves to its name, with the rows under it', () => {
    expect(hangingRows('  /a-long-name     one two three', 20)).toEqual([
      '  /a-long-name  one',
      '    two three',
    ])
    expect(hangingRows('  /new             one', 20)).toEqual(['  /new  one'])
  })

  test('a sentence is wrapped as any other, and what fits stays as it is', () => {
    const sentence = 'the quick brown fox jumps over it'
    expect(hangingRows(sentence, 12)).toEqual(rowsOf(sentence, 12))
    expect(hangingRows('a  b\n\n  c', 10)).toEqual(['a  b', '', '  c'])
  })

  test('no row is too wide, no word is lost, and texts come in which rows hang', () => {
    const word = fc.constantFrom('a', 'word', '  ', '   ', '日本語', 'averylongwordindeed', '\n')
    const tally = { all: 0, hanging: 0 }
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }),
        fc.integer({ min: 4, max: 60 }),
        (words, columns) => {
          const text = words.join(' ')
          const rows = hangingRows(text, columns)
          tally.all += 1
          if (rows.join('') !== rowsOf(text, columns).join('')) tally.hanging += 1
          for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(columns)
          expect(rows.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
        },
      ),
    )
    expect(tally.hanging, JSON.stringify(tally)).toBeGreaterThan(tally.all / 10)
  })
})
