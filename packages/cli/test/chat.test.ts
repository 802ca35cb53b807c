/** `chat`: the real program with its own relay, in a pseudo-terminal, read back from the screen. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  DONE_EVENT,
  deltaEvent,
  finishEvent,
  startMockUpstream,
  temporaryFolder,
  type MockUpstream,
} from '@speak-code/testkit'
import { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LocalStore } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'

const MAIN = join(import.meta.dirname, '../bin/speak-code.js')

const CTRL_A = '\u0001'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_J = '\n'
const CTRL_R = '\u0012'
const CTRL_S = '\u0013'
const CTRL_T = '\u0014'
const CTRL_U = '\u0015'
const CTRL_UNDERSCORE = '\u001f'
const ESCAPE = '\u001b'
const ENTER = '\r'
const UP = '\u001b[A'
const ALT_ENTER = '\u001b\r'

/** What an upstream says after the last delta. */
const ENDING = [finishEvent('m', 'stop'), DONE_EVENT]

const paste = (text: string): string => `\u001b[200~${text}\u001b[201~`

let upstream: MockUpstream
let relay: ChildProcess
let relayUrl = ''
const folder = temporaryFolder()
let homes = 0
let env: Record<string, string>
let terminals: Terminal[] = []

/** Nothing of the caller's own settings counts. */
function surroundings(more: Readonly<Record<string, string>>): Record<string, string> {
  homes += 1
  return {
    PATH: process.env['PATH'] ?? '',
    SPEAK_CODE_HOME: join(folder.path, `h${homes}`),
    XDG_RUNTIME_DIR: folder.path,
    ...more,
  }
}

beforeAll(async () => {
  upstream = await startMockUpstream()
  relay = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], {
    env: surroundings({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url }),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: relay.stdout ?? process.stdin })) {
    const [, url] = /^listening on (ws:.*)$/.exec(line) ?? []
    if (url === undefined) continue
    relayUrl = url
    break
  }
})

beforeEach(async () => {
  await upstream.reset()
  env = surroundings({ SPEAK_CODE_SERVER: relayUrl })
})

afterEach(() => {
  for (const terminal of terminals) terminal.close()
  terminals = []
})

afterAll(async () => {
  relay.kill('SIGKILL')
  await upstream.stop()
  folder.remove()
})

function run(...args: string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, [MAIN, ...args], { env, encoding: 'utf8' })
}

/** Looks into the history that the program keeps. */
function history<T>(look: (store: LocalStore) => T): T {
  const store = openLocalStore(join(env['SPEAK_CODE_HOME'] ?? '', 'history.db'))
  try {
    return look(store)
  } finally {
    store.close()
  }
}

interface Shape {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

function openChat(args: readonly string[] = [], shape: Shape = {}): Terminal {
  const { env: more, ...size } = shape
  const terminal = new Terminal({
    args: [MAIN, 'chat', ...args],
    env: { ...env, ...more },
    ...size,
  })
  terminals.push(terminal)
  return terminal
}

async function connected(args: readonly string[] = [], shape: Shape = {}): Promise<Terminal> {
  const terminal = openChat(args, shape)
  await terminal.until('Connected')
  return terminal
}

/** Lines that can be told apart wherever they stand. */
const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1} of the answer`)

const occurrences = (whole: string, part: string): number => whole.split(part).length - 1

describe('a question and its answer', () => {
  test('state, question, answer, tokens and model are on the screen', async () => {
    await upstream.script({ deltas: { texts: ['Hel', 'lo **wor', 'ld**'] } })
    const terminal = await connected(['-m', 'openai/gpt-x'])
    terminal.write(`What is this?${ENTER}`)
    await terminal.until(/tokens ·/)
    expect(terminal.text).toContain('› What is this?')
    expect(terminal.text).toContain('Hello world')
    expect(terminal.text).toContain('openai/gpt-x · 3 tokens')
  })

  test('the typing indicator is there before the first token and while it streams', async () => {
    await upstream.script({
      body: [
        { gate: 'first' },
        deltaEvent('m', 'one '),
        { gate: 'second' },
        deltaEvent('m', 'two'),
        ...ENDING,
      ],
    })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('●●●')
    await upstream.open('first')
    await terminal.until('one')
    expect(terminal.text).toContain('●●●')
    await upstream.open('second')
    await terminal.until('one two')
    await terminal.until((screen) => !screen.text.includes('●●●'))
  })

  test('a long answer is in the scrollback exactly once, in order', async () => {
    const answer = lines(300)
    await upstream.script({
      deltas: { texts: answer.map((line) => `${line}\n\n`), perSecond: 400 },
    })
    const terminal = await connected([], { columns: 60, rows: 12 })
    terminal.write(`Go${ENTER}`)
    await terminal.until('300 tokens')
    expect(terminal.scrollback.match(/line \d+ of the answer/g)).toEqual(answer)
    expect(terminal.output).not.toContain('\u001b[2J')
    expect(terminal.output).not.toContain('\u001b[3J')
  })

  test('a paragraph that is longer than the screen is there whole, once', async () => {
    const words = Array.from({ length: 1500 }, (_, index) => `w${index}`)
    await upstream.script({ deltas: { texts: words.map((word) => `${word} `), perSecond: 2000 } })
    const terminal = await connected([], { columns: 50, rows: 14 })
    terminal.write(`Go${ENTER}`)
    await terminal.until('1500 tokens')
    expect(terminal.scrollback.match(/w\d+/g)).toEqual(words)
  })

  test('wide characters and emoji stay whole', async () => {
    const text = '日本語の長い文章がここにあります。👩‍👩‍👧 🇩🇪 그리고 한국어 e\u0301'
    await upstream.script({ deltas: { texts: Array.from(text) } })
    const terminal = await connected([], { columns: 40 })
    terminal.write(`Go${ENTER}`)
    await terminal.until(/tokens ·/)
    const shown = terminal.scrollback.replaceAll(/\s/g, '')
    expect(shown).toContain(text.replaceAll(/\s/g, ''))
  })

  test('L12: what the model sends cannot move the cursor or colour the screen', async () => {
    await upstream.script({ deltas: { texts: ['a\u001b[2Jb\u001b]0;owned\u0007c\rd'] } })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until(/tokens ·/)
    expect(terminal.text).toContain('a␛[2Jb␛]0;owned␇cd')
    expect(terminal.output).not.toContain('\u001b]0;owned')
  })

  test('reasoning is summed up, and shown with Ctrl-T', async () => {
    const reasoning = { choices: [{ index: 0, delta: { reasoning_content: 'thinking hard' } }] }
    const reply = {
      body: [`data: ${JSON.stringify(reasoning)}\n\n`],
      deltas: { texts: ['the answer'] },
    }
    await upstream.script(reply)
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until(/tokens ·/)
    expect(terminal.text).toContain('Reasoned in 13 characters.')
    expect(terminal.text).not.toContain('thinking hard')
    terminal.write(CTRL_T)
    await terminal.until('Reasoning is shown.')
    terminal.write(`Again${ENTER}`)
    await terminal.until('thinking hard')
  })
})

describe('the command', () => {
  test('needs a terminal, and something to go on with for -c', async () => {
    expect(run('chat').status).toBe(2)
    const terminal = openChat(['-c'])
    expect(await terminal.exit).toMatchObject({ exitCode: 3 })
    expect(terminal.text).toContain('There is no conversation yet.')
  })

  test('the built-in demo answers where there is no key, and says once how to set one', async () => {
    const { SPEAK_CODE_SERVER: _, ...own } = env
    env = own
    const terminal = await connected(['Hello'], { columns: 120, rows: 60 })
    try {
      await terminal.until('export OPENAI_API_KEY=…')
      expect(terminal.text).toContain('demo/demo')
      terminal.write(`Again${ENTER}`)
      await terminal.until((screen) => occurrences(screen.scrollback, 'tokens/s') === 2)
      expect(occurrences(terminal.scrollback, 'export OPENAI_API_KEY=…')).toBe(1)
    } finally {
      run('relay', 'stop')
    }
  })
})

describe('stopping and leaving', () => {
  const slow = { texts: ['first words ', 'and more '], count: 1000, perSecond: 20 }

  test('Esc keeps what arrived, and /retry asks the same question again', async () => {
    await upstream.script([{ deltas: slow }, { deltas: { texts: ['second try'] } }])
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('first words and more')
    terminal.write(ESCAPE)
    await terminal.until('Stopped. What had arrived is kept.')
    expect(terminal.text).toContain('first words and more')
    terminal.write(`/retry${ENTER}`)
    await terminal.until('second try')
    const [first, second] = await upstream.calls()
    expect(second?.body).toMatchObject({ messages: [{ role: 'user', content: 'Go' }] })
    expect(first?.body).toMatchObject({ messages: [{ role: 'user', content: 'Go' }] })
  })

  test('what is typed while an answer streams waits; after Esc it waits for Enter', async () => {
    await upstream.script([{ deltas: slow }, { deltas: { texts: ['the next answer'] } }])
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('first words')
    terminal.write(`And then?${ENTER}`)
    await terminal.until('1 queued  And then?')
    terminal.write(ESCAPE)
    await terminal.until('1 held  And then?')
    expect(terminal.text).toContain('Enter sends what is held')
    terminal.write(ENTER)
    await terminal.until('the next answer')
    expect(terminal.text).toContain('› And then?')
  })

  test('the queue goes on by itself after a whole answer', async () => {
    await upstream.script([
      { deltas: { texts: ['one'] }, body: [{ gate: 'one' }] },
      { deltas: { texts: ['two'] } },
    ])
    const terminal = await connected()
    terminal.write(`First?${ENTER}`)
    await terminal.until('●●●')
    terminal.write(`Second?${ENTER}`)
    await terminal.until('queued  Second?')
    await upstream.open('one')
    await terminal.until((screen) => /one[\s\S]+› Second\?[\s\S]+two/.test(screen.text))
    const calls = await upstream.calls()
    expect(calls[1]?.body).toMatchObject({
      messages: [
        { role: 'user', content: 'First?' },
        { role: 'assistant', content: 'one' },
        { role: 'user', content: 'Second?' },
      ],
    })
  })

  test('Ctrl-C stops the answer, then clears the draft, then leaves when pressed twice', async () => {
    await upstream.script({ deltas: slow })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('first words')
    terminal.write('half a thought')
    await terminal.until('› half a thought')
    terminal.write(CTRL_C)
    await terminal.until('Stopped.')
    expect(terminal.text).toContain('› half a thought')
    terminal.write(CTRL_C)
    await terminal.until('Ask anything')
    terminal.write(UP)
    await terminal.until('› half a thought')
    terminal.write(CTRL_U)
    await terminal.until('Ask anything')
    terminal.write(CTRL_C)
    await terminal.until('Ctrl-C again leaves.')
    terminal.write(CTRL_C)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
    expect(terminal.scrollback).toMatch(/To go on: speak-code chat -r [0-9a-f]{8}/)
  })

  test('the terminal is left as it was found', async () => {
    const terminal = await connected()
    terminal.write(CTRL_D)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
    expect(terminal.output.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
      terminal.output.lastIndexOf('\u001b[?2004h'),
    )
    expect(terminal.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(
      terminal.output.lastIndexOf('\u001b[?25l'),
    )
    expect(terminal.text).not.toContain('Connected')
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('L7: %s saves the draft and exits %i', async (signal, exitCode) => {
    const terminal = await connected()
    terminal.write('not sent yet')
    await terminal.until('not sent yet')
    terminal.kill(signal)
    expect(await terminal.exit).toMatchObject({ exitCode })
    const again = await connected()
    expect(again.text).toContain('› not sent yet')
  })

  test('L7: a draft survives kill -9', async () => {
    const terminal = await connected()
    terminal.write('not sent yet')
    await terminal.until('not sent yet')
    terminal.write('!')
    await terminal.until('not sent yet!')
    // A draft is on disk within a second.
    await vi.waitFor(
      () => {
        expect(history((store) => store.draft(null))).toBe('not sent yet!')
      },
      { timeout: 1000 },
    )
    terminal.kill('SIGKILL')
    await terminal.exit
    const again = await connected()
    expect(again.text).toContain('› not sent yet!')
  })
})

describe('the composer', () => {
  test('lines are broken by Ctrl-J, Alt-Enter and a backslash; the model gets them', async () => {
    const terminal = await connected()
    terminal.write('one')
    terminal.write(CTRL_J)
    terminal.write('two')
    terminal.write(ALT_ENTER)
    terminal.write('three\\')
    await terminal.until('three\\')
    terminal.write(ENTER)
    await terminal.until((screen) => !screen.text.includes('\\'))
    terminal.write('four')
    await terminal.until('four')
    terminal.write(ENTER)
    const { calls } = await upstream.until((record) => record.calls.length === 1)
    expect(calls[0]?.body).toMatchObject({
      messages: [{ content: 'one\ntwo\nthree\nfour' }],
    })
  })

  test('a paste of many lines is one text and does not send', async () => {
    const terminal = await connected()
    terminal.write(paste('/first\nsecond\nthird\n'))
    await terminal.until('third')
    expect(await upstream.calls()).toHaveLength(0)
    terminal.write(ENTER)
    const { calls } = await upstream.until((record) => record.calls.length === 1)
    expect(calls[0]?.body).toMatchObject({
      messages: [{ content: expect.stringContaining('/first\nsecond\nthird') }],
    })
  })

  test('the cursor stands where the next letter goes, behind wide characters too', async () => {
    const terminal = await connected()
    terminal.write('日本👩‍👩‍👧x')
    await terminal.until('日本')
    await terminal.until((screen) => screen.cursor.x === 2 + 4 + 2 + 1)
    expect(terminal.rows[terminal.cursor.y]).toContain('› 日本')
    terminal.write(CTRL_A)
    await terminal.until((screen) => screen.cursor.x !== 9)
    expect(terminal.cursor.x).toBe(2)
  })

  test('undo, stash and earlier prompts', async () => {
    const terminal = await connected()
    terminal.write('hello world')
    await terminal.until('hello world')
    terminal.write(CTRL_U)
    await terminal.until('Ask anything')
    terminal.write(CTRL_UNDERSCORE)
    await terminal.until('› hello world')
    terminal.write(CTRL_S)
    await terminal.until('a draft put away (Ctrl-S)')
    terminal.write(CTRL_S)
    await terminal.until('› hello world')
    terminal.write(ENTER)
    await terminal.until(/tokens ·/)
    terminal.write(UP)
    await terminal.until((screen) => occurrences(screen.text, '› hello world') === 2)
    expect(terminal.rows[terminal.cursor.y]).toBe('› hello world')
  })
})

describe('commands', () => {
  test('an unknown one is an error, stays in the composer and is not sent', async () => {
    const terminal = await connected()
    terminal.write(`/nonsense${ENTER}`)
    await terminal.until('There is no command /nonsense.')
    await terminal.until('› /nonsense')
    expect(await upstream.calls()).toHaveLength(0)
  })

  test('two slashes send text that begins with one', async () => {
    const terminal = await connected()
    terminal.write(`//etc/hosts?${ENTER}`)
    const { calls } = await upstream.until((record) => record.calls.length === 1)
    expect(calls[0]?.body).toMatchObject({ messages: [{ content: '/etc/hosts?' }] })
  })

  test('/help, /model, /system, /stats, /rename, /search, /resume, /copy, /new', async () => {
    await upstream.script({ deltas: { texts: ['The answer is forty-two.'] } })
    const terminal = await connected([], { columns: 110, rows: 40 })
    terminal.write(`/help${ENTER}`)
    await terminal.until('ask the last question again')
    terminal.write(`/model openai/gpt-y${ENTER}`)
    await terminal.until('From now on openai/gpt-y is asked.')
    terminal.write(`/system Be brief.${ENTER}`)
    await terminal.until('It goes with the next question.')
    terminal.write(`What is the answer?${ENTER}`)
    await terminal.until('forty-two')
    await terminal.until(/tokens ·/)
    const [call] = await upstream.calls()
    expect(call?.body).toMatchObject({
      model: 'gpt-y',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is the answer?' },
      ],
    })
    terminal.write(`/stats${ENTER}`)
    await terminal.until('1 answer here')
    terminal.write(`/rename Deep thought${ENTER}`)
    await terminal.until('“Deep thought”')
    terminal.write(`/search forty${ENTER}`)
    await terminal.until('Search in all conversations')
    await terminal.until('forty-two.')
    terminal.write(ESCAPE)
    await terminal.until('Ask anything')
    terminal.write(`/copy${ENTER}`)
    await terminal.until('is sent to the terminal’s clipboard')
    const copied = Buffer.from('The answer is forty-two.').toString('base64')
    expect(terminal.output).toContain(`\u001b]52;c;${copied}\u0007`)
    terminal.write(`/new${ENTER}`)
    await terminal.until('A new conversation.')
    terminal.write(`/sessions${ENTER}`)
    await terminal.until(/Deep thought.*openai\/gpt-y/)
    terminal.write(ENTER)
    await terminal.until(
      (screen) => occurrences(screen.scrollback, 'The answer is forty-two.') >= 2,
    )
  })

  test('/clear clears the screen and keeps the conversation', async () => {
    const terminal = await connected()
    terminal.write(`Remember me${ENTER}`)
    await terminal.until(/tokens ·/)
    terminal.write(`/clear${ENTER}`)
    await terminal.until((screen) => !screen.text.includes('› Remember me'))
    await terminal.until('Ask anything')
    terminal.write(`And now?${ENTER}`)
    const { calls } = await upstream.until((record) => record.calls.length === 2)
    expect(calls[1]?.body).toMatchObject({ messages: [{ content: 'Remember me' }, {}, {}] })
  })

  test('/queue lists, drops, and takes back; /exit leaves', async () => {
    await upstream.script({ deltas: { texts: ['slow '], count: 1000, perSecond: 10 } })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('slow')
    terminal.write(`first${ENTER}`)
    await terminal.until('1 queued  first')
    terminal.write(`second${ENTER}`)
    await terminal.until('2 queued  second')
    terminal.write(`/queue drop 1${ENTER}`)
    await terminal.until('1 queued  second')
    terminal.write(`/queue edit 1${ENTER}`)
    await terminal.until('› second')
    expect(terminal.text).not.toContain('queued')
    terminal.write(CTRL_U)
    await terminal.until('Ask anything')
    terminal.write(`/exit${ENTER}`)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  })

  test('/file sends a file with the next question, and refuses what is no text', async () => {
    const terminal = await connected([], { columns: 120 })
    terminal.write(`/file ${process.execPath}${ENTER}`)
    await terminal.until(/binary|larger than/)
    terminal.write(`/file ${join(import.meta.dirname, '../package.json')}${ENTER}`)
    await terminal.until('with ')
    terminal.write(`What is it?${ENTER}`)
    const { calls } = await upstream.until((record) => record.calls.length === 1)
    expect(JSON.stringify(calls[0]?.body)).toContain('package.json\\n{')
  })
})

describe('errors and connections', () => {
  test('a wrong key is answered with the lines to type; /retry works without a restart', async () => {
    await upstream.script([
      { status: 401, body: ['{"error":{"message":"Incorrect API key provided"}}'] },
      { deltas: { texts: ['now it works'] } },
    ])
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('export OPENAI_API_KEY=')
    expect(terminal.text).toContain('speak-code config set openai.api_key_env')
    terminal.write(`/retry${ENTER}`)
    await terminal.until('now it works')
  })

  test('L4: an answer that breaks off says so and keeps its text', async () => {
    await upstream.script({
      deltas: { texts: ['half an ans'], finishReason: null, done: false },
      end: 'close',
    })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('/retry asks again')
    expect(terminal.text).toContain('half an ans')
  })

  test('without a relay: attempts are counted, the question is queued, Ctrl-R tries again', async () => {
    const terminal = openChat(['--server', 'ws://127.0.0.1:1/ws/chat'], {
      columns: 120,
    })
    await terminal.until(/Reconnecting in \d+ s \(\d\/5\)/)
    terminal.write(`Anybody there?${ENTER}`)
    await terminal.until('1 queued  Anybody there?')
    terminal.write(CTRL_R)
    await terminal.until(/Reconnecting in \d+ s \(\d\/5\)/)
    terminal.write(CTRL_D)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
    const kept = history((store) => store.openRuns().map(({ chat }) => chat.messages[0]?.content))
    expect(kept).toEqual(['Anybody there?'])
  })
})

describe('coming back', () => {
  test('L7: -c after kill -9 shows the answer, still streaming', async () => {
    const events = lines(40).map((line) => deltaEvent('m', `${line}\n\n`))
    await upstream.script({
      body: [
        ...events.slice(0, 6),
        { gate: 'killed' },
        ...events.slice(6, 12),
        { gate: 'reopened' },
        ...events.slice(12),
        ...ENDING,
      ],
    })
    const terminal = await connected()
    terminal.write(`Go${ENTER}`)
    await terminal.until('line 5 of')
    terminal.kill('SIGKILL')
    await terminal.exit
    await upstream.open('killed')
    const again = await connected(['-c'])
    await again.until('line 12 of')
    expect(again.text).toContain('●●●')
    await upstream.open('reopened')
    await again.until(/line 40 of[\s\S]+ tokens · [\d.]+ s/)
    expect(again.scrollback).toContain('› Go')
    expect(again.scrollback.match(/line \d+ of the answer/g)).toEqual(lines(40))
    expect(await upstream.calls()).toHaveLength(1)
  })

  test('a question asked on one terminal appears on the other, with its answer', async () => {
    const first = await connected()
    first.write(`Begin${ENTER}`)
    await first.until(/tokens ·/)
    const second = await connected(['-c'])
    await second.until('› Begin')
    await upstream.script({
      body: [deltaEvent('m', 'seen '), { gate: 'rest' }, deltaEvent('m', 'by both'), ...ENDING],
    })
    first.write(`Who sees this?${ENTER}`)
    await first.until('seen')
    await second.until('seen')
    await upstream.open('rest')
    await first.until('seen by both')
    await second.until('seen by both')
    expect(second.text).toContain('› Who sees this?')
  })

  test('--no-save keeps nothing, and still has the conversation', async () => {
    const terminal = await connected(['--no-save', 'First'])
    await terminal.until(/tokens ·/)
    terminal.write(`Second${ENTER}`)
    const { calls } = await upstream.until((record) => record.calls.length === 2)
    expect(calls[1]?.body).toMatchObject({
      messages: [{ content: 'First' }, {}, { content: 'Second' }],
    })
    terminal.write(CTRL_C)
    terminal.write(CTRL_D)
    await terminal.exit
    expect(history((store) => store.conversations())).toEqual([])
  })
})

describe('the look', () => {
  test('NO_COLOR leaves no colours, and the states are words', async () => {
    const terminal = await connected([], { env: { NO_COLOR: '1' } })
    expect(terminal.output).not.toMatch(new RegExp(`${ESCAPE}\\[[0-9;]*m`))
  })

  test('a resize in mid-answer loses and doubles nothing', async () => {
    const answer = lines(90)
    const events = answer.map((line) => deltaEvent('m', `${line}\n\n`))
    await upstream.script({
      body: [
        ...events.slice(0, 30),
        { gate: 'narrow' },
        ...events.slice(30, 60),
        { gate: 'wide' },
        ...events.slice(60),
        ...ENDING,
      ],
    })
    const terminal = await connected([], { columns: 100, rows: 30 })
    terminal.write(`Go${ENTER}`)
    await terminal.until('line 30 of')
    terminal.resize(60, 20)
    await upstream.open('narrow')
    await terminal.until('line 60 of')
    terminal.resize(120, 35)
    await upstream.open('wide')
    await terminal.until(/tokens ·/)
    expect(terminal.scrollback.match(/line \d+ of the answer/g)).toEqual(answer)
    expect(occurrences(terminal.scrollback, '●')).toBe(1)
  })

  test('the screen reader’s chat only adds lines', async () => {
    await upstream.script({ deltas: { texts: ['An ', 'answer.'] } })
    const terminal = openChat(['--screen-reader'])
    await terminal.until('Connected')
    terminal.write(`Hello${ENTER}`)
    await terminal.until('End of answer')
    expect(terminal.text).toContain('An answer.')
    expect(terminal.text).not.toContain('●')
    expect(terminal.output).not.toMatch(new RegExp(`${ESCAPE}\\[(?:\\d*A|2K)`))
    terminal.write(CTRL_D)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  })
})
