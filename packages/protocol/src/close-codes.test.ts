import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLOSE_CODES, CloseCode, closeCodeRow, closeReason } from './close-codes.ts'

const character = fc
  .oneof(fc.integer({ min: 0x20, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point))

const bytes = (text: string): number => new TextEncoder().encode(text).length

describe('T119 a close reason has at most 123 bytes', () => {
  test.each([
    ['ASCII of 123 bytes', 'x'.repeat(123), 'x'.repeat(123)],
    ['ASCII of 124 bytes', 'x'.repeat(124), `${'x'.repeat(120)}…`],
    ['two-byte characters', 'é'.repeat(62), `${'é'.repeat(60)}…`],
    ['three-byte characters that fit', '語'.repeat(41), '語'.repeat(41)],
    ['three-byte characters', '語'.repeat(42), `${'語'.repeat(40)}…`],
    ['four-byte characters', '😀'.repeat(31), `${'😀'.repeat(30)}…`],
    ['nothing', '', ''],
  ])('%s', (_what, reason, cut) => {
    expect(closeReason(reason)).toBe(cut)
  })

  test('any text is cut within the bound, at a character’s border, to a beginning of itself', () => {
    const texts = fc.string({ unit: character, maxLength: 200 })
    const property = fc.property(texts, (reason) => {
      const cut = closeReason(reason)
      expect(bytes(cut)).toBeLessThanOrEqual(123)
      const kept = cut === reason ? cut : cut.slice(0, -1)
      expect(reason.startsWith(kept)).toBe(true)
      expect(kept.isWellFormed()).toBe(true)
    })
    fc.assert(property)
  })
})

describe('what a client does after a close', () => {
  test.each([
    [1001, 'reconnect'],
    [1012, 'wait'],
    [1013, 'reconnect'],
    [1006, 'reconnect'],
    [1009, 'stop'],
    [4400, 'stop'],
    [4401, 'stop'],
    [4403, 'stop'],
    [4406, 'stop'],
    [4408, 'reconnect'],
    [4429, 'reconnect'],
  ])('%i: %s', (code, after) => {
    expect(closeCodeRow(code)).toMatchObject({ code, after })
  })

  test('an unknown code of ours stops, any other reconnects', () => {
    expect(closeCodeRow(4999)).toMatchObject({ code: 4999, after: 'stop' })
    expect(closeCodeRow(4000)).toMatchObject({ after: 'stop' })
    expect(closeCodeRow(3999)).toMatchObject({ after: 'reconnect' })
    expect(closeCodeRow(1011)).toMatchObject({ code: 1011, after: 'reconnect' })
  })

  test('each named code has its row, once', () => {
    expect(CLOSE_CODES.map((row) => row.code)).toEqual(Object.values(CloseCode))
  })
})
