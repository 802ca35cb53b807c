/** Typing in `chat` (CONTRACT.md §4): the real program in a pseudo-terminal, read back from the screen. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { chatCommand, ChatGround, submit, type } from './fixtures/chat-ground.ts'

const CTRL_A = '\u0001'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_E = '\u0005'
const CTRL_G = '\u0007'
const CTRL_O = '\u000f'
const CTRL_U = '\u0015'
const CTRL_X = '\u0018'
const CTRL_Y = '\u0019'
const CTRL_Z = '\u001a'
const CTRL_UNDERSCORE = '\u001f'
const ESCAPE = '\u001b'
const ENTER = '\r'
const TAB = '\t'
const BACKSPACE = '\u007f'
const UP = '\u001b[A'
const DOWN = '\u001b[B'
const EMPTY = 'Ask anything'

const marked = (text: string): string => `\u001b[200~${text}\u001b[201~`
const LINES = Array.from({ length: 500 }, (_, index) => `line ${index + 1}`)
/** As a terminal sends a paste: its line breaks are carriage returns. */
const PASTED = LINES.join('\r')

const Body = z.object({ messages: z.array(z.object({ content: z.string() })) })

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

async function asked(count = 1): Promise<string[]> {
  const { calls } = await ground.upstream.until(
    (record) => record.calls.filter(({ body }) => body !== undefined).length >= count,
  )
  return calls.map(({ body }) => Body.parse(body).messages.at(-1)?.content ?? '')
}

/** The row of the composer. */
const composer = (terminal: Terminal): string => terminal.rows[terminal.cursor.y] ?? ''

/** A folder with files, some of which cannot be sent. */
function workspace(): string {
  const folder = ground.newFolder()
  mkdirSync(join(folder, 'src'), { recursive: true })
  mkdirSync(join(folder, 'node_modules/x'), { recursive: true })
  writeFileSync(join(folder, 'src/alpha.ts'), 'export const alpha = 1\n')
  writeFileSync(join(folder, 'node_modules/x/alpha.js'), '')
  writeFileSync(join(folder, 'picture.png'), Buffer.from([0x89, 0x50, 0, 0xff, 0xfe]))
  writeFileSync(join(folder, 'large.txt'), 'x'.repeat(1024 * 1024 + 1))
  return folder
}

/** An editor that shows what it was given, reads a line from the terminal, and writes it behind. */
function editor(): { readonly command: string; readonly seen: string } {
  const folder = ground.newFolder()
  mkdirSync(folder, { recursive: true })
  const script = join(folder, 'editor.sh')
  const seen = join(folder, 'seen')
  writeFileSync(
    script,
    `stat -c %a "$1" > "${seen}"; cat "$1" >> "${seen}"; echo "in the editor"; read line; printf ' %s' "$line" >> "$1"\n`,
  )
  return { command: `sh ${script}`, seen }
}

describe('a paste', () => {
  test('of 500 lines is shown folded, never submits, and is sent whole', async () => {
    const terminal = await ground.chat()
    await type(terminal, 'what is this: ')
    terminal.write(marked(`${PASTED}\r`))
    await terminal.until('› what is this: [pasted 500 lines]')
    expect(terminal.text).toContain('Backspace removes it, Ctrl-O shows it.')
    expect(await ground.upstream.calls()).toHaveLength(0)
    terminal.write(ENTER)
    expect(await asked()).toEqual([`what is this: ${LINES.join('\n')}\n`])
  })

  test('is one character for Backspace, comes back by undo, and can be unfolded', async () => {
    const terminal = await ground.chat()
    terminal.write(marked(PASTED))
    await terminal.until('[pasted 500 lines]')
    terminal.write(BACKSPACE)
    await terminal.until(EMPTY)
    terminal.write(CTRL_UNDERSCORE)
    await terminal.until('[pasted 500 lines]')
    terminal.write(CTRL_O)
    await terminal.until('line 500')
    expect(terminal.beforeCursor).toBe('  line 500')
  })

  test('of a megabyte in one line is folded and sent whole', async () => {
    const terminal = await ground.chat()
    const text = '0123456789'.repeat(100_000)
    terminal.write(marked(text))
    await terminal.until('[pasted 1000000 characters]')
    terminal.write(ENTER)
    expect(await asked()).toEqual([text])
  })

  test('that is not marked, in one burst, never submits, nor does its last line break', async () => {
    const terminal = await ground.chat()
    terminal.write(`${PASTED}\r`)
    await terminal.until('[pasted 500 lines]')
    expect(await ground.upstream.calls()).toHaveLength(0)
    terminal.write(ENTER)
    expect(await asked()).toEqual([`${LINES.join('\n')}\n`])
  })

  test('that is not marked, in several pieces, loses and doubles nothing', async () => {
    const terminal = await ground.chat()
    const whole = `${LINES.slice(0, 40).join('\r')}\r`
    const size = Math.ceil(whole.length / 5)
    for (let at = 0; at < whole.length; at += size) terminal.write(whole.slice(at, at + size))
    await terminal.until('[pasted 40 lines]')
    terminal.write(ENTER)
    expect(await asked()).toEqual([`${LINES.slice(0, 40).join('\n')}\n`])
  })

  test('L7: is whole in the draft of a program that was ended', async () => {
    const home = ground.newFolder()
    const first = await ground.chat({ home })
    first.write(marked(LINES.slice(0, 30).join('\r')))
    await first.until('[pasted 30 lines]')
    first.kill('SIGTERM')
    await first.exit
    const second = await ground.chat({ home })
    await second.until('line 30')
    second.write(ENTER)
    expect(await asked()).toEqual([LINES.slice(0, 30).join('\n')])
  })
})

describe('what is no key', () => {
  test('is swallowed: replies, mouse, focus, unknown sequences', async () => {
    const terminal = await ground.chat()
    await type(terminal, 'a')
    const junk = [
      `${ESCAPE}]11;rgb:1e1e/1e1e/1e1e${ESCAPE}\\`,
      `${ESCAPE}]0;title\u0007`,
      `${ESCAPE}P1$r0m${ESCAPE}\\`,
      `${ESCAPE}_Gi=1;OK${ESCAPE}\\`,
      `${ESCAPE}[?62;1;2c`,
      `${ESCAPE}[12;40R`,
      `${ESCAPE}[I`,
      `${ESCAPE}[O`,
      `${ESCAPE}[<0;10;20M`,
      `${ESCAPE}[M !!`,
      `${ESCAPE}[99;99X`,
      `${ESCAPE}Oz`,
    ]
    for (const sequence of junk) terminal.write(sequence)
    terminal.write('b')
    await terminal.until((screen) => screen.beforeCursor === '› ab')
    expect(await ground.upstream.calls()).toHaveLength(0)
  })

  test('Shift-Enter of both extended protocols breaks the line', async () => {
    const terminal = await ground.chat()
    await type(terminal, 'one')
    terminal.write(`${ESCAPE}[13;2u`)
    terminal.write('two')
    await terminal.until((screen) => screen.beforeCursor === '  two')
    terminal.write(`${ESCAPE}[27;5;13~`)
    terminal.write('three')
    await terminal.until((screen) => screen.beforeCursor === '  three')
    terminal.write(`${ESCAPE}[13u`)
    expect(await asked()).toEqual(['one\ntwo\nthree'])
  })
})

describe('completion', () => {
  test('of commands: the list with its help, ↓ and Tab, Esc', async () => {
    const terminal = await ground.chat()
    terminal.write('/re')
    await terminal.until('❯ /resume [ID]')
    expect(terminal.text).toMatch(/\/retry \[MODEL\] +ask the last question again/)
    expect(terminal.text).toContain('Tab completes')
    terminal.write(DOWN)
    await terminal.until('❯ /retry')
    terminal.write(TAB)
    await terminal.until((screen) => screen.beforeCursor === '› /retry ')
    terminal.write(CTRL_U)
    await terminal.until(EMPTY)
    terminal.write('/re')
    await terminal.until('❯ /resume [ID]')
    terminal.write(ESCAPE)
    await terminal.until((screen) => !screen.text.includes('❯'))
    expect(composer(terminal)).toBe('› /re')
  })

  test('of @files: found by their letters, completed by Tab, sent along', async () => {
    const folder = workspace()
    const terminal = await ground.chat({ cwd: folder })
    terminal.write('explain @alp')
    await terminal.until('❯ src/alpha.ts')
    expect(terminal.text).not.toContain('node_modules')
    terminal.write(TAB)
    await terminal.until((screen) => screen.beforeCursor === '› explain @src/alpha.ts ')
    terminal.write('please')
    await terminal.until('please')
    terminal.write(ENTER)
    expect(await asked()).toEqual([
      'src/alpha.ts\nexport const alpha = 1\n\nexplain @src/alpha.ts please',
    ])
  })

  test.each([
    ['@large.txt', /@large\.txt is too large: 1\.0 MiB/],
    ['@picture.png', /picture\.png is binary/],
  ])('%s is refused in a sentence, and the draft stays', async (word, sentence) => {
    const folder = workspace()
    const terminal = await ground.chat({ cwd: folder })
    await type(terminal, `explain ${word} now`)
    terminal.write(ENTER)
    await terminal.until(sentence)
    await terminal.until((screen) => composer(screen) === `› explain ${word} now`)
    expect(await ground.upstream.calls()).toHaveLength(0)
  })
})

describe('the person’s editor', () => {
  test.each([
    ['Ctrl-G', CTRL_G],
    ['Ctrl-X Ctrl-E', CTRL_X + CTRL_E],
  ])('%s hands the terminal over and takes it back', async (_, keys) => {
    const { command, seen } = editor()
    const terminal = await ground.chat({ env: { EDITOR: command } })
    await type(terminal, 'my draft')
    terminal.write(keys)
    await terminal.until('in the editor')
    terminal.write('typed in the editor\r')
    await terminal.until((screen) => composer(screen) === '› my draft typed in the editor')
    expect(readFileSync(seen, 'utf8')).toBe('600\nmy draft')
    terminal.write('!')
    await terminal.until((screen) => screen.beforeCursor === '› my draft typed in the editor!')
    terminal.write(marked('pasted'))
    await terminal.until('editor!pasted')
    terminal.write(ENTER)
    expect(await asked()).toEqual(['my draft typed in the editor!pasted'])
  })

  test('that fails leaves the draft, and says so', async () => {
    const terminal = await ground.chat({ env: { VISUAL: 'false' } })
    await type(terminal, 'my draft')
    terminal.write(CTRL_G)
    await terminal.until('false failed (exit code 1); the draft is as it was.')
    await terminal.until((screen) => composer(screen) === '› my draft')
    expect(await ground.upstream.calls()).toHaveLength(0)
  })
})

describe('drafts and the queue', () => {
  const slow = { texts: ['slow '], count: 1000, perSecond: 10 }

  test('what is typed after an unknown command takes its place', async () => {
    const terminal = await ground.chat()
    await submit(terminal, '/nonsense')
    await terminal.until('There is no command /nonsense.')
    expect(composer(terminal)).toBe('› /nonsense')
    terminal.write('hello')
    await terminal.until((screen) => composer(screen) === '› hello')
    terminal.write(ENTER)
    expect(await asked()).toEqual(['hello'])
  })

  test('↑ takes the last waiting question back for editing', async () => {
    await ground.upstream.script({ deltas: slow })
    const terminal = await ground.chat()
    await submit(terminal, 'Go')
    await terminal.until('slow')
    await submit(terminal, 'first')
    await terminal.until('1 queued  first')
    await submit(terminal, 'second')
    await terminal.until('2 queued  second')
    expect(terminal.text).toContain('↑ edits what waits')
    terminal.write(UP)
    await terminal.until((screen) => screen.beforeCursor === '› second')
    expect(terminal.text).not.toContain('2 queued  ')
    terminal.write('!')
    await terminal.until('second!')
    terminal.write(ENTER)
    await terminal.until('2 queued  second!')
  })

  test('Ctrl-Y brings back what Ctrl-U cut, Alt-Y what was cut before', async () => {
    const terminal = await ground.chat()
    await type(terminal, 'one')
    terminal.write(CTRL_U)
    await terminal.until(EMPTY)
    await type(terminal, 'two')
    terminal.write(CTRL_A + CTRL_E + CTRL_U)
    await terminal.until(EMPTY)
    terminal.write(CTRL_Y)
    await terminal.until((screen) => composer(screen) === '› two')
    terminal.write(`${ESCAPE}y`)
    await terminal.until((screen) => composer(screen) === '› one')
    terminal.write(ENTER)
    expect(await asked()).toEqual(['one'])
  })

  test('L7: a resize and a suspended program keep the draft', async () => {
    const shell = ground.keep(
      new Terminal({
        program: 'bash',
        args: ['--norc', '--noprofile', '-i'],
        env: { ...ground.env(ground.newFolder()), PS1: '$ ' },
      }),
    )
    await shell.until('$')
    shell.write(`${chatCommand().join(' ')}\r`)
    await shell.until('Connected')
    shell.write('half a thought')
    await shell.until('› half a thought')
    shell.resize(50, 20)
    shell.write(CTRL_Z)
    await shell.until(/Stopped|suspended/)
    shell.write('fg\r')
    await shell.until((screen) => screen.beforeCursor === '› half a thought')
    shell.write('!')
    await shell.until('half a thought!')
    expect(shell.cursor.x).toBe('› half a thought!'.length)
    shell.write(CTRL_C)
    await shell.until(EMPTY)
    shell.write(CTRL_D)
    await shell.until((screen) => /\$ ?$/.test(screen.text))
  })
})

describe('[keys]', () => {
  test('moves keys; hints and /help tell of them as they are', async () => {
    const home = ground.newFolder()
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'config.toml'), '[keys]\nleave = "ctrl-q"\nstash = ["f5"]\n')
    const terminal = await ground.chat({ home, rows: 60, columns: 100 })
    expect(terminal.text).toContain('Ctrl-Q leaves')
    await submit(terminal, '/help')
    await terminal.until(/F5 +put the draft away/)
    terminal.write('\u0011')
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  })

  test('that are wrong are refused with their line', async () => {
    const home = ground.newFolder()
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'config.toml'), '[keys]\n\nleave = "nokey"\n')
    const terminal = ground.start({ home })
    expect(await terminal.exit).toMatchObject({ exitCode: 2 })
    expect(terminal.text).toMatch(/line 3: keys\.leave must be a key such as/)
  })
})
