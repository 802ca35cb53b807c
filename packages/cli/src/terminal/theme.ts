/** Colours by meaning, from the terminal's own 16, so that they can be read on light and on dark. */
import { styleText } from 'node:util'

type Format = Extract<Parameters<typeof styleText>[0], string>

/** What a text is. The theme decides how that looks. */
export type Meaning =
  | 'plain'
  | 'meta'
  | 'hint'
  | 'good'
  | 'warning'
  | 'error'
  | 'strong'
  | 'prompt'
  | 'reasoning'
  | 'indicator'
  // Of Markdown.
  | 'heading'
  | 'emphasis'
  | 'struck'
  | 'code'
  | 'codeLabel'
  | 'link'
  | 'quote'
  | 'bullet'
  | 'rule'
  // Of highlighted code.
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'function'
  | 'type'
  | 'added'
  | 'removed'

const FORMATS: Readonly<Record<Meaning, readonly Format[]>> = {
  plain: [],
  meta: ['dim'],
  hint: ['dim'],
  good: ['green'],
  warning: ['yellow'],
  error: ['red'],
  strong: ['bold'],
  prompt: ['bold', 'cyan'],
  reasoning: ['dim', 'italic'],
  indicator: ['cyan'],
  heading: ['bold', 'magenta'],
  emphasis: ['italic'],
  struck: ['strikethrough'],
  code: ['cyan'],
  codeLabel: ['dim'],
  link: ['underline', 'blue'],
  quote: ['dim'],
  bullet: ['cyan'],
  rule: ['dim'],
  keyword: ['magenta'],
  string: ['green'],
  number: ['cyan'],
  comment: ['dim', 'italic'],
  function: ['blue'],
  type: ['yellow'],
  added: ['green'],
  removed: ['red'],
}

/** Gives a text of one line the look of its meaning, or of several together. */
export type Paint = (meaning: Meaning | readonly Meaning[], text: string) => string

export function painter(colors: boolean): Paint {
  return (meaning, text) => {
    if (!colors || text === '') return text
    const meanings = typeof meaning === 'string' ? [meaning] : meaning
    const formats = meanings.flatMap((each) => FORMATS[each])
    return formats.length === 0 ? text : styleText(formats, text, { validateStream: false })
  }
}

/** Whether to use colours: the flag over NO_COLOR over FORCE_COLOR over what the terminal is. */
export function wantsColors(mode: 'auto' | 'always' | 'never', env: NodeJS.ProcessEnv): boolean {
  if (mode !== 'auto') return mode === 'always'
  if ((env['NO_COLOR'] ?? '') !== '') return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return env['TERM'] !== 'dumb'
}
