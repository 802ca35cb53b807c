/** Colours by meaning, from the terminal's own 16, so that they can be read on light and on dark. */
import { styleText } from 'node:util'
import type { Tone } from '../chat/session-events.ts'

type Format = Parameters<typeof styleText>[0]

export type Meaning = Tone | 'strong' | 'prompt' | 'reasoning' | 'indicator'

const FORMATS: Readonly<Record<Meaning, Format | undefined>> = {
  plain: undefined,
  meta: 'dim',
  hint: 'dim',
  good: 'green',
  warning: 'yellow',
  error: 'red',
  strong: 'bold',
  prompt: ['bold', 'cyan'],
  reasoning: ['dim', 'italic'],
  indicator: 'cyan',
}

/** Gives a text of one line the look of its meaning. */
export type Paint = (meaning: Meaning, text: string) => string

export function painter(colors: boolean): Paint {
  return (meaning, text) => {
    const format = FORMATS[meaning]
    return !colors || format === undefined || text === ''
      ? text
      : styleText(format, text, { validateStream: false })
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
