/** Which theme the chat and `ask` have. The flag and the environment decide only whether there are colours at all. */
import type { LoadedConfig } from '@speak-code/server/config'
import type { Line } from '../chat/session-events.ts'
import type { Remembered } from '../remembered.ts'
import {
  THEME_NAMES,
  themeOf,
  type Painter,
  type Theme,
  type ThemeChanges,
  type ThemeName,
} from '../terminal/theme.ts'

/** The theme that the file names, else the one that `/theme` chose last, else the default; with the file's changes. */
export function chosenTheme(config: LoadedConfig, remembered: string | undefined): Theme {
  const isWritten = config.written('theme.name')
  const name = isWritten ? config.config.theme.name : themeName(remembered ?? '')
  return themeOf(name ?? config.config.theme.name, themeChanges(config))
}

/** Serves `/theme`: what is painted next has the theme, and the next chat begins with it. Returns what is to be said. */
export function changeTheme(
  wanted: string | undefined,
  {
    painter,
    config,
    remembered,
  }: {
    readonly painter: Painter
    readonly config: LoadedConfig
    readonly remembered: Pick<Remembered, 'theme'>
  },
): Line[] {
  const names = THEME_NAMES.join(', ')
  if (wanted === undefined) {
    return [
      { tone: 'plain', text: `The theme is ${painter.theme.name}. There are: ${names}.` },
      { tone: 'hint', text: '/theme NAME changes it.' },
    ]
  }
  const name = themeName(wanted)
  if (name === undefined) {
    return [{ tone: 'error', text: `There is no theme “${wanted}”. There are: ${names}.` }]
  }
  painter.use(themeOf(name, themeChanges(config)))
  remembered.theme = name
  const lines: Line[] = [{ tone: 'meta', text: `The theme is ${name}, for what comes from here.` }]
  if (!painter.colors) {
    lines.push({ tone: 'hint', text: 'Colours are switched off, so it cannot be seen.' })
  } else if (config.written('theme.name') && config.config.theme.name !== name) {
    lines.push({
      tone: 'hint',
      text: `The next chat begins with ${config.config.theme.name} again: ${config.path} says so.`,
    })
  }
  return lines
}

function themeName(name: string): ThemeName | undefined {
  const wanted = name.trim().toLowerCase()
  return THEME_NAMES.find((known) => known === wanted)
}

/** What the file changes of any theme. */
function themeChanges({ config }: LoadedConfig): ThemeChanges {
  const { name: _, code_label: codeLabel, ...looks } = config.theme
  const all = { ...looks, codeLabel }
  return Object.fromEntries(Object.entries(all).filter(([, look]) => look !== undefined))
}
