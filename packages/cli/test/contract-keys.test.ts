/** Every key of the contract (§4), and every key that the program binds: the real program, asserted on its screen. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config, INTERRUPT_KEY, keyBindings, type KeyAction } from '@speak-code/server/config'
import type { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ask, ChatGround, chatCommand, submit, type, TYPING } from './fixtures/chat-ground.ts'
import { contractOfChat, keyNames } from './fixtures/contract.ts'
import { keysOf } from './fixtures/key-bytes.ts'

const BINDINGS = keyBindings(Config.parse({}).keys)

let ground: ChatGround

beforeAll(async () => {
  ground = await ChatGround.open()
})

afterAll(async () => {
  await ground.close()
})

function press(terminal: Terminal, binding: string): void {
  for (const key of keysOf(binding)) terminal.write(key)
}

/** The row of the composer in which the caret is. */
const caretRow = (terminal: Terminal): string => terminal.rows[terminal.cursor.y] ?? ''

/** Waits for the composer: its row, and what of it stands before the caret. */
function composer(terminal: Terminal, row: string, before: string): Promise<void> {
  return terminal.until(
    (screen) => screen.beforeCursor === `› ${before}` && caretRow(screen) === `› ${row}`.trimEnd(),
  )
}

interface Edit {
  readonly given: string
  /** Keys before it, each with what then stands before the caret. */
  readonly after?: readonly (readonly [string, string])[]
  readonly row: string
  readonly before: string
}

const START: Edit['after'] = [['ctrl-a', '']]
const CUT: Edit['after'] = [['ctrl-w', 'one ']]

const EDITS: Readonly<Partial<Record<KeyAction, Edit>>> = {
  left: { given: 'one 日本', row: 'one 日本', before: 'one 日' },
  right: { given: 'one', after: START, row: 'one', before: 'o' },
  word_left: { given: 'one two', row: 'one two', before: 'one ' },
  word_right: { given: 'one two', after: START, row: 'one two', before: 'one' },
  line_start: { given: 'one two', row: 'one two', before: '' },
  line_end: { given: 'one two', after: START, row: 'one two', before: 'one two' },
  text_start: { given: 'one two', row: 'one two', before: '' },
  text_end: { given: 'one two', after: START, row: 'one two', before: 'one two' },
  backspace: { given: 'one 👩‍👩‍👧', row: 'one', before: 'one ' },
  delete: { given: 'one', after: START, row: 'ne', before: '' },
  kill_to_end: { given: 'one', after: [...START, ['right', 'o']], row: 'o', before: 'o' },
  kill_to_start: { given: 'one', after: [['left', 'on']], row: 'e', before: '' },
  kill_word: { given: 'one two', after: START, row: ' two', before: '' },
  kill_word_before: { given: 'one/two', row: 'one/', before: 'one/' },
  kill_chunk_before: { given: 'one a/b', row: 'one', before: 'one ' },
  yank: { given: 'one two', after: CUT, row: 'one two', before: 'one two' },
  yank_pop: {
    given: 'one two',
    after: [...CUT, ['ctrl-a', ''], ['ctrl-k', ''], ['ctrl-y', 'one ']],
    row: 'two',
    before: 'two',
  },
  undo: { given: 'one two', after: CUT, row: 'one two', before: 'one two' },
  redo: { given: 'one two', after: [...CUT, ['ctrl-_', 'one two']], row: 'one', before: 'one ' },
  upper_case: { given: 'one two', after: START, row: 'ONE two', before: 'ONE' },
  lower_case: { given: 'ONE two', after: START, row: 'one two', before: 'one' },
  capitalize: { given: 'one two', after: START, row: 'One two', before: 'One' },
  transpose_words: { given: 'one two', row: 'two one', before: 'two one' },
}

const SLOW = { deltas: { texts: ['first words ', 'and more '], count: 1000, perSecond: 20 } }

/** A program that takes the place of an editor: it writes this behind what it is given. */
function editorThatAdds(text: string): string {
  const folder = ground.newFolder()
  mkdirSync(folder)
  const file = join(folder, 'editor')
  writeFileSync(file, `#!/bin/sh\nprintf '%s' '${text}' >> "$1"\n`, { mode: 0o755 })
  return file
}

async function streaming(): Promise<Terminal> {
  await ground.upstream.script([SLOW, { deltas: { texts: ['the next answer'] } }])
  const terminal = await ground.chat()
  await submit(terminal, 'Go')
  await terminal.until('first words')
  return terminal
}

const CHAT: Readonly<Partial<Record<KeyAction | 'interrupt', (binding: string) => Promise<void>>>> =
  {
    async send(key) {
      const terminal = await ground.chat()
      await type(terminal, 'Hello?')
      press(terminal, key)
      await terminal.until(/› Hello\?[\s\S]+mock upstream/)
    },
    async newline(key) {
      const terminal = await ground.chat()
      await type(terminal, 'one')
      press(terminal, key)
      await terminal.until((screen) => caretRow(screen).trim() === '')
      await type(terminal, 'two')
      expect(terminal.rows[terminal.cursor.y - 1]).toBe('› one')
      expect(terminal.text).not.toContain(TYPING)
    },
    async stop(key) {
      const terminal = await streaming()
      await submit(terminal, 'And then?')
      await terminal.until('queued')
      press(terminal, key)
      await terminal.until(/Stopped/)
      await terminal.until((screen) => !screen.text.includes(TYPING))
      expect(terminal.text).toContain('first words')
      // The queue waits for Enter.
      await terminal.until('held')
      terminal.write('\r')
      await terminal.until('the next answer')
    },
    async interrupt(key) {
      const terminal = await streaming()
      await type(terminal, 'half a thought')
      press(terminal, key)
      await terminal.until(/Stopped/)
      await composer(terminal, 'half a thought', 'half a thought')
      press(terminal, key)
      await terminal.until((screen) => screen.beforeCursor === '› ')
      press(terminal, 'up')
      await composer(terminal, 'half a thought', 'half a thought')
      press(terminal, 'ctrl-u')
      await terminal.until((screen) => screen.beforeCursor === '› ')
      press(terminal, key)
      await terminal.until(/again/)
      press(terminal, key)
      expect(await terminal.exit).toMatchObject({ exitCode: 0 })
      expect(terminal.scrollback).toMatch(/speak-code chat -r [0-9a-f]{8}/)
    },
    async complete(key) {
      const terminal = await ground.chat()
      await type(terminal, '/renam')
      press(terminal, key)
      await terminal.until((screen) => screen.beforeCursor.trimEnd() === '› /rename')
    },
    async leave(key) {
      const terminal = await ground.chat()
      await type(terminal, 'x')
      press(terminal, key)
      press(terminal, 'left')
      await composer(terminal, 'x', '')
      // With something written it deletes.
      press(terminal, key)
      await terminal.until((screen) => caretRow(screen) !== '› x')
      press(terminal, key)
      expect(await terminal.exit).toMatchObject({ exitCode: 0 })
      expect(terminal.text).not.toContain('Connected')
    },
    async reconnect(key) {
      const home = ground.newFolder()
      mkdirSync(home)
      writeFileSync(
        join(home, 'config.toml'),
        '[server]\nreconnect_interval_ms = 1500\nmax_reconnect_attempts = 1\n',
      )
      const terminal = ground.start({ home, args: ['--server', 'ws://127.0.0.1:1/ws/chat'] })
      await terminal.until('Disconnected')
      const reconnects = (): Promise<void> => {
        press(terminal, key)
        return terminal.until(/Reconnecting in \d+ s \(1\/1\)/, 5000)
      }
      // The wait is random: one of a few ms is over before it is drawn.
      await reconnects().catch(reconnects)
    },
    async search(key) {
      const terminal = await ground.chat({ rows: 30 })
      await ask(terminal, 'alpha question')
      await ask(terminal, 'beta question')
      press(terminal, key)
      await terminal.until(
        (screen) =>
          !screen.text.includes('Esc stops') &&
          /beta question[\s\S]+beta question/.test(screen.text),
      )
      await type(terminal, 'alph')
      await terminal.until(
        (screen) => screen.text.lastIndexOf('beta') < screen.text.lastIndexOf('alph'),
      )
      terminal.write('\r')
      await composer(terminal, 'alpha question', 'alpha question')
    },
    async redraw(key) {
      const terminal = await ground.chat()
      await type(terminal, 'a draft')
      const before = terminal.output.length
      press(terminal, key)
      await terminal.until((screen) => screen.output.slice(before).includes('Connected'))
      await composer(terminal, 'a draft', 'a draft')
      expect(terminal.scrollback.match(/Connected/g)).toHaveLength(1)
    },
    async reasoning(key) {
      const reasoning = { choices: [{ index: 0, delta: { reasoning_content: 'thinking hard' } }] }
      await ground.upstream.script({
        body: [`data: ${JSON.stringify(reasoning)}\n\n`],
        deltas: { texts: ['the answer'] },
      })
      const terminal = await ground.chat()
      await ask(terminal, 'Go')
      expect(terminal.scrollback).not.toContain('thinking hard')
      press(terminal, key)
      await ask(terminal, 'Again')
      await terminal.until('thinking hard')
    },
    async stash(key) {
      const terminal = await ground.chat()
      await type(terminal, 'a draft')
      press(terminal, key)
      await terminal.until((screen) => screen.beforeCursor === '› ')
      press(terminal, key)
      await composer(terminal, 'a draft', 'a draft')
    },
    async editor(key) {
      const terminal = await ground.chat({ env: { VISUAL: editorThatAdds(' and more') } })
      await type(terminal, 'a draft')
      press(terminal, key)
      await composer(terminal, 'a draft and more', 'a draft and more')
      await type(terminal, '!')
    },
    async suspend(key) {
      const home = ground.newFolder()
      const { Terminal } = await import('@speak-code/testkit/terminal')
      const terminal = ground.keep(
        new Terminal({
          program: 'bash',
          args: ['--norc', '--noprofile', '-i'],
          env: { ...ground.env(home), PS1: 'shell> ' },
        }),
      )
      await terminal.until('shell>')
      terminal.write(`${chatCommand().join(' ')}\r`)
      await terminal.until('Connected')
      await type(terminal, 'a draft')
      press(terminal, key)
      await terminal.until('Stopped')
      terminal.write('fg\r')
      await terminal.until(/Connected[\s\S]+› a draft/)
      await type(terminal, '!')
      press(terminal, 'ctrl-u')
      await terminal.until((screen) => screen.beforeCursor === '› ')
      press(terminal, 'ctrl-d')
      await terminal.until(/shell> $|shell>\s*$/)
    },
    async unfold(key) {
      const terminal = await ground.chat({ rows: 60 })
      const lines = Array.from({ length: 12 }, (_line, index) => `pasted line ${index + 1}`)
      terminal.write(`\u001b[200~${lines.join('\n')}\u001b[201~`)
      await terminal.until(/12 lines|lines/)
      expect(terminal.text).not.toContain('pasted line 12')
      press(terminal, key)
      await terminal.until('pasted line 12')
    },
    async take_back(key) {
      const terminal = await streaming()
      await submit(terminal, 'And then?')
      await terminal.until('queued')
      press(terminal, key)
      await composer(terminal, 'And then?', 'And then?')
      expect(terminal.text).not.toContain('queued')
    },
    async previous(key) {
      const terminal = await ground.chat()
      await ask(terminal, 'earlier')
      press(terminal, key)
      await composer(terminal, 'earlier', 'earlier')
    },
    async next(key) {
      const terminal = await ground.chat()
      await ask(terminal, 'earlier')
      await type(terminal, 'a draft')
      press(terminal, 'up')
      await terminal.until((screen) => screen.beforeCursor.includes('earlier'))
      press(terminal, key)
      await composer(terminal, 'a draft', 'a draft')
    },
    async page_up(key) {
      const terminal = await ground.chat()
      terminal.write('\u001b[200~l1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\u001b[201~')
      await terminal.until((screen) => screen.beforeCursor === '  l8')
      press(terminal, key)
      await terminal.until((screen) => /^(?:›| ) l[1-6]$/.test(screen.beforeCursor))
    },
    async page_down(key) {
      const terminal = await ground.chat()
      terminal.write('\u001b[200~l1\nl2\nl3\nl4\nl5\nl6\nl7\nl8\u001b[201~')
      await terminal.until((screen) => screen.beforeCursor === '  l8')
      press(terminal, 'ctrl-home')
      await terminal.until((screen) => screen.beforeCursor === '› ')
      press(terminal, key)
      await terminal.until(
        (screen) => /^ {2}$/.test(screen.beforeCursor) && /l[3-8]/.test(caretRow(screen)),
      )
    },
  }

const bindingsOf = (actions: object): { key: string; action: KeyAction | 'interrupt' }[] => [
  ...(Object.hasOwn(actions, 'interrupt')
    ? [{ key: INTERRUPT_KEY, action: 'interrupt' as const }]
    : []),
  ...[...BINDINGS].flatMap(([key, action]) =>
    Object.hasOwn(actions, action) ? [{ key, action }] : [],
  ),
]

describe('keys of the line', () => {
  let terminal: Terminal

  beforeAll(async () => {
    terminal = await ground.chat()
  })

  beforeEach(async () => {
    press(terminal, 'ctrl-e')
    press(terminal, 'ctrl-u')
    await terminal.until((screen) => screen.beforeCursor === '› ')
  })

  afterAll(async () => {
    await ground.clean()
  })

  test.each(bindingsOf(EDITS))('$key: $action', async ({ key, action }) => {
    const edit = action === 'interrupt' ? undefined : EDITS[action]
    if (edit === undefined) throw new Error(`No case for ${action}`)
    await type(terminal, edit.given)
    for (const [before, caret] of edit.after ?? []) {
      press(terminal, before)
      // oxlint-disable-next-line no-await-in-loop -- one key after the other
      await terminal.until((screen) => screen.beforeCursor === `› ${caret}`)
    }
    press(terminal, key)
    await expect(composer(terminal, edit.row, edit.before)).resolves.toBeUndefined()
  })
})

describe('keys of the chat', () => {
  afterEach(async () => {
    await ground.clean()
  })

  test.each(bindingsOf(CHAT))('$key: $action', async ({ key, action }) => {
    await expect(CHAT[action]?.(key)).resolves.toBeUndefined()
  })

  test('§4: a backslash and Enter break the line', async () => {
    const terminal = await ground.chat()
    await type(terminal, 'one\\')
    terminal.write('\r')
    await terminal.until((screen) => caretRow(screen).trim() === '')
    await type(terminal, 'two')
    expect(terminal.rows[terminal.cursor.y - 1]).toBe('› one')
  })

  test('§4: a key of [keys] does it instead', async () => {
    const home = ground.newFolder()
    mkdirSync(home)
    writeFileSync(join(home, 'config.toml'), '[keys]\nstash = "alt-s"\n')
    const terminal = await ground.chat({ home })
    await type(terminal, 'a draft')
    press(terminal, 'alt-s')
    await terminal.until((screen) => screen.beforeCursor === '› ')
    press(terminal, 'alt-s')
    await expect(composer(terminal, 'a draft', 'a draft')).resolves.toBeUndefined()
  })
})

describe('no key without an assertion', () => {
  test('of those that the program binds', () => {
    const tested = new Set(bindingsOf({ ...EDITS, ...CHAT }).map(({ key }) => key))
    expect([...BINDINGS.keys()].filter((key) => !tested.has(key))).toEqual([])
  })

  const contract = contractOfChat()

  test.skipIf(contract === undefined)('of those that the contract names', () => {
    const named = keyNames(contract?.keys ?? '')
    expect(named.length).toBeGreaterThan(15)
    const tested = new Set(bindingsOf({ ...EDITS, ...CHAT }).map(({ key }) => key))
    expect(named.filter((key) => !tested.has(key))).toEqual([])
    // This key has a test of its own.
    expect(contract?.keys).toContain('`\\` Enter')
    expect(readFileSync(import.meta.filename, 'utf8')).toContain('a backslash and Enter')
  })
})
