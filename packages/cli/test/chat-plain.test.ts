/** `chat` for screen readers and dumb terminals (contract §4): append-only, states in words. The real program. */
import { join } from 'node:path'
import { deltaEvent } from '@speak-code/testkit'
import type { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { SLASH_COMMANDS } from '../src/chat/slash-commands.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { ChatGround, submit, type, type ChatOptions } from './fixtures/chat-ground.ts'

const CTRL_A = '\u0001'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_R = '\u0012'
const CTRL_S = '\u0013'
const CTRL_T = '\u0014'
const CTRL_U = '\u0015'
const CTRL_W = '\u0017'
const ENTER = '\r'
const ESCAPE = '\u001b'
const UP = '\u001b[A'

/** What a line editor moves by: the cursor, and erasing below it. */
const LINE_EDITING = new RegExp(`${ESCAPE}\\[\\d*[ABCDGJ]`, 'g')

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

const DUMB: ChatOptions = { name: 'dumb', env: { TERM: 'dumb' } }
const READER: ChatOptions = { args: ['--screen-reader'] }

/** Waits for the prompt, with nothing typed. */
const prompt = (terminal: Terminal): Promise<void> =>
  terminal.until((screen) => screen.beforeCursor === 'You: ')

async function opened(options: ChatOptions): Promise<Terminal> {
  const terminal = await ground.chat(options)
  await prompt(terminal)
  return terminal
}

/** Types under an answer, which goes on below what was typed: there the cursor soon stands behind the answer's words. */
async function typeUnderAnswer(terminal: Terminal, text: string): Promise<void> {
  terminal.write(text)
  await terminal.until(({ scrollback }) => scrollback.includes(`You: ${text}`))
}

const SLOW = { texts: ['First words. ', 'And more. '], count: 1000, perSecond: 20 }

const WAYS: readonly [string, ChatOptions][] = [
  ['--screen-reader', READER],
  ['INK_SCREEN_READER=true', { env: { INK_SCREEN_READER: 'true' } }],
  ['TERM=dumb', DUMB],
]

describe.each(WAYS)('%s', (_, options) => {
  test('states, answer and end are said in words, with no redraw and no spinner', async () => {
    await ground.upstream.script({
      deltas: { texts: ['# Ti', 'tle\n\nAn ', '**answer**', '.\n\n```ts\nlet a\n', '```\n'] },
    })
    const terminal = await opened({ ...options, args: [...(options.args ?? []), '-m', 'gpt-x'] })
    await submit(terminal, 'What is this?')
    await terminal.until(/End of answer, \d+ tokens in /)
    await prompt(terminal)
    const { scrollback } = terminal
    const said = [
      /Connecting to ws:/,
      /Connected to ws:/,
      /You: What is this\?/,
      /Waiting for the answer\./,
      /Answer from openai\/gpt-x:/,
      /Heading 1: Title\n\nAn answer\.\n\nCode, ts:\nlet a\nEnd of code\./,
      /End of answer, 5 tokens in (?:less than a second|\d+ seconds?|\d)/,
    ].map((words) => scrollback.search(words))
    expect(said).toEqual(said.toSorted((a, b) => a - b))
    expect(said).not.toContain(-1)
    expect(terminal.output).not.toMatch(/[●◐⠋]/)
    expect(terminal.output).not.toContain(ESCAPE)
    expect(scrollback.split('What is this?')).toHaveLength(2)
  })

  test('a paragraph is said by sentences, code by lines, never by tokens', async () => {
    await ground.upstream.script({
      body: [
        deltaEvent('gpt-x', 'One sentence. Half of ano'),
        { gate: 'second' },
        deltaEvent('gpt-x', 'ther. And\n```\nlet a =\nlet'),
        { gate: 'third' },
      ],
      deltas: { texts: [' b\n```'] },
    })
    const terminal = await opened(options)
    await submit(terminal, 'Go')
    await terminal.until('One sentence.')
    expect(terminal.text).not.toContain('Half')
    await ground.upstream.open('second')
    await terminal.until('let a =')
    expect(terminal.text).toContain('One sentence. Half of another. And\n')
    expect(terminal.text).not.toMatch(/let$/)
    await ground.upstream.open('third')
    await terminal.until('End of answer')
    expect(terminal.text).toContain('let a =\nlet b\nEnd of code.')
  })

  test('Esc stops and keeps the partial and the queue, which then waits for Enter', async () => {
    await ground.upstream.script([{ deltas: SLOW }, { deltas: { texts: ['the next answer'] } }])
    const terminal = await opened(options)
    await submit(terminal, 'Go')
    await terminal.until('First words.')
    await typeUnderAnswer(terminal, 'And then?')
    terminal.write(ENTER)
    await terminal.until('1 question waits. /queue lists them.')
    terminal.write(ESCAPE)
    await terminal.until('Stopped. What had arrived is kept.')
    await terminal.until('1 question waits; Enter sends.')
    await prompt(terminal)
    terminal.write(ENTER)
    await terminal.until('the next answer')
    expect(terminal.scrollback).toContain('Question: And then?')
  })

  test('Ctrl-C stops, then clears the draft, then leaves when pressed twice; ↑ brings it back', async () => {
    await ground.upstream.script({ deltas: SLOW })
    const terminal = await opened(options)
    await submit(terminal, 'Go')
    await terminal.until('First words.')
    await typeUnderAnswer(terminal, 'half a thought')
    terminal.write(CTRL_C)
    await terminal.until('Stopped.')
    await terminal.until((screen) => screen.beforeCursor === 'You: half a thought')
    terminal.write(CTRL_C)
    await terminal.until('The draft is in the prompt history')
    await prompt(terminal)
    terminal.write(UP)
    await terminal.until((screen) => screen.beforeCursor === 'You: half a thought')
    terminal.write(CTRL_C)
    await prompt(terminal)
    terminal.write(CTRL_C)
    await terminal.until('Ctrl-C again leaves.')
    terminal.write(CTRL_C)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
    expect(terminal.scrollback).toMatch(/To go on: speak-code chat -r [0-9a-f]{8}$/)
  })

  test('a paste of several lines is one message, and does not submit', async () => {
    const terminal = await opened(options)
    terminal.write('one\rtwo\rthree')
    await terminal.until('three')
    expect(await ground.upstream.calls()).toEqual([])
    terminal.write(ENTER)
    await terminal.until('End of answer')
    const [call] = await ground.upstream.calls()
    expect(call?.body).toMatchObject({ messages: [{ role: 'user', content: 'one\ntwo\nthree' }] })
  })

  test('reasoning is left out until Ctrl-T', async () => {
    const reasoning = { choices: [{ index: 0, delta: { reasoning_content: 'Thinking hard.' } }] }
    await ground.upstream.script({
      body: [`data: ${JSON.stringify(reasoning)}\n\n`],
      deltas: { texts: ['The answer.'] },
    })
    const terminal = await opened(options)
    await submit(terminal, 'Go')
    await terminal.until('End of answer')
    expect(terminal.text).toContain('The model is reasoning; Ctrl-T reads it out.')
    expect(terminal.text).not.toContain('Thinking')
    terminal.write(CTRL_T)
    await terminal.until('Reasoning is shown.')
    await submit(terminal, 'Again')
    await terminal.until(/Reasoning:\nThinking hard\.\nAnswer/)
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('L7: %s saves the draft and says how to go on', async (signal, exitCode) => {
    const home = ground.newFolder()
    const terminal = await opened({ ...options, home })
    await submit(terminal, 'Go')
    await terminal.until('End of answer')
    await type(terminal, 'not sent yet')
    terminal.kill(signal)
    expect(await terminal.exit).toMatchObject({ exitCode })
    await terminal.until(/To go on: speak-code chat -r [0-9a-f]{8}/)
    const again = await ground.chat({ ...options, home, args: [...(options.args ?? []), '-c'] })
    await again.until((screen) => screen.beforeCursor === 'You: not sent yet')
    expect(again.scrollback).toContain('Question: Go')
  })

  test('L7: a draft is on disk within a second', async () => {
    const home = ground.newFolder()
    const terminal = await opened({ ...options, home })
    await type(terminal, 'not sent yet')
    const store = openLocalStore(join(home, 'history.db'))
    try {
      await vi.waitFor(
        () => {
          expect(store.draft(null)).toBe('not sent yet')
        },
        { timeout: 1000 },
      )
    } finally {
      store.close()
    }
  })

  test('without a relay: attempts are counted in words, Ctrl-R and /reconnect try again', async () => {
    const terminal = ground.start({
      ...options,
      env: {
        ...options.env,
        // Nobody listens on the port of discarding.
        SPEAK_CODE_SERVER: 'ws://127.0.0.1:9/ws/chat',
      },
    })
    await terminal.until(/Reconnecting in .*, attempt 1 of 5\./)
    terminal.write(CTRL_R)
    await terminal.until((screen) => screen.scrollback.split('attempt 1 of 5').length > 2)
    await submit(terminal, 'Anybody there?')
    await terminal.until('1 question waits')
    terminal.write(CTRL_D)
    expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  })
})

describe('a dumb terminal', () => {
  test('gets no escape sequence, whatever is typed', async () => {
    const terminal = await opened(DUMB)
    await type(terminal, 'one two')
    terminal.write(CTRL_W)
    await terminal.until((screen) => screen.beforeCursor === 'You: one ')
    terminal.write('\u007f\u007f')
    await terminal.until((screen) => screen.beforeCursor === 'You: on')
    terminal.write(`${CTRL_A}X`)
    await terminal.until((screen) => screen.beforeCursor === 'You: Xon')
    terminal.write(`${UP}${CTRL_S}`)
    await prompt(terminal)
    terminal.write(CTRL_S)
    await terminal.until((screen) => screen.beforeCursor === 'You: Xon')
    await type(terminal, '\\')
    terminal.write(ENTER)
    await terminal.until((screen) => screen.beforeCursor === '')
    await submit(terminal, 'second')
    await terminal.until('End of answer')
    await submit(terminal, '/copy')
    await terminal.until('no clipboard')
    terminal.write(CTRL_D)
    await terminal.exit
    expect(terminal.output).not.toContain(ESCAPE)
  })
})

describe('the screen reader’s chat', () => {
  test('has no escape sequence but those of line editing', async () => {
    const terminal = await opened({ ...READER, columns: 40 })
    terminal.write('a prompt that is longer than one row of it')
    await terminal.until((screen) => screen.beforeCursor === 'w of it')
    terminal.write(`${CTRL_A}X`)
    await terminal.until('Xa prompt')
    terminal.write(CTRL_C)
    await terminal.until('The draft is in the prompt history')
    await submit(terminal, 'Go')
    await terminal.until('End of answer')
    expect(terminal.output).toMatch(LINE_EDITING)
    expect(terminal.output.replaceAll(LINE_EDITING, '')).not.toContain(ESCAPE)
  })

  test('every slash command says something', async () => {
    const terminal = await opened({ ...READER, rows: 50 })
    await submit(terminal, 'Go')
    await terminal.until('End of answer')
    const quiet: string[] = []
    for (const { names } of SLASH_COMMANDS) {
      const [name = ''] = names
      if (name === 'exit') continue
      await prompt(terminal)
      const before = terminal.scrollback.length
      await submit(terminal, `/${name}`)
      // What it says stands between the line that was typed and the next prompt.
      await terminal
        .until(
          (screen) =>
            screen.beforeCursor.startsWith('You: ') &&
            /\n(?!You: ).+/.test(screen.scrollback.slice(before)),
          5000,
        )
        .catch(() => quiet.push(name))
      // Some put a text into the line.
      terminal.write(CTRL_U)
    }
    expect(quiet).toEqual([])
  })

  test('Tab completes, and tells what there is to choose from', async () => {
    const terminal = await opened(READER)
    await type(terminal, '/he')
    terminal.write('\t')
    await terminal.until((screen) => screen.beforeCursor === 'You: /help')
    terminal.write(CTRL_C)
    await prompt(terminal)
    await type(terminal, '/re')
    terminal.write('\t')
    await terminal.until('It may become')
    expect(terminal.text).toMatch(/It may become .*\/resume.*\/rename/)
  })

  test('/resume lists conversations, and opens one with its messages', async () => {
    const home = ground.newFolder()
    await ground.upstream.script({ deltas: { texts: ['Hello **you**'] } })
    const terminal = await opened({ ...READER, home })
    await submit(terminal, 'Who is there?')
    await terminal.until('End of answer')
    await submit(terminal, '/new')
    await terminal.until('A new conversation.')
    await submit(terminal, '/resume')
    await terminal.until('2 messages, just now')
    const [, id = ''] = /([0-9a-f]{8}): Who is there\?/.exec(terminal.scrollback) ?? []
    await prompt(terminal)
    await submit(terminal, `/resume ${id}`)
    const opening = 'Conversation: Who is there?\nQuestion: Who is there?\nAnswer:\nHello you'
    await terminal.until(opening)
    expect(terminal.text).toContain(opening)
  })
})
