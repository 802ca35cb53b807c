/** `[theme]`: the built-in themes' names, and looks that a person prefers for some meanings. */
import { z } from 'zod'

const COLOUR = '(?:bright-)?(?:black|red|green|yellow|blue|magenta|cyan|white)'
const WORD = `(?:bold|dim|italic|underline|inverse|strikethrough|${COLOUR}|on ${COLOUR})`
const LOOK = new RegExp(`^(?:plain|${WORD}(?: ${WORD})*)$`)

const Look = z
  .string()
  .regex(LOOK)
  .describe(
    'a look such as "bold blue": bold, dim, italic, underline, inverse, strikethrough, a colour of the terminal’s own (black, red, green, yellow, blue, magenta, cyan, white, or bright-red and so on), "on" before one behind the text, or "plain"',
  )
  .optional()

export const Theme = z.strictObject({
  name: z.enum(['default', 'light', 'dark', 'mono', 'high-contrast']).default('default'),
  meta: Look,
  hint: Look,
  good: Look,
  warning: Look,
  error: Look,
  strong: Look,
  prompt: Look,
  reasoning: Look,
  indicator: Look,
  heading: Look,
  heading2: Look,
  heading3: Look,
  emphasis: Look,
  struck: Look,
  code: Look,
  code_label: Look,
  link: Look,
  quote: Look,
  bullet: Look,
  rule: Look,
  keyword: Look,
  string: Look,
  number: Look,
  comment: Look,
  function: Look,
  type: Look,
  added: Look,
  removed: Look,
})
export type ThemeConfig = z.infer<typeof Theme>
