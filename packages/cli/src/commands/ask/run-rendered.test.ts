import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Remembered } from '../../remembered.ts'
import { answerWith, ASK_OPTIONS } from '../../testing/ask-options.ts'
import { forgetful, testDeps, type TestDeps } from '../../testing/text-deps.ts'
import type { AskOptions } from './options.ts'
import { runAsk } from './run.ts'

const ANSWER = '# Title\n\nSome **bold** text\n- [x] done\n\n| a | b |\n|--|--|\n| 1 | 2 |\n'
const PIECES = Array.from(ANSWER)
const RENDERED = 'Title\n\nSome bold text\n• [x] done\n\na │ b\n──┼──\n1 │ 2\n'

async function asked(
  deps: TestDeps,
  options: Partial<AskOptions> = {},
  ...answer: readonly string[]
): Promise<string> {
  answerWith(deps, ...(answer.length === 0 ? [ANSWER] : answer))
  expect(await runAsk({ ...ASK_OPTIONS, ...options }, deps)).toBe(0)
  return deps.stdout.text
}

const dumb = { TERM: 'dumb' }

test('on a terminal the answer is rendered, in colours', async () => {
  const text = await asked(testDeps({ terminal: true, env: { TERM: 'xterm' } }))
  expect(text).toContain('\u001b[1mbold')
  expect(stripVTControlCharacters(text)).toBe(RENDERED)
})

test.each([
  ['--color never', { color: 'never' }, {}],
  ['NO_COLOR', {}, { NO_COLOR: '1' }],
] as const)(
  '%s: the rendered layout without colours, headings by their marks',
  async (_, options, env) => {
    const text = await asked(testDeps({ terminal: true, env }), options)
    // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(text).not.toMatch(/\u001b\[[\d;]*m/)
    expect(stripVTControlCharacters(text)).toBe(`# ${RENDERED}`)
  },
)

test.each([
  ['dark', 'yellow', '\u001b[1m\u001b[4m\u001b[33mTitle'],
  ['mono', 'no colour', '\u001b[1m\u001b[4mTitle'],
])('the theme that /theme chose last: %s, headings in %s', async (theme, _, title) => {
  const remembered = (): Promise<Remembered> => Promise.resolve(forgetful(theme))
  const env = { TERM: 'xterm' }
  expect(await asked(testDeps({ terminal: true, env, remembered }))).toContain(title)
})

test('TERM=dumb: no escape sequence at all, and nothing is drawn over', async () => {
  const words = Array.from({ length: 50 }, (_, index) => `word${index} `)
  const text = await asked(testDeps({ terminal: true, env: dumb }), {}, ...words)
  expect(text).not.toContain('\u001b')
  expect(text.split(/\s+/).filter((word) => word !== '')).toEqual(words.map((word) => word.trim()))
})

test('INK_SCREEN_READER: nothing is drawn over', async () => {
  const env = { TERM: 'xterm', INK_SCREEN_READER: 'true' }
  const text = await asked(testDeps({ terminal: true, env }), {}, 'a ', 'b ', 'c')
  expect(text).toBe('a b c\n')
})

test('--color always renders into a pipe: colours, and no motion of the cursor', async () => {
  const text = await asked(testDeps(), { color: 'always' }, ...PIECES)
  expect(text).toContain('\u001b[1mbold')
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  expect(text.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(RENDERED)
})

test.each([
  ['a pipe', false, {}],
  ['--raw on a terminal', true, { raw: true }],
  ['--raw with --color always', false, { raw: true, color: 'always' }],
] as const)('%s: the bytes of the answer', async (_, terminal, options) => {
  expect(await asked(testDeps({ terminal }), options)).toBe(ANSWER)
})

test('-x and --json are not rendered', async () => {
  const code = 'text\n```ts\nlet a\n```\n'
  expect(await asked(testDeps({ terminal: true }), { extract: true }, code)).toBe('let a\n')
  const json = await asked(testDeps({ terminal: true }), { outputFormat: 'json' })
  expect(JSON.parse(json)).toMatchObject({ text: ANSWER })
})

test('--no-stream renders the whole answer at its end', async () => {
  const deps = testDeps({ terminal: true, env: dumb })
  expect(await asked(deps, { stream: false }, ...PIECES)).toBe(`# ${RENDERED}`)
})

test('an answer in pieces is the same as in one', async () => {
  const whole = await asked(testDeps({ terminal: true, env: dumb }))
  const pieces = await asked(testDeps({ terminal: true, env: dumb }), {}, ...PIECES)
  expect(pieces).toBe(whole)
})

test('escape sequences of the model are made visible', async () => {
  const text = await asked(testDeps({ terminal: true, env: dumb }), {}, 'a\u001b[2Jb &#27;[2J\n')
  expect(text).toBe('a␛[2Jb ␛[2J\n')
})

test('an empty answer prints nothing', async () => {
  const deps = testDeps({ terminal: true })
  expect(await asked(deps, {}, '')).toBe('')
  expect(deps.notes).toContain('The answer is empty.')
})

test('a note in mid-stream stands between what was printed and the open end, which is drawn again', async () => {
  const deps = testDeps({ terminal: true, env: { TERM: 'xterm', NO_COLOR: '1' } })
  const { chatClient } = deps
  let before = ''
  chatClient.onSend = ({ id, ...chat }) => {
    chatClient.accept({ id, ...chat })
    chatClient.delta(id, 1, 'open end')
    before = deps.stdout.text
    const notice = { code: 'retrying', message: 'Trying again.' } as const
    chatClient.emit({ type: 'notice', notice: { type: 'notice', id, ...notice } })
    chatClient.delta(id, 2, ' of it')
    chatClient.end(id, 3)
  }
  expect(await runAsk(ASK_OPTIONS, deps)).toBe(0)
  expect(before).toBe('open end\n')
  const erased = '\u001b[?2026h\u001b[1A\r\u001b[J\u001b[?2026l'
  expect(deps.stdout.text.startsWith(`${before}${erased}open end\n`)).toBe(true)
  expect(deps.notes).toContain('Trying again.')
})
