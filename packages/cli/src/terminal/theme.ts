/** Colours by meaning, from the terminal's own 16, so that they can be read on light and on dark. */
import { styleText } from 'node:util'
import { combined, formatsOf, parseLook, sgrParameters, type Look } from './look.ts'
import { THEME_LOOKS, type Meaning, type ThemeName } from './themes.ts'

export { THEME_NAMES, type Meaning, type ThemeName } from './themes.ts'

export interface Theme {
  readonly name: ThemeName
  lookOf(meaning: Meaning): Look
}

/** Looks in words, as `parseLook` reads them, for meanings that are to differ from the theme. */
export type ThemeChanges = Readonly<Partial<Record<Meaning, string>>>

/** A built-in theme with changes. `lookOf` throws RangeError at a change that is no look. */
export function themeOf(name: ThemeName, changes: ThemeChanges = {}): Theme {
  const words = { ...THEME_LOOKS[name], ...changes }
  const looks = new Map<Meaning, Look>()
  return {
    name,
    lookOf: (meaning) => {
      const look = looks.get(meaning) ?? parseLook(words[meaning])
      looks.set(meaning, look)
      return look
    },
  }
}

/** Gives a text of one line the look of its meaning, or of several together. */
export type Paint = (meaning: Meaning | readonly Meaning[], text: string) => string

/** What gives text its look: the theme may change under it, and what is painted from then on follows. */
export interface Painter {
  /** false: nothing is painted at all. */
  readonly colors: boolean
  readonly theme: Theme
  readonly paint: Paint
  /** The parameters of the SGR sequence that sets the look, as in `1;34`; empty where there is nothing to set. */
  readonly sgr: (meaning: Meaning | readonly Meaning[]) => string
  /** Paints by `theme` from now on. */
  use(theme: Theme): void
}

export function createPainter(colors: boolean, theme: Theme = themeOf('default')): Painter {
  return new ThemePainter(colors, theme)
}

/** The {@link Paint} of a theme that does not change. */
export function painter(colors: boolean, theme?: Theme): Paint {
  return createPainter(colors, theme).paint
}

class ThemePainter implements Painter {
  readonly colors: boolean
  #theme: Theme

  constructor(colors: boolean, theme: Theme) {
    this.colors = colors
    this.#theme = theme
  }

  get theme(): Theme {
    return this.#theme
  }

  use(theme: Theme): void {
    this.#theme = theme
  }

  readonly paint: Paint = (meaning, text) => {
    if (!this.colors || text === '') return text
    const formats = formatsOf(this.#lookOf(meaning))
    return formats.length === 0 ? text : styleText(formats, text, { validateStream: false })
  }

  readonly sgr = (meaning: Meaning | readonly Meaning[]): string =>
    this.colors ? sgrParameters(this.#lookOf(meaning)) : ''

  #lookOf(meaning: Meaning | readonly Meaning[]): Look {
    return typeof meaning === 'string'
      ? this.#theme.lookOf(meaning)
      : combined(meaning.map((each) => this.#theme.lookOf(each)))
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
