import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { Config, keysUnder, parseConfig } from '@speak-code/server/config'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLook, sgrParameters } from './look.ts'
import { createPainter, painter, THEME_NAMES, themeOf, wantsColors } from './theme.ts'
import { MEANINGS, THEME_LOOKS } from './themes.ts'

const inFile = (meaning: string): string => (meaning === 'codeLabel' ? 'code_label' : meaning)

function isReadable(look: string): boolean {
  try {
    parseLook(look)
    return true
  } catch {
    return false
  }
}

describe('[theme]', () => {
  test('has each meaning but that of plain text, and the names of the built-in themes', () => {
    const keys = MEANINGS.filter((meaning) => meaning !== 'plain').map(inFile)
    expect(new Set(keysUnder(['theme']))).toEqual(new Set(['name', ...keys]))
    for (const name of THEME_NAMES) {
      expect(Config.parse({ theme: { name } }).theme.name).toBe(name)
    }
  })

  test('the schema takes no look that cannot be read', () => {
    const attribute = fc.constantFrom('bold', 'dim', 'italic', 'underline', 'inverse', 'plain', '')
    const color = fc.constantFrom('red', 'bright-blue', 'on cyan', 'on', 'pink', 'bright-bold')
    const known = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(fc.array(fc.oneof(attribute, color), { maxLength: 3 }), (words) => {
        const look = words.join(' ')
        const isTaken = Config.safeParse({ theme: { error: look } }).success
        known[isTaken ? 'taken' : 'refused'] += 1
        expect([look, isTaken && !isReadable(look)]).toEqual([look, false])
      }),
      { numRuns: 500 },
    )
    expect(Math.min(known.taken, known.refused), JSON.stringify(known)).toBeGreaterThan(50)
  })

  test('the example file shows the looks of the default theme', () => {
    const path = new URL('../../../../config.example.toml', import.meta.url)
    const source = readFileSync(path, 'utf8')
    const table = source.slice(source.indexOf('[theme]')).replaceAll(/^#(?=[a-z_0-9]+ = )/gm, '')
    const shown = parseConfig(table, 'example').config.theme
    for (const meaning of MEANINGS.filter((each) => each !== 'plain'))
      expect(shown).toHaveProperty(inFile(meaning), THEME_LOOKS.default[meaning])
  })
})

describe('a look', () => {
  test.each([
    ['plain', ''],
    ['bold blue', '1;34'],
    ['blue bold', '1;34'],
    ['underline bright-red on white', '4;91;47'],
    ['strikethrough dim on bright-black', '2;9;100'],
  ])('%s is %s', (words, parameters) => {
    expect(sgrParameters(parseLook(words))).toBe(parameters)
  })

  test('a word that is none is named', () => {
    expect(() => parseLook('bold pink')).toThrow('“pink”')
  })
})

describe('painting', () => {
  test('several meanings are drawn one over the other', () => {
    const { sgr, paint } = createPainter(true, themeOf('default', { link: 'underline red' }))
    expect(sgr(['strong', 'link'])).toBe('1;4;31')
    expect(sgr('plain')).toBe('')
    expect(stripVTControlCharacters(paint(['strong', 'link'], 'there'))).toBe('there')
    expect(paint('plain', 'there')).toBe('there')
  })

  test('another theme counts for what is painted from then on', () => {
    const painted = createPainter(true, themeOf('light'))
    expect(painted.sgr('good')).toBe('34')
    painted.use(themeOf('dark'))
    expect(painted.sgr('good')).toBe('32')
  })

  test('without colours nothing is painted, whatever the theme', () => {
    for (const name of THEME_NAMES) {
      const { sgr, paint } = createPainter(false, themeOf(name))
      for (const meaning of MEANINGS) expect([sgr(meaning), paint(meaning, 'x')]).toEqual(['', 'x'])
    }
    expect(painter(false)('error', 'x')).toBe('x')
  })
})

test.each([
  ['always', { NO_COLOR: '1' }, true],
  ['never', { FORCE_COLOR: '1' }, false],
  ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['auto', { NO_COLOR: '' }, true],
  ['auto', { FORCE_COLOR: '0' }, false],
  ['auto', { FORCE_COLOR: 'false' }, false],
  ['auto', { FORCE_COLOR: '', TERM: 'dumb' }, true],
  ['auto', { TERM: 'dumb' }, false],
  ['auto', { TERM: 'xterm' }, true],
] as const)('--color %s with %j: colours %s', (mode, env, expected) => {
  expect(wantsColors(mode, { ...env })).toBe(expected)
})
