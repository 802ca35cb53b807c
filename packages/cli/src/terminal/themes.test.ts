import { describe, expect, test } from 'vitest'
import type { Colour, Look } from './look.ts'
import { THEME_NAMES, themeOf, type Meaning, type ThemeName } from './theme.ts'
import { MEANINGS } from './themes.ts'

interface Palette {
  readonly background: string
  readonly text: string
  /** The 16 colours in the order of their numbers. */
  readonly colours: string
}

const XTERM =
  '000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff'
const SOLARIZED =
  '073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3'

const DARK: Readonly<Record<string, Palette>> = {
  'xterm on black': { background: '000000', text: 'e5e5e5', colours: XTERM },
  'VS Code dark': {
    background: '1e1e1e',
    text: 'cccccc',
    colours:
      '000000 cd3131 0dbc79 e5e510 2472c8 bc3fbc 11a8cd e5e5e5 666666 f14c4c 23d18b f5f543 3b8eea d670d6 29b8db e5e5e5',
  },
  'Solarized dark': { background: '002b36', text: '839496', colours: SOLARIZED },
}

const LIGHT: Readonly<Record<string, Palette>> = {
  'xterm on white': { background: 'ffffff', text: '000000', colours: XTERM },
  'VS Code light': {
    background: 'ffffff',
    text: '333333',
    colours:
      '000000 cd3131 107c10 949800 0451a5 bc05bc 0598bc 555555 666666 cd3131 14ce14 b5ba00 0451a5 bc05bc 0598bc a5a5a5',
  },
  'Solarized light': { background: 'fdf6e3', text: '657b83', colours: SOLARIZED },
}

const PALETTES: Readonly<Record<ThemeName, Readonly<Record<string, Palette>>>> = {
  default: { ...DARK, ...LIGHT },
  light: LIGHT,
  dark: DARK,
  mono: { ...DARK, ...LIGHT },
  'high-contrast': { ...DARK, ...LIGHT },
}

const COLOURS: readonly Colour[] = [
  ...(['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const),
  ...(['bright-black', 'bright-red', 'bright-green', 'bright-yellow'] as const),
  ...(['bright-blue', 'bright-magenta', 'bright-cyan', 'bright-white'] as const),
]

type Rgb = readonly number[]

const rgb = (hex: string): Rgb =>
  [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)

/** Relative luminance (WCAG 2.2). */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1, the same colour, to 21, black on white (WCAG 2.2). */
function contrast(a: Rgb, b: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (lighter + 0.05) / (darker + 0.05)
}

/** What a terminal may make of a look: many show bold text in the bright colour, and dim text half as strong. */
function shades({ colour, attributes }: Look, palette: Palette): Rgb[] {
  const background = rgb(palette.background)
  const all = palette.colours.split(' ')
  const number = colour === undefined ? -1 : COLOURS.indexOf(colour)
  const hexes =
    number < 0
      ? [palette.text]
      : attributes.has('bold') && number < 8
        ? [all[number], all[number + 8]]
        : [all[number]]
  return hexes
    .map((hex = '') => rgb(hex))
    .map((shade) =>
      attributes.has('dim')
        ? shade.map((part, at) => (part + (background[at] ?? 0)) / 2)
        : [...shade],
    )
}

interface Measured {
  readonly meaning: Meaning
  readonly look: Look
  /** The least contrast of all palettes. */
  readonly least: number
}

function measured(name: ThemeName): Measured[] {
  const theme = themeOf(name)
  return MEANINGS.map((meaning) => {
    const look = theme.lookOf(meaning)
    const all = Object.values(PALETTES[name]).flatMap((palette) =>
      shades(look, palette).map((shade) => contrast(shade, rgb(palette.background))),
    )
    return { meaning, look, least: Math.min(...all) }
  })
}

const below = (all: readonly Measured[], floor: number): string[] =>
  all.filter(({ least }) => least < floor).map(({ meaning }) => meaning)

const isDim = ({ look }: Measured): boolean => look.attributes.has('dim')

describe('the contrast of the built-in themes in common palettes', () => {
  test('the measure is that of WCAG', () => {
    expect(contrast(rgb('000000'), rgb('ffffff'))).toBeCloseTo(21)
    expect(contrast(rgb('777777'), rgb('ffffff'))).toBeCloseTo(4.48, 1)
  })

  test('light: every look has 3 on light backgrounds, and nothing is dim', () => {
    expect(below(measured('light'), 3)).toEqual([])
    expect(measured('light').filter(isDim)).toEqual([])
  })

  test('dark: every look has 3 on dark backgrounds, dim ones 2', () => {
    const all = measured('dark')
    expect(
      below(
        all.filter((each) => !isDim(each)),
        3,
      ),
    ).toEqual([])
    expect(below(all, 2)).toEqual([])
  })

  test('default: on light and dark what stands alone has 3, what has another sign beside its colour 2', () => {
    const all = measured('default').filter((each) => !isDim(each))
    expect(below(all, 2)).toEqual([])
    // The dot of a state with its word, an underline, quotes, parentheses, a plus.
    expect(new Set(below(all, 3))).toEqual(new Set(['good', 'link', 'string', 'function', 'added']))
    expect(below(measured('default'), 1.8)).toEqual([])
  })

  test('mono and high-contrast have no colours, and in high-contrast nothing is dim', () => {
    for (const name of ['mono', 'high-contrast'] as const)
      for (const { look } of measured(name))
        expect([look.colour, look.behind]).toEqual([undefined, undefined])
    expect(below(measured('high-contrast'), 4)).toEqual([])
  })

  test.each(THEME_NAMES)('%s: what matters is told by more than its colour', (name) => {
    const theme = themeOf(name)
    const told: readonly Meaning[] = [
      'error',
      'heading',
      'heading2',
      'heading3',
      'link',
      'prompt',
      'strong',
      'struck',
    ]
    expect(told.filter((meaning) => theme.lookOf(meaning).attributes.size === 0)).toEqual([])
  })

  test.each(THEME_NAMES)('%s: levels of headings differ in more than their colour', (name) => {
    const theme = themeOf(name)
    const levels = (['heading', 'heading2', 'heading3', 'plain'] as const).map((meaning) =>
      [...theme.lookOf(meaning).attributes].join(' '),
    )
    expect(new Set(levels).size, levels.join(', ')).toBe(levels.length)
  })

  test.each(THEME_NAMES)('%s: black and white are left to the terminal', (name) => {
    const theme = themeOf(name)
    const used = MEANINGS.map((meaning) => theme.lookOf(meaning).colour ?? '')
    expect(used.filter((color) => /black|white/.test(color))).toEqual([])
  })
})
