/**
 * The built-in themes: looks by meaning, in words. Their colours are chosen by the contrast that `themes.test.ts`
 * computes. No look rests on colour alone where a text has to be told from its neighbours.
 */

/** What a text is. The theme decides how that looks. */
export const MEANINGS = [
  'plain',
  'meta',
  'hint',
  'good',
  'warning',
  'error',
  'strong',
  'prompt',
  'reasoning',
  'indicator',
  // Of Markdown.
  'heading',
  'heading2',
  'heading3',
  'emphasis',
  'struck',
  'code',
  'codeLabel',
  'link',
  'quote',
  'bullet',
  'rule',
  // Of highlighted code.
  'keyword',
  'string',
  'number',
  'comment',
  'function',
  'type',
  'added',
  'removed',
] as const
export type Meaning = (typeof MEANINGS)[number]

/** In the order in which they are told. */
export const THEME_NAMES = ['default', 'light', 'dark', 'mono', 'high-contrast'] as const
export type ThemeName = (typeof THEME_NAMES)[number]

type Looks = Readonly<Record<Meaning, string>>

/** No colour at all. */
const MONO: Looks = {
  plain: 'plain',
  meta: 'dim',
  hint: 'dim',
  good: 'plain',
  warning: 'bold',
  error: 'bold underline',
  strong: 'bold',
  prompt: 'bold',
  reasoning: 'dim italic',
  indicator: 'bold',
  heading: 'bold underline',
  heading2: 'bold',
  heading3: 'bold italic',
  emphasis: 'italic',
  struck: 'strikethrough',
  code: 'bold',
  codeLabel: 'dim',
  link: 'underline',
  quote: 'italic',
  bullet: 'bold',
  rule: 'dim',
  keyword: 'bold',
  string: 'plain',
  number: 'plain',
  comment: 'italic',
  function: 'plain',
  type: 'underline',
  added: 'bold',
  removed: 'strikethrough',
}

/** For any background: mostly red and magenta, which no common palette makes weak on black or on white. */
const DEFAULT: Looks = {
  ...MONO,
  good: 'green',
  warning: 'magenta',
  error: 'bold red',
  prompt: 'bold magenta',
  indicator: 'magenta',
  heading: 'bold underline magenta',
  heading2: 'bold magenta',
  code: 'magenta',
  link: 'underline blue',
  keyword: 'magenta',
  string: 'green',
  number: 'red',
  function: 'blue',
  type: 'bold',
  added: 'green',
  removed: 'red',
}

/** Nothing is dim: on white, and on Solarized's light ground, dim text fades away. */
const LIGHT: Looks = {
  ...MONO,
  meta: 'italic',
  hint: 'italic',
  good: 'blue',
  warning: 'magenta',
  error: 'bold red',
  prompt: 'bold magenta',
  reasoning: 'italic',
  indicator: 'magenta',
  heading: 'bold underline magenta',
  heading2: 'bold magenta',
  code: 'blue',
  codeLabel: 'italic',
  link: 'underline blue',
  bullet: 'magenta',
  rule: 'plain',
  keyword: 'blue',
  string: 'red',
  number: 'magenta',
  function: 'bold',
  added: 'blue',
  removed: 'red',
}

/** No blue: on black it is the darkest of all. */
const DARK: Looks = {
  ...MONO,
  good: 'green',
  warning: 'yellow',
  error: 'bold red',
  prompt: 'bold cyan',
  indicator: 'cyan',
  heading: 'bold underline yellow',
  heading2: 'bold yellow',
  code: 'cyan',
  link: 'underline cyan',
  bullet: 'yellow',
  keyword: 'magenta',
  string: 'green',
  number: 'yellow',
  function: 'cyan',
  type: 'underline yellow',
  added: 'green',
  removed: 'red',
}

/** The terminal's own text colour at its full strength, everywhere. */
const HIGH_CONTRAST: Looks = {
  ...MONO,
  meta: 'plain',
  hint: 'plain',
  warning: 'bold underline',
  error: 'bold inverse',
  reasoning: 'underline',
  codeLabel: 'plain',
  emphasis: 'underline',
  quote: 'plain',
  rule: 'plain',
  comment: 'plain',
}

export const THEME_LOOKS: Readonly<Record<ThemeName, Looks>> = {
  default: DEFAULT,
  light: LIGHT,
  dark: DARK,
  mono: MONO,
  'high-contrast': HIGH_CONTRAST,
}
