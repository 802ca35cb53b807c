/** Colours by meaning, `[theme]` and `/theme` (contract §4 and §5): the real program, read from the cells of its screen. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { headlessScreen, type Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sgrParameters } from '../src/terminal/look.ts'
import { themeOf, type Meaning, type ThemeName } from '../src/terminal/theme.ts'
import { ask, ChatGround, submit } from './fixtures/chat-ground.ts'

const ESCAPE = '\u001b'
const COLUMNS = 80
const ROWS = 24

let ground: ChatGround

beforeAll(async () => {
  ground = await ChatGround.open()
})

afterEach(async () => {
  await ground.clean()
})

afterAll(async () => {
  await ground.close()
})

/** The SGR parameters of the cell where `text` begins on the screen; undefined where it does not stand. */
async function looksAt(terminal: Terminal, text: string): Promise<string | undefined> {
  const screen = headlessScreen(COLUMNS, ROWS)
  await new Promise<void>((resolve) => {
    screen.write(terminal.output, resolve)
  })
  const { active } = screen.buffer
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y))
  const line = lines.findLast((each) => each?.translateToString().includes(text) === true)
  const cell = line?.getCell(line.translateToString().indexOf(text))
  screen.dispose()
  if (cell === undefined) return undefined
  const color = cell.getFgColor()
  return [
    ...(cell.isBold() === 0 ? [] : [1]),
    ...(cell.isDim() === 0 ? [] : [2]),
    ...(cell.isItalic() === 0 ? [] : [3]),
    ...(cell.isUnderline() === 0 ? [] : [4]),
    ...(cell.isFgDefault() ? [] : [color < 8 ? 30 + color : 82 + color]),
  ].join(';')
}

/** The SGR parameters of a meaning in a built-in theme. */
function sgr(theme: ThemeName, meaning: Meaning): string {
  return sgrParameters(themeOf(theme).lookOf(meaning))
}

function home(config: string): string {
  const folder = ground.newFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.toml'), config)
  return folder
}

describe('the theme', () => {
  test('[theme] names it, and its looks by meaning go over it', async () => {
    const terminal = await ground.chat({
      home: home('[theme]\nname = "dark"\nmeta = "underline bright-blue"\n'),
    })
    await ask(terminal, 'Hi')
    expect(await looksAt(terminal, '● Connected')).toBe(sgr('dark', 'good'))
    expect(await looksAt(terminal, '› Ask')).toBe(sgr('dark', 'prompt'))
    expect(await looksAt(terminal, 'speak-code ')).toBe('4;94')
  })

  test('/theme changes what comes, not what is committed, and the next chat begins with it', async () => {
    const folder = ground.newFolder()
    const terminal = await ground.chat({ home: folder })
    expect(await looksAt(terminal, '● Connected')).toBe(sgr('default', 'good'))
    await submit(terminal, '/theme light')
    await terminal.until('The theme is light, for what comes from here.')
    await expect.poll(() => looksAt(terminal, '● Connected')).toBe(sgr('light', 'good'))
    expect(await looksAt(terminal, 'The theme is light')).toBe(sgr('light', 'meta'))
    expect(await looksAt(terminal, 'speak-code ')).toBe(sgr('default', 'meta'))
    const again = await ground.chat({ home: folder })
    expect(await looksAt(again, 'speak-code ')).toBe(sgr('light', 'meta'))
  })

  test('/theme alone lists them, and an unknown one is an error line', async () => {
    const terminal = await ground.chat()
    await submit(terminal, '/theme')
    await terminal.until('The theme is default. There are: default, light, dark, mono')
    await submit(terminal, '/theme pink')
    await terminal.until('There is no theme “pink”.')
    expect(await looksAt(terminal, 'There is no theme')).toBe(sgr('default', 'error'))
  })

  test('mono has attributes and no colour', async () => {
    const terminal = await ground.chat({ home: home('theme.name = "mono"') })
    expect(await looksAt(terminal, '› Ask')).toBe('1')
    expect(await looksAt(terminal, '● Connected')).toBe('')
  })

  test.each([
    ['NO_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, []],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, []],
    ['--color never', {}, ['--color', 'never']],
  ])('%s: no colours and no attributes, whatever the theme', async (_, env, args) => {
    const terminal = await ground.chat({ home: home('theme.name = "dark"'), env, args })
    await ask(terminal, 'Hi')
    const set = [...terminal.output.matchAll(new RegExp(`${ESCAPE}\\[([\\d;]*)m`, 'g'))]
    expect(set.filter(([, parameters]) => /[1-9]/.test(parameters ?? ''))).toEqual([])
  })

  test('a look that is none: exit 2, with key, file and line', async () => {
    const folder = home('[theme]\nname = "dark"\nheading = "bold pink"\n')
    const terminal = ground.start({ home: folder, columns: 400 })
    expect(await terminal.exit).toMatchObject({ exitCode: 2 })
    await terminal.until('theme.heading must be a look such as "bold blue"')
    expect(terminal.text).toContain(`${join(folder, 'config.toml')}, line 3:`)
  })
})
