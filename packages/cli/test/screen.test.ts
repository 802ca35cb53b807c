/** What is seen of an answer while it streams: the real program, judged after every escape sequence that it writes. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { deltaEvent, tokensOf } from '@speak-code/testkit'
import {
  controlSequence,
  isText,
  judgeFlicker,
  repeatedLines,
  stepsOf,
  Terminal,
} from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { renderMarkdown } from '../src/markdown/rendered-markdown.ts'
import { plainText } from '../src/terminal/styled-row.ts'
import { ask, ChatGround, chatCommand, submit, TYPING } from './fixtures/chat-ground.ts'
import { LAST_WORDS, LONG_ANSWER, WORDS } from './fixtures/long-answer.ts'

const CTRL_D = '\u0004'
const TOKENS = tokensOf(LONG_ANSWER)
/** Many screenfuls each. */
const GULPS = LONG_ANSWER.match(/[^]{1,8000}/gu) ?? []
/** Milliseconds that the long answer may take on a busy machine. */
const LONG_MS = 60_000

const SIZES = [
  { columns: 40, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
] as const

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

/** The rows that a whole parse at the end shows. */
function renderedRows(columns: number): string[] {
  return renderMarkdown(LONG_ANSWER, columns).map((row) => plainText(row).trimEnd())
}

const said = (history: readonly string[]): string[] => {
  const question = history.indexOf('› Go')
  const end = history.findIndex((row) => row.startsWith('openai/'))
  return history.slice(question + 1, end === -1 ? undefined : end)
}

const withoutBlankEnds = (rows: readonly string[]): string[] =>
  rows.slice(
    rows.findIndex((row) => row !== ''),
    rows.findLastIndex((row) => row !== '') + 1,
  )

async function leave(terminal: Terminal): Promise<void> {
  terminal.write(CTRL_D)
  expect(await terminal.exit).toMatchObject({ exitCode: 0 })
}

/** Numbers of `m` sequences: the colours and attributes that were set. */
function attributesOf(output: string): number[] {
  return stepsOf(output).flatMap((step) => {
    const sequence = controlSequence(step)
    return sequence?.name === 'm' ? sequence.parameters.map((value) => value ?? 0) : []
  })
}

const DELIVERIES = [
  { pace: '', deltas: { texts: TOKENS, perSecond: 3000 } },
  { pace: ' that comes many screenfuls at a time', deltas: { texts: GULPS } },
] as const

describe.each(SIZES)('at $columns × $rows', ({ columns, rows }) => {
  test.each(DELIVERIES)(
    'in a long answer$pace no line goes blank, nothing is cleared, and the scrollback has every line once, as a whole parse shows it',
    { timeout: LONG_MS },
    async ({ deltas }) => {
      await ground.upstream.script({ deltas })
      const terminal = await ground.chat({ columns, rows, args: ['-m', 'openai/gpt-x'] })
      await ask(terminal, 'Go', LONG_MS)
      await leave(terminal)
      const { blankedLines, clears, examples } = await judgeFlicker(terminal.recording)
      const found = blankedLines + clears > 0 ? examples : []
      expect({ blankedLines, clears, found }).toEqual({ blankedLines: 0, clears: 0, found: [] })
      const expected = renderedRows(columns)
      expect(expected.length).toBeGreaterThan(rows * 3)
      expect(withoutBlankEnds(said(terminal.history))).toEqual(withoutBlankEnds(expected))
      expect(repeatedLines(expected, terminal.history)).toEqual([])
      expect(terminal.text).not.toContain('Connected')
    },
  )
})

const eventsOf = (words: readonly string[]): string[] => words.map((word) => deltaEvent('m', word))

describe('a resize in mid-answer', () => {
  test.each([
    { name: 'narrower', columns: 50, rows: 30 },
    { name: 'wider', columns: 160, rows: 30 },
    { name: 'lower', columns: 100, rows: 14 },
    { name: 'higher', columns: 100, rows: 50 },
    { name: 'narrower and lower', columns: 44, rows: 16 },
    { name: 'wider and higher', columns: 180, rows: 48 },
  ])('$name: nothing is lost, nothing doubled, no garbage', { timeout: LONG_MS }, async (size) => {
    const half = Math.floor(WORDS.length / 20)
    const words = WORDS.slice(0, half * 2).map((word, index) =>
      index % 25 === 24 ? `${word}\n\n` : `${word} `,
    )
    await ground.upstream.script({
      body: [
        ...eventsOf(words.slice(0, half)),
        { gate: 'resized' },
        ...eventsOf(words.slice(half)),
      ],
      deltas: { texts: [`\n\n${LAST_WORDS}`] },
    })
    const terminal = await ground.chat({ columns: 100, rows: 30 })
    await submit(terminal, 'Go')
    await terminal.until(`w${half - 1}`)
    terminal.resize(size.columns, size.rows)
    await terminal.until(TYPING)
    await ground.upstream.open('resized')
    await terminal.until(LAST_WORDS)
    await terminal.until((screen) => !screen.text.includes(TYPING))
    expect(terminal.scrollback.match(/\bw\d+/g)).toEqual(WORDS.slice(0, half * 2))
    expect(terminal.scrollback.match(/Connected/g)).toHaveLength(1)
    expect(terminal.scrollback).not.toContain(TYPING)
    const { clears } = await judgeFlicker(terminal.recording)
    expect(clears).toBe(0)
    await leave(terminal)
    expect(terminal.scrollback).not.toContain('Connected')
  })
})

async function outputWith(env: Readonly<Record<string, string>>): Promise<string> {
  await ground.upstream.script({ deltas: { texts: TOKENS.slice(0, 700) } })
  const terminal = await ground.chat({ columns: 100, rows: 40, env })
  await ask(terminal, 'Go')
  await leave(terminal)
  return terminal.output
}

const isColor = (value: number): boolean => value >= 30 && value !== 39 && value !== 49

describe('colours', () => {
  test('NO_COLOR: none', async () => {
    expect(attributesOf(await outputWith({ NO_COLOR: '1' })).filter(isColor)).toEqual([])
  })

  test('else only the sixteen of the terminal, and none that a light or a dark background swallows', async () => {
    const used = new Set(attributesOf(await outputWith({})).filter(isColor))
    expect(used.size).toBeGreaterThan(1)
    const allowed = new Set([31, 32, 33, 34, 35, 36, 90, 91, 92, 93, 94, 95, 96])
    expect([...used].filter((value) => !allowed.has(value))).toEqual([])
  })
})

/** What moves the cursor elsewhere than on: every control sequence but colours and modes. */
function movesOf(output: string): string[] {
  return stepsOf(output).filter((step) => {
    if (isText(step) || ['\r', '\n', '\u0007'].includes(step)) return false
    const sequence = controlSequence(step)
    return sequence === undefined || !/^[mhl]$/.test(sequence.name)
  })
}

describe('append-only', () => {
  test.each([
    { name: '--screen-reader', args: ['--screen-reader'], terminal: 'xterm-256color', env: {} },
    {
      name: 'INK_SCREEN_READER',
      args: [],
      terminal: 'xterm-256color',
      env: { INK_SCREEN_READER: 'true' },
    },
    { name: 'TERM=dumb', args: [], terminal: 'dumb', env: { TERM: 'dumb' } },
  ])('$name: no cursor movement at all', async ({ args, terminal: name, env }) => {
    await ground.upstream.script({ deltas: { texts: TOKENS.slice(0, 700), perSecond: 2000 } })
    const terminal = await ground.chat({ args, env, name, columns: 100, rows: 40 })
    await submit(terminal, 'Go')
    await terminal.until(/End of (?:the )?answer/)
    terminal.write(CTRL_D)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
    expect(movesOf(terminal.output)).toEqual([])
    expect(terminal.scrollback).toContain('Reading a file line by line')
  })
})

const hasTmux = spawnSync('tmux', ['-V']).status === 0

describe.skipIf(!hasTmux)('in tmux', () => {
  test('the answer is in its scrollback once, in order', { timeout: LONG_MS }, async () => {
    const words = WORDS.slice(0, 600)
    await ground.upstream.script({
      deltas: {
        texts: words.map((word, index) => (index % 12 === 11 ? `${word}\n\n` : `${word} `)),
        perSecond: 800,
      },
    })
    const folder = ground.newFolder()
    mkdirSync(folder)
    const env = { ...ground.env(ground.newFolder()), TMUX_TMPDIR: folder, LANG: 'C.UTF-8' }
    const tmux = (...args: readonly string[]): string =>
      spawnSync('tmux', args, { env, encoding: 'utf8' }).stdout
    const terminal = ground.keep(
      new Terminal({
        program: 'tmux',
        args: ['-f', '/dev/null', 'new-session', ...chatCommand()],
        env,
        columns: 90,
        rows: 26,
      }),
    )
    try {
      await terminal.until('Connected')
      await ask(terminal, 'Go', LONG_MS)
      const pane = tmux('capture-pane', '-p', '-J', '-S', '-')
      expect(pane.match(/\bw\d+/g)).toEqual(words)
      expect(pane.match(/Connected/g)).toHaveLength(1)
    } finally {
      tmux('kill-server')
    }
  })
})
