import { parseConfig, type LoadedConfig } from '@speak-code/server/config'
import { describe, expect, test } from 'vitest'
import { createPainter } from '../terminal/theme.ts'
import { changeTheme, chosenTheme } from './theme-choice.ts'

const memory = (): { theme: string | undefined } => ({ theme: undefined })

const config = (source = ''): LoadedConfig => parseConfig(source, '/config.toml')

describe('the theme', () => {
  test.each([
    ['', undefined, 'default'],
    ['', 'dark', 'dark'],
    ['', 'gone', 'default'],
    ['theme.name = "light"', 'dark', 'light'],
    ['theme.error = "bold"', 'dark', 'dark'],
  ])('with %j in the file and %j used last is %s', (source, last, name) => {
    expect(chosenTheme(config(source), last).name).toBe(name)
  })

  test('the file’s looks go over any theme', () => {
    const source = '[theme]\nheading = "bold blue"\ncode_label = "underline"'
    const painter = createPainter(true, chosenTheme(config(source), 'mono'))
    expect([painter.sgr('heading'), painter.sgr('codeLabel')]).toEqual(['1;34', '4'])
  })
})

const scene = (source = '', colors = true) => ({
  painter: createPainter(colors, chosenTheme(config(source), undefined)),
  config: config(source),
  remembered: memory(),
})

const said = (name: string | undefined, parts: ReturnType<typeof scene>): string =>
  changeTheme(name, parts)
    .map(({ text }) => text)
    .join('\n')

describe('/theme', () => {
  test('lists the themes', () => {
    expect(said(undefined, scene())).toContain(
      'The theme is default. There are: default, light, dark, mono, high-contrast.',
    )
  })

  test('changes what is painted next, keeps the file’s looks, and is remembered', () => {
    const parts = scene('[theme]\nheading = "bold blue"')
    expect(said('Dark', parts)).toBe('The theme is dark, for what comes from here.')
    expect([parts.painter.sgr('warning'), parts.painter.sgr('heading')]).toEqual(['33', '1;34'])
    expect(parts.remembered.theme).toBe('dark')
  })

  test('an unknown one changes nothing', () => {
    const parts = scene()
    expect(said('pink', parts)).toContain('There is no theme “pink”.')
    expect([parts.painter.theme.name, parts.remembered.theme]).toEqual(['default', undefined])
  })

  test('says where it cannot be seen, and where the file will have its way', () => {
    expect(said('dark', scene('', false))).toContain('Colours are switched off')
    expect(said('dark', scene('theme.name = "light"'))).toContain(
      'The next chat begins with light again: /config.toml says so.',
    )
  })
})
