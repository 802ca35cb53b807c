/** Every slash command of the contract (§4): the real program, asserted on its screen. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlSequence, stepsOf, type Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { THEME_NAMES } from '../src/terminal/themes.ts'
import { findCommand, SLASH_COMMANDS } from '../src/chat/slash-commands.ts'
import {
  answersIn,
  ask,
  type ChatOptions,
  ChatGround,
  submit,
  type,
  TYPING,
} from './fixtures/chat-ground.ts'
import { commandNames, contractOfChat } from './fixtures/contract.ts'

const ENTER = '\r'
const UP = '\u001b[A'
const ESCAPE = '\u001b'

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

const chat = (options: ChatOptions = {}): Promise<Terminal> =>
  ground.chat({ columns: 110, rows: 40, args: ['-m', 'openai/gpt-x'], ...options })

/** What the model was asked, the roles left out. */
async function askedOf(call: number): Promise<string[]> {
  const { calls } = await ground.upstream.until((record) => record.calls.length > call)
  const body: unknown = calls[call]?.body
  const messages =
    typeof body === 'object' && body !== null && 'messages' in body ? body.messages : []
  return Array.isArray(messages) ? messages.map(({ content }) => String(content)) : []
}

const modelsAsked = async (): Promise<unknown[]> =>
  (await ground.upstream.calls())
    .filter(({ method }) => method === 'POST')
    .map(({ body }) =>
      typeof body === 'object' && body !== null && 'model' in body ? body.model : undefined,
    )

const answering = (...texts: readonly string[]): Promise<void> =>
  ground.upstream.script(texts.map((text) => ({ deltas: { texts: [text] } })))

/** Waits for further answers to be over. */
async function answered(terminal: Terminal, command: string, answers = 1): Promise<void> {
  const before = answersIn(terminal)
  await submit(terminal, command)
  await terminal.until(
    (screen) => answersIn(screen) >= before + answers && !screen.text.includes(TYPING),
  )
}

function clipboard({ output }: Terminal): string | undefined {
  const [, base64] = [...output.matchAll(/52;c;([A-Za-z0-9+/=]+)/g)].at(-1) ?? []
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString()
}

const isForeground = (value = 0): boolean =>
  value >= 30 && value <= 97 && value !== 39 && value !== 49

/** Whether a step sets a foreground colour. */
function isColor(step: string): boolean {
  const sequence = controlSequence(step)
  return sequence?.name === 'm' && sequence.parameters.some(isForeground)
}

const CODE = 'Two blocks:\n\n```sh\nls -l\n```\n\n```js\nconst x = 1\n```\n'

const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  async help() {
    const terminal = await chat({ rows: 60 })
    await submit(terminal, '/help')
    const names = SLASH_COMMANDS.flatMap((command) => command.names.map((name) => `/${name}`))
    const told = [...names, 'Ctrl-R', 'Ctrl-F', 'Ctrl-G', 'Esc']
    await terminal.until(({ scrollback }) => told.every((text) => scrollback.includes(text)))
  },
  async new() {
    const terminal = await chat()
    await ask(terminal, 'Remember me')
    await submit(terminal, '/new')
    await terminal.until(/new conversation/i)
    await ask(terminal, 'Who am I?')
    expect(await askedOf(1)).toEqual(['Who am I?'])
  },
  async resume() {
    await answering('The first answer.', 'The second answer.')
    const terminal = await chat()
    await ask(terminal, 'Alpha?')
    await submit(terminal, '/new')
    await terminal.until(/new conversation/i)
    await ask(terminal, 'Beta?')
    await submit(terminal, '/resume')
    await terminal.until('1 of 2')
    await type(terminal, 'Alpha')
    await terminal.until((screen) =>
      screen.rows
        .slice(screen.cursor.y + 1)
        .join('\n')
        .includes('Alpha?'),
    )
    terminal.write(ENTER)
    await terminal.until((screen) => screen.beforeCursor === '› ')
    await terminal.until((screen) => screen.scrollback.split('The first answer.').length > 2)
    await ask(terminal, 'Go on')
    expect(await askedOf(2)).toEqual(['Alpha?', 'The first answer.', 'Go on'])
  },
  async sessions() {
    const terminal = await chat()
    await ask(terminal, 'Alpha?')
    await submit(terminal, '/sessions')
    await terminal.until((screen) =>
      screen.rows
        .slice(screen.cursor.y + 1)
        .join('\n')
        .includes('Alpha?'),
    )
    terminal.write(ESCAPE)
    await terminal.until(
      (screen) =>
        !screen.rows
          .slice(screen.cursor.y + 1)
          .join('\n')
          .includes('Alpha?'),
    )
  },
  async model() {
    const terminal = await chat()
    await submit(terminal, '/model')
    await terminal.until(/^Models/m)
    terminal.write(ESCAPE)
    await terminal.until((screen) => !/^Models/m.test(screen.text))
    await submit(terminal, '/model openai/gpt-y')
    await terminal.until(/gpt-y is asked/)
    await ask(terminal, 'Go')
    expect(await modelsAsked()).toEqual(['gpt-y'])
    expect(terminal.scrollback).toContain('openai/gpt-y ·')
  },
  async retry() {
    await answering('first try', 'second try', 'third try')
    const terminal = await chat()
    await ask(terminal, 'Go')
    await answered(terminal, '/retry')
    expect(terminal.scrollback).toContain('second try')
    await answered(terminal, '/retry openai/gpt-y')
    expect(terminal.scrollback).toContain('third try')
    expect(await askedOf(1)).toEqual(['Go'])
    expect(await modelsAsked()).toEqual(['gpt-x', 'gpt-x', 'gpt-y'])
  },
  async edit() {
    const terminal = await chat()
    await ask(terminal, 'First?')
    await ask(terminal, 'Second?')
    await submit(terminal, '/edit')
    await terminal.until((screen) => screen.beforeCursor === '› Second?')
    terminal.write(' Better.')
    await terminal.until((screen) => screen.beforeCursor.endsWith('Better.'))
    terminal.write(ENTER)
    expect((await askedOf(2)).at(-1)).toBe('Second? Better.')
    expect(await askedOf(2)).not.toContain('Second?')
    await terminal.until((screen) => answersIn(screen) === 3)
    await submit(terminal, '/edit 2')
    await terminal.until((screen) => screen.beforeCursor === '› First?')
    terminal.write(ENTER)
    expect(await askedOf(3)).toEqual(['First?'])
  },
  async fork() {
    const terminal = await chat()
    await ask(terminal, 'Alpha?')
    await submit(terminal, '/fork')
    await terminal.until(/copy of the conversation/i)
    await ask(terminal, 'And then?')
    expect(await askedOf(1)).toEqual(['Alpha?', 'Hello from the mock upstream.', 'And then?'])
    await submit(terminal, '/resume')
    await terminal.until(/of 2|2 of/)
  },
  async branch() {
    await answering('first try', 'second try')
    const terminal = await chat()
    await ask(terminal, 'Go')
    await answered(terminal, '/retry')
    await submit(terminal, '/branch')
    await terminal.until(/1 {2}first try[\s\S]*2 {2}second try/)
    await submit(terminal, '/branch 1')
    await terminal.until((screen) => screen.scrollback.split('first try').length > 3)
    await ask(terminal, 'Go on')
    expect(await askedOf(2)).toEqual(['Go', 'first try', 'Go on'])
  },
  async queue() {
    await ground.upstream.script({ deltas: { texts: ['slow '], count: 1000, perSecond: 10 } })
    const terminal = await chat()
    await submit(terminal, 'Go')
    await terminal.until('slow')
    await submit(terminal, 'one')
    await terminal.until('1 queued')
    await submit(terminal, 'two')
    await terminal.until(/2 queued/)
    await submit(terminal, '/queue')
    await terminal.until(/1 {2}one\n.*2 {2}two/)
    await submit(terminal, '/queue drop 1')
    await terminal.until('Dropped: one')
    await submit(terminal, '/queue edit 1')
    await terminal.until((screen) => screen.beforeCursor === '› two')
    expect(terminal.text).not.toMatch(/\d queued/)
  },
  async copy() {
    await answering(CODE)
    const terminal = await chat()
    await ask(terminal, 'Go')
    await submit(terminal, '/copy')
    await terminal.until(/last answer is/)
    expect(clipboard(terminal)).toBe(CODE)
    await submit(terminal, '/copy 2')
    await terminal.until(/block 2/)
    expect(clipboard(terminal)?.trimEnd()).toBe('const x = 1')
  },
  async export() {
    await answering('The **answer**.')
    const folder = ground.newFolder()
    mkdirSync(folder)
    const terminal = await chat()
    await ask(terminal, 'Go')
    const markdown = join(folder, 'a.md')
    await submit(terminal, `/export md ${markdown}`)
    await terminal.until(/a\.md/)
    await terminal.until((screen) => screen.beforeCursor === '› ')
    await expect.poll(() => readFileSync(markdown, 'utf8')).toContain('The **answer**.')
    const json = join(folder, 'a.json')
    await submit(terminal, `/export json ${json}`)
    await expect.poll(() => readFileSync(json, 'utf8')).toContain('"The **answer**."')
    // No slash command overwrites a file.
    writeFileSync(markdown, 'mine')
    await submit(terminal, `/export md ${markdown}`)
    await terminal.until(/exists|already|there is a/i)
    expect(readFileSync(markdown, 'utf8')).toBe('mine')
  },
  async rename() {
    const terminal = await chat()
    await ask(terminal, 'Go')
    await submit(terminal, '/rename Deep thought')
    await terminal.until(/“Deep thought”/)
    await submit(terminal, '/resume')
    await terminal.until((screen) =>
      screen.rows
        .slice(screen.cursor.y + 1)
        .join('\n')
        .includes('Deep thought'),
    )
  },
  async search() {
    await answering('The answer is forty-two.', 'Nothing.')
    const terminal = await chat()
    await ask(terminal, 'Alpha?')
    await submit(terminal, '/new')
    await terminal.until(/new conversation/i)
    await ask(terminal, 'Beta?')
    await submit(terminal, '/search forty')
    await terminal.until((screen) =>
      screen.rows
        .slice(screen.cursor.y + 1)
        .join('\n')
        .includes('forty-two'),
    )
    terminal.write(ENTER)
    await terminal.until((screen) => screen.beforeCursor === '› ')
    await ask(terminal, 'Go on')
    expect((await askedOf(2)).slice(0, 2)).toEqual(['Alpha?', 'The answer is forty-two.'])
  },
  stats: () => figuresBy('stats'),
  status: () => figuresBy('status'),
  cost: () => figuresBy('cost'),
  tokens: () => figuresBy('tokens'),
  async system() {
    const terminal = await chat()
    await submit(terminal, '/system Be brief.')
    await terminal.until(/next question/)
    await submit(terminal, '/system')
    await terminal.until('System: Be brief.')
    await ask(terminal, 'Go')
    expect(await askedOf(0)).toEqual(['Be brief.', 'Go'])
  },
  async file() {
    const folder = ground.newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'note.txt'), 'the contents')
    writeFileSync(join(folder, 'picture.bin'), Buffer.from([0, 1, 2, 255, 0]))
    const terminal = await chat()
    await submit(terminal, `/file ${join(folder, 'picture.bin')}`)
    await terminal.until(/binary|not text|no text/i)
    await submit(terminal, `/file ${join(folder, 'note.txt')}`)
    await terminal.until(/with .*note\.txt/)
    await ask(terminal, 'What is it?')
    expect((await askedOf(0)).join('\n')).toMatch(/note\.txt[\s\S]*the contents[\s\S]*What is it\?/)
  },
  async exercise() {
    const terminal = await chat()
    await submit(terminal, '/exercise no-such-exercise')
    await terminal.until(/about the exercise no-such-exercise/)
    await submit(terminal, 'Help me')
    // An unknown one is the relay's to refuse.
    await terminal.until(/not sent|no exercise|not found|unknown/i)
    expect(await ground.upstream.calls()).toHaveLength(0)
  },
  async compare() {
    await ground.upstream.script({ deltas: { texts: ['as y says'] } }, { model: 'gpt-y' })
    await ground.upstream.script({ deltas: { texts: ['as z says'] } }, { model: 'gpt-z' })
    const terminal = await chat()
    await ask(terminal, 'Go')
    await answered(terminal, '/compare openai/gpt-y openai/gpt-z', 2)
    expect(terminal.scrollback).toMatch(/as y says[\s\S]*as z says/)
    expect(new Set(await modelsAsked())).toEqual(new Set(['gpt-x', 'gpt-y', 'gpt-z']))
    expect(await askedOf(1)).toEqual(['Go'])
  },
  async compact() {
    await answering('a long answer', 'the summary', 'and on')
    const terminal = await chat()
    await ask(terminal, 'Go')
    await submit(terminal, '/compact')
    await terminal.until(/goes on from this summary/)
    await ask(terminal, 'What now?')
    const asked = (await askedOf(2)).join('\n')
    expect(asked).toContain('the summary')
    expect(asked).not.toContain('a long answer')
  },
  async theme() {
    const terminal = await chat()
    await submit(terminal, '/theme')
    await terminal.until((screen) => THEME_NAMES.every((name) => screen.text.includes(name)))
    await submit(terminal, '/theme mono')
    await terminal.until(/theme is mono/)
    const before = terminal.output.length
    await ask(terminal, 'Go')
    expect(stepsOf(terminal.output.slice(before)).filter(isColor)).toEqual([])
    expect(stepsOf(terminal.output.slice(0, before)).filter(isColor)).not.toEqual([])
  },
  async reconnect() {
    const home = ground.newFolder()
    mkdirSync(home)
    writeFileSync(
      join(home, 'config.toml'),
      '[server]\nreconnect_interval_ms = 500\nmax_reconnect_attempts = 1\n',
    )
    const terminal = ground.start({ home, args: ['--server', 'ws://127.0.0.1:1/ws/chat'] })
    await terminal.until('Disconnected')
    await submit(terminal, '/reconnect')
    await terminal.until(/Reconnecting in \d+ s \(1\/1\)/)
  },
  async clear() {
    const terminal = await chat()
    await ask(terminal, 'Remember me')
    await submit(terminal, '/clear')
    await terminal.until((screen) => !screen.text.includes('› Remember me'))
    await terminal.until('Connected')
    await ask(terminal, 'And now?')
    expect(await askedOf(1)).toEqual(['Remember me', 'Hello from the mock upstream.', 'And now?'])
  },
  exit: () => leavesBy('exit'),
  quit: () => leavesBy('quit'),
}

async function figuresBy(command: string): Promise<void> {
  const terminal = await chat()
  await ask(terminal, 'Go')
  await submit(terminal, `/${command}`)
  await terminal.until(/1 answer here · 7 in · 6 out/)
  expect(terminal.text).toMatch(/first token after/)
}

async function leavesBy(command: string): Promise<void> {
  const terminal = await chat()
  await ask(terminal, 'Go')
  await submit(terminal, `/${command}`)
  expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  expect(terminal.scrollback).toMatch(/speak-code chat -r [0-9a-f]{8}/)
}

describe('slash commands', () => {
  test.each(Object.keys(COMMANDS))('/%s', async (name) => {
    await expect(COMMANDS[name]?.()).resolves.toBeUndefined()
  })

  test('§4: an unknown command is an error line, stays in the composer and is not sent', async () => {
    const terminal = await chat()
    await type(terminal, '/nonsense')
    terminal.write(ENTER)
    await terminal.until(/no command \/nonsense/)
    await terminal.until((screen) => screen.beforeCursor === '› /nonsense')
    expect(await ground.upstream.calls()).toHaveLength(0)
  })

  test('§4: //text sends /text; a multi-line paste is text', async () => {
    const terminal = await chat()
    await ask(terminal, '//etc/hosts?')
    expect(await askedOf(0)).toEqual(['/etc/hosts?'])
    terminal.write('\u001b[200~/help\nme\u001b[201~')
    await terminal.until((screen) => screen.beforeCursor.endsWith('me'))
    terminal.write(ENTER)
    expect((await askedOf(1)).at(-1)).toBe('/help\nme')
  })

  test('§4: a slash command, too, is among the earlier prompts', async () => {
    const terminal = await chat()
    await submit(terminal, '/stats')
    await terminal.until(/answers? here/)
    terminal.write(UP)
    await terminal.until((screen) => screen.beforeCursor === '› /stats')
    expect(terminal.text).not.toContain(TYPING)
  })
})

describe('no command without an assertion', () => {
  test('of those in the program’s own table', () => {
    const names = SLASH_COMMANDS.flatMap((command) => command.names)
    expect(names.filter((name) => !Object.hasOwn(COMMANDS, name))).toEqual([])
  })

  const contract = contractOfChat()

  test.skipIf(contract === undefined)(
    'of those that the contract names; each is in the table',
    () => {
      const names = commandNames(contract?.commands ?? '')
      expect(names.length).toBeGreaterThan(25)
      expect(names.filter((name) => !Object.hasOwn(COMMANDS, name))).toEqual([])
      expect(names.filter((name) => findCommand(name) === undefined)).toEqual([])
    },
  )
})
