import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsOf } from './tokens.ts'

const tokensOf = (text: string): string[] =>
  wordsOf(text).flatMap(({ tokens }) => tokens.map((token) => token.text))
const wholesOf = (text: string): string[] =>
  wordsOf(text).flatMap(({ wholes }) => wholes.map((token) => token.text))

describe('words', () => {
  it.each([
    ['getUserName', ['get', 'user', 'name'], ['getusername', 'username']],
    ['max_inflight', ['max', 'inflight'], ['maxinflight']],
    ['HTTPServer2Go', ['http', 'server2', 'go'], ['httpserver2go', 'server2go']],
    ['__init__', ['init'], []],
    ['SCREAMING_CASE', ['screaming', 'case'], ['screamingcase']],
    ['sha256', ['sha256'], []],
    ['Überschrift Café', ['uberschrift', 'cafe'], []],
    ['cafe\u0301', ['cafe'], []],
    ['a.b-c', ['a', 'b', 'c'], []],
    ['_ ❤️ ...', [], []],
  ])('%s', (text, tokens, wholes) => {
    expect(tokensOf(text)).toEqual(tokens)
    expect(wholesOf(text)).toEqual(wholes)
  })

  it.each([
    ['東京都', ['東京', '京都', '都']],
    ['猫', ['猫']],
    ['안녕하', ['안녕', '녕하', '하']],
    ['ｶﾞｷ', ['ガキ', 'キ']],
    ['東京tower', ['東京', '京', 'tower']],
  ])('CJK runs are overlapping pairs and a last character: %s', (text, tokens) => {
    expect(tokensOf(text)).toEqual(tokens)
  })

  it('for any text: tokens lie inside it, in order, and hold neither quotes, spaces nor ASCII punctuation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const { tokens, wholes } of wordsOf(text)) {
          for (const token of [...tokens, ...wholes]) {
            expect(token.text).toMatch(/^[^\s!-/:-@[-`{-~]+$/)
            expect(token.start).toBeGreaterThanOrEqual(0)
            expect(token.end).toBeGreaterThan(token.start)
            expect(token.end).toBeLessThanOrEqual(text.length)
          }
        }
      }),
    )
  })
})
