import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { harmless } from './harmless.ts'

test('no control character passes but the line feed and the tab', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(harmless(text)).not.toMatch(/(?![\n\t])\p{Cc}/u)
    }),
  )
})

test('text without control characters stays as it is', () => {
  const text = 'naïve 日本語 👩‍👩‍👧\n\tcode'
  expect(harmless(text)).toBe(text)
})

test('an escape sequence becomes visible', () => {
  expect(harmless('a\u001B[31mb\u0007\u007F\u009B2J')).toBe('a␛[31mb␇␡\uFFFD2J')
})

test('carriage returns are dropped, so that nothing is written over', () => {
  expect(harmless('safe\r\nrm -rf\rls')).toBe('safe\nrm -rfls')
})

test('a text cut anywhere gives the same in pieces', () => {
  const text = 'x\u001B]0;title\u0007y\r\nz'
  for (let cut = 0; cut <= text.length; cut++) {
    expect(harmless(text.slice(0, cut)) + harmless(text.slice(cut))).toBe(harmless(text))
  }
})
