/** How a text looks: attributes and the terminal's own 16 colours, written as words such as `bold blue`. */

/** The parameters of SGR (ECMA-48, 8.3.117) and the names that `util.styleText` has for them. */
const ATTRIBUTES = {
  bold: { code: 1, format: 'bold' },
  dim: { code: 2, format: 'dim' },
  italic: { code: 3, format: 'italic' },
  underline: { code: 4, format: 'underline' },
  inverse: { code: 7, format: 'inverse' },
  strikethrough: { code: 9, format: 'strikethrough' },
} as const

const COLOURS = {
  black: { code: 30, format: 'black', behind: 'bgBlack' },
  red: { code: 31, format: 'red', behind: 'bgRed' },
  green: { code: 32, format: 'green', behind: 'bgGreen' },
  yellow: { code: 33, format: 'yellow', behind: 'bgYellow' },
  blue: { code: 34, format: 'blue', behind: 'bgBlue' },
  magenta: { code: 35, format: 'magenta', behind: 'bgMagenta' },
  cyan: { code: 36, format: 'cyan', behind: 'bgCyan' },
  white: { code: 37, format: 'white', behind: 'bgWhite' },
  'bright-black': { code: 90, format: 'gray', behind: 'bgGray' },
  'bright-red': { code: 91, format: 'redBright', behind: 'bgRedBright' },
  'bright-green': { code: 92, format: 'greenBright', behind: 'bgGreenBright' },
  'bright-yellow': { code: 93, format: 'yellowBright', behind: 'bgYellowBright' },
  'bright-blue': { code: 94, format: 'blueBright', behind: 'bgBlueBright' },
  'bright-magenta': { code: 95, format: 'magentaBright', behind: 'bgMagentaBright' },
  'bright-cyan': { code: 96, format: 'cyanBright', behind: 'bgCyanBright' },
  'bright-white': { code: 97, format: 'whiteBright', behind: 'bgWhiteBright' },
} as const

/** From a colour's parameter to that of the same colour behind the text. */
const BEHIND = 10

type Attribute = keyof typeof ATTRIBUTES
export type Colour = keyof typeof COLOURS
export type Format =
  | (typeof ATTRIBUTES)[Attribute]['format']
  | (typeof COLOURS)[Colour]['format' | 'behind']

export interface Look {
  readonly attributes: ReadonlySet<Attribute>
  readonly colour?: Colour
  /** The colour behind the text. */
  readonly behind?: Colour
}

const PLAIN_LOOK: Look = { attributes: new Set() }

/**
 * Reads a look: attributes and a colour in any order, `on` before the colour behind the text, and `plain` for none of
 * these. Throws RangeError at any other word.
 */
export function parseLook(words: string): Look {
  const attributes = new Set<Attribute>()
  let colour: Colour | undefined
  let behind: Colour | undefined
  let isBehind = false
  for (const word of words.split(/\s+/).filter((each) => each !== '' && each !== 'plain')) {
    if (word === 'on') isBehind = true
    else if (isColour(word)) {
      if (isBehind) behind = word
      else colour = word
      isBehind = false
    } else if (isAttribute(word)) attributes.add(word)
    else throw new RangeError(`“${word}” is no attribute and no colour`)
  }
  return {
    attributes,
    ...(colour === undefined ? {} : { colour }),
    ...(behind === undefined ? {} : { behind }),
  }
}

/** Several looks, one over the other: all attributes, and the last colour of each kind. */
export function combined(looks: readonly Look[]): Look {
  const [first = PLAIN_LOOK, ...others] = looks
  return others.reduce<Look>(
    (below, above) => ({
      ...below,
      ...above,
      attributes: new Set([...below.attributes, ...above.attributes]),
    }),
    first,
  )
}

/** The parameters of the one SGR sequence that sets a look, ascending, as in `1;34`; empty where it is plain. */
export function sgrParameters({ attributes, colour, behind }: Look): string {
  return [
    ...Array.from(attributes, (attribute) => ATTRIBUTES[attribute].code).toSorted((a, b) => a - b),
    ...(colour === undefined ? [] : [COLOURS[colour].code]),
    ...(behind === undefined ? [] : [COLOURS[behind].code + BEHIND]),
  ].join(';')
}

/** The formats of `util.styleText` that a look stands for. */
export function formatsOf({ attributes, colour, behind }: Look): Format[] {
  return [
    ...Array.from(attributes, (attribute) => ATTRIBUTES[attribute].format),
    ...(colour === undefined ? [] : [COLOURS[colour].format]),
    ...(behind === undefined ? [] : [COLOURS[behind].behind]),
  ]
}

function isAttribute(word: string): word is Attribute {
  return Object.hasOwn(ATTRIBUTES, word)
}

function isColour(word: string): word is Colour {
  return Object.hasOwn(COLOURS, word)
}
