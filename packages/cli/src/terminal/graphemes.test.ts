import * as fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { graphemesOf, widthOf } from './graphemes.ts'

/** Every code point with this property. */
const having = (property: RegExp): string[] =>
  Array.from({ length: 0x11_00_00 }, (_, code) => code)
    .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
    .map((code) => String.fromCodePoint(code))
    .filter((text) => property.test(text))

const pictographs = having(/\p{Extended_Pictographic}/u)
const regional = having(/\p{Regional_Indicator}/u)
const tones = having(/\p{Emoji_Modifier}/u)

const differing = (texts: readonly string[]): string[] =>
  texts.filter((text) => widthOf(text) !== stringWidth(text))

test('emoji of one code point, and those that U+FE0F asks for, are as wide as string-width says', () => {
  const emoji = having(/\p{Emoji}/u)
  expect(emoji.length).toBeGreaterThan(1000)
  expect(differing([...pictographs, ...emoji, ...regional, ...tones])).toEqual([])
  expect(differing([...pictographs, ...emoji].map((text) => `${text}\uFE0F`))).toEqual([])
})

test('flags and emoji with skin tones are as wide as string-width says', () => {
  expect(differing(regional.flatMap((one) => regional.map((two) => one + two)))).toEqual([])
  const bases = having(/\p{Emoji_Modifier_Base}/u)
  const toned = bases.flatMap((base) => tones.map((tone) => base + tone))
  expect(toned.length).toBeGreaterThan(500)
  expect(differing(toned)).toEqual([])
})

const anyOf = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

const joined = fc
  .array(
    fc.oneof(
      anyOf(['👩', '👨', '❤', '💻', '🏳', '🌈', '🧑', '🤝', '👧', '⚕', '✈']),
      anyOf(pictographs),
    ),
    { minLength: 2, maxLength: 5 },
  )
  .chain((parts) =>
    fc
      .array(fc.constantFrom('', '\uFE0F', '🏽', '\uFE0E'), {
        minLength: parts.length,
        maxLength: parts.length,
      })
      .map((ends) => parts.map((part, index) => part + (ends[index] ?? '')).join('\u200D')),
  )

const piece = fc.oneof(
  joined,
  anyOf([
    'a',
    ' ',
    'é',
    'e\u0301',
    '漢',
    '字',
    '🚀',
    '🇯🇵',
    '1️⃣',
    '#️⃣',
    '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
    '\u200D',
    '\uFE0F',
    '🏽',
    'ﾊﾟ',
    '한',
    'ก็',
  ]),
)

test('a text is as wide as string-width says, which is the sum of its graphemes', () => {
  const generated = { texts: 0, joined: 0, mixed: 0 }
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const text = pieces.join('')
      generated.texts += 1
      if (text.includes('\u200D')) generated.joined += 1
      if (/[a-z漢]/.test(text) && /\p{Emoji_Presentation}/u.test(text)) generated.mixed += 1
      expect(widthOf(text)).toBe(stringWidth(text))
      const parts = Array.from(graphemesOf(text), ({ segment }) => widthOf(segment))
      expect(parts.reduce((sum, width) => sum + width, 0)).toBe(widthOf(text))
    }),
    { numRuns: 3000 },
  )
  process.stdout.write(`generated: ${JSON.stringify(generated)}\n`)
  expect(generated.joined).toBeGreaterThan(1000)
  expect(generated.mixed).toBeGreaterThan(300)
})
