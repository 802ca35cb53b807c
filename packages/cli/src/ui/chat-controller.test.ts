import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@speak-code/server/config'
import { temporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SessionHarness } from '../chat/testing/session-harness.ts'
import { settled } from '../client/testing/fake-clock.ts'
import { ChatController, type TerminalActions } from './chat-controller.ts'
import { composerWith } from './composer/composer-state.ts'
import { fullText } from './composer/editor.ts'
import { KeyMap } from './key-map.ts'
import { ScreenStore } from './screen-store.ts'
import { initialView } from './view-state.ts'

let chat: SessionHarness
let screen: ScreenStore
let controller: ChatController
let folder: ReturnType<typeof temporaryFolder>
let done: string[]
let edited: (text: string) => Promise<string>

beforeEach(async () => {
  folder = temporaryFolder()
  done = []
  edited = (text) => Promise.resolve(text)
  chat = await new SessionHarness().start()
  open()
})

afterEach(() => {
  screen.stop()
  folder.remove()
})

function open(keys: object = {}): void {
  screen = new ScreenStore(chat.clock, {
    view: initialView(80, 24, chat.clock.now()),
    composer: composerWith(chat.store.prompts(), chat.store.draft(null)),
  })
  const terminal: TerminalActions = {
    copy: (text) => done.push(`copy ${text}`),
    redraw: (wipe) => done.push(wipe ? 'wipe' : 'redraw'),
    suspend: () => done.push('suspend'),
    edit: (text) => edited(text),
    leave: () => done.push('leave'),
  }
  controller = new ChatController({
    session: chat.session,
    screen,
    clock: chat.clock,
    keep: chat.store,
    commands: chat.context,
    keys: new KeyMap(Config.parse({ keys }).keys),
    folder: folder.path,
    models: () => Promise.resolve([]),
    terminal,
  })
}

function type(text: string): void {
  controller.press({ type: 'text', text })
}

function press(...names: readonly string[]): void {
  for (const name of names) controller.press({ type: 'key', name })
}

const written = (): string => fullText(screen.snapshot().composer.editor)
const flash = (): string => screen.snapshot().view.flash?.text ?? ''
const labels = (): string[] =>
  screen.snapshot().composer.menu?.items.map(({ label }) => label) ?? []
const asked = (): unknown[] =>
  chat.relay.got('chat').map(({ messages }) => messages.at(-1)?.content)

describe('an unknown command', () => {
  test('is an error, is not sent, and stays until something is typed in its place', () => {
    type('/nonsense')
    press('enter')
    expect(chat.news().at(-1)).toContain('error: There is no command /nonsense.')
    expect(written()).toBe('/nonsense')
    type('hello')
    expect(written()).toBe('hello')
    press('ctrl-_', 'ctrl-_')
    expect(written()).toBe('/nonsense')
    expect(asked()).toEqual([])
  })

  test.each(['escape', 'ctrl-c'])('goes to the prompt history by %s', (key) => {
    type('/nonsense')
    press('enter', key)
    expect(written()).toBe('')
    press('up')
    expect(written()).toBe('/nonsense')
  })

  test('can be put right by the keys of the editor', () => {
    type('/stash')
    press('enter', 'backspace')
    expect(written()).toBe('/stas')
  })
})

describe('what waits', () => {
  beforeEach(async () => {
    type('first?')
    press('enter')
    await settled()
    type('second?')
    press('enter')
    type('third?')
    press('enter')
  })

  test('↑ with nothing written takes the last one back, and Enter queues it again', async () => {
    press('up')
    expect(written()).toBe('third?')
    expect(chat.session.waiting.map(({ text }) => text)).toEqual(['second?'])
    type('!')
    press('enter')
    expect(chat.session.waiting.map(({ text }) => text)).toEqual(['second?', 'third?!'])
    await settled()
  })

  test('Alt-↑ takes it back before a draft, which stays', () => {
    type('my draft')
    press('alt-up')
    expect(written()).toBe('third?\n\nmy draft')
  })

  test('Esc stops the answer and holds the queue until Enter; the draft stays', async () => {
    type('my draft')
    press('escape')
    await settled()
    expect(chat.session.waiting).toMatchObject([{ text: 'second?', state: 'held' }, {}])
    expect(written()).toBe('my draft')
    press('ctrl-u', 'enter')
    await settled()
    expect(chat.session.waiting.map(({ state }) => state)).not.toContain('held')
  })
})

describe('commands and drafts', () => {
  test('a command leaves a stashed draft alone', async () => {
    type('half a thought')
    press('ctrl-s')
    type('/system Be brief.')
    press('enter')
    await settled()
    press('ctrl-s')
    expect(written()).toBe('half a thought')
  })

  test('L7: a stashed draft outlives the program, in the prompt history', () => {
    type('half a thought')
    press('ctrl-s')
    open()
    press('up')
    expect(written()).toBe('half a thought')
  })

  test('L7: the draft stays with its conversation', async () => {
    await chat.converse('one?', 'one.')
    const first = chat.session.conversationId
    type('about the first')
    chat.session.begin()
    expect(written()).toBe('')
    type('about the second')
    chat.session.open(first)
    expect(written()).toBe('about the first')
    chat.session.begin()
    expect(written()).toBe('about the second')
  })

  test('a failed send gives the text back', () => {
    type('lost?')
    const send = vi.spyOn(chat.session, 'ask').mockImplementation(() => {
      throw new Error('the disk is full')
    })
    press('enter')
    send.mockRestore()
    expect(written()).toBe('lost?')
    expect(chat.news()).toContain('error: It was not sent: the disk is full')
  })
})

describe('completion', () => {
  test('a slash lists the commands with their help; Tab completes, Esc closes', () => {
    type('/')
    expect(labels()).toContain('/retry [MODEL]')
    type('re')
    expect(labels()).toEqual(['/resume [ID]', '/retry [MODEL]', '/rename TITLE', '/reconnect'])
    press('down', 'tab')
    expect(written()).toBe('/retry ')
    press('ctrl-u')
    type('/re')
    press('escape')
    expect(labels()).toEqual([])
    expect(written()).toBe('/re')
    type('n')
    expect(labels()).toEqual([])
  })

  test('Esc that closes the list does not stop the answer', async () => {
    type('why?')
    press('enter')
    await settled()
    type('/re')
    press('escape')
    await settled()
    expect(chat.session.busy).toBe(true)
    expect(chat.relay.got('cancel')).toEqual([])
    press('escape')
    await settled()
    expect(chat.relay.got('cancel')).toHaveLength(1)
  })

  test('Enter on a command that is written whole runs it; else it completes', () => {
    type('/exit')
    press('enter')
    expect(done).toEqual(['leave'])
    type('/exi')
    press('enter')
    expect(written()).toBe('/exit')
  })

  test('arguments complete where the table can', async () => {
    type('/theme ')
    await settled()
    expect(labels()).toEqual(['default', 'dark'])
    type('da')
    await settled()
    press('tab')
    expect(written()).toBe('/theme dark')
  })

  test('@ lists files while keys go on, and Tab completes the one that is meant', async () => {
    mkdirSync(join(folder.path, 'src'))
    writeFileSync(join(folder.path, 'src/alpha.ts'), '')
    writeFileSync(join(folder.path, 'beta.ts'), '')
    type('look at @')
    await vi.waitFor(() => {
      expect(labels()).toEqual(['beta.ts', 'src/alpha.ts'])
    })
    type('alp')
    press('tab')
    await vi.waitFor(() => {
      expect(written()).toBe('look at @src/alpha.ts ')
    })
  })

  test('a paste opens no list', () => {
    controller.paste('/re')
    expect(labels()).toEqual([])
  })
})

describe('@path', () => {
  test('brings the file along, and the text keeps the word', async () => {
    const path = join(folder.path, 'a.ts')
    writeFileSync(path, '')
    chat.files.set(path, 'text of a')
    type(`explain @${path}, please`)
    press('enter')
    await vi.waitFor(() => {
      expect(asked()).toEqual([`text of a\n\nexplain @${path}, please`])
    })
    expect(written()).toBe('')
  })

  test('a file that cannot be sent is refused, and nothing is lost', async () => {
    const path = join(folder.path, 'large')
    writeFileSync(path, 'x'.repeat(1024 * 1024 + 1))
    type(`explain @${path}`)
    press('enter')
    await vi.waitFor(() => {
      expect(written()).toBe(`explain @${path}`)
    })
    expect(chat.news().join()).toContain('too large')
    expect(asked()).toEqual([])
  })

  test('questions go out in their order, whoever’s files take longer', async () => {
    const path = join(folder.path, 'a.ts')
    writeFileSync(path, '')
    chat.files.set(path, 'text')
    type(`first @${path}`)
    press('enter')
    type('second')
    press('enter')
    await vi.waitFor(() => {
      expect(chat.session.waiting).toHaveLength(1)
    })
    expect(asked()).toEqual([`text\n\nfirst @${path}`])
  })

  test('what was pasted mentions no files', async () => {
    const path = join(folder.path, 'a.ts')
    writeFileSync(path, '')
    chat.files.set(path, 'secret')
    const pasted = `@${path}\n`.repeat(20)
    controller.paste(pasted)
    press('enter')
    await settled()
    expect(asked()).toEqual([pasted])
  })
})

describe('the editor', () => {
  test.each([['ctrl-g'], ['ctrl-x', 'ctrl-e']])('%s opens the whole draft', async (...keys) => {
    const pasted = 'line\n'.repeat(50)
    let given = ''
    edited = (text) => {
      given = text
      return Promise.resolve('from the editor')
    }
    type('see ')
    controller.paste(pasted)
    press(...keys)
    await settled()
    expect(given).toBe(`see ${pasted}`)
    expect(written()).toBe('from the editor')
    press('ctrl-_')
    expect(written()).toBe(`see ${pasted}`)
  })

  test('that fails leaves the draft, and says why', async () => {
    edited = () => Promise.reject(new Error('vi failed (exit code 1); the draft is as it was.'))
    type('my draft')
    press('ctrl-g')
    await settled()
    expect(written()).toBe('my draft')
    expect(chat.news().join()).toContain('error: vi failed')
  })
})

describe('keys', () => {
  test('Ctrl-C stops, then clears, then leaves when pressed twice within 1.5 s', async () => {
    type('why?')
    press('enter')
    await settled()
    type('draft')
    press('ctrl-c')
    await settled()
    expect(chat.relay.got('cancel')).toHaveLength(1)
    expect(written()).toBe('draft')
    press('ctrl-c')
    expect(written()).toBe('')
    expect(chat.store.prompts()[0]).toBe('draft')
    press('ctrl-c')
    expect(flash()).toBe('Ctrl-C again leaves.')
    await chat.clock.advance(1501)
    press('ctrl-c')
    expect(done).toEqual([])
    press('ctrl-c')
    expect(done).toEqual(['leave'])
  })

  test('Ctrl-D leaves when nothing is written, else deletes', () => {
    type('ab')
    press('ctrl-a', 'ctrl-d')
    expect(written()).toBe('b')
    press('ctrl-d', 'ctrl-d')
    expect(done).toEqual(['leave'])
  })

  test('[keys] moves them, and Ctrl-C stays', () => {
    open({ stash: 'ctrl-g', leave: [] })
    type('thought')
    press('ctrl-g')
    expect(screen.snapshot().composer.stash).toBe('thought')
    press('ctrl-d', 'ctrl-c', 'ctrl-c')
    expect(done).toEqual(['leave'])
  })

  test('an unfinished sequence takes no text, and Ctrl-C gets through', () => {
    press('ctrl-x')
    type('a')
    expect(written()).toBe('a')
    press('ctrl-x', 'ctrl-c')
    expect(written()).toBe('')
  })

  test('a backslash before Enter breaks the line', () => {
    type('one\\')
    press('enter')
    type('two')
    expect(written()).toBe('one\ntwo')
  })

  test('a long paste is folded, told of, and shown by Ctrl-O', () => {
    controller.paste('line\n'.repeat(500))
    expect(flash()).toBe('Backspace removes it, Ctrl-O shows it.')
    const { text } = screen.snapshot().composer.editor
    expect(text.length).toBeLessThan(10)
    press('ctrl-o')
    expect(screen.snapshot().composer.editor.text).toHaveLength(2500)
    controller.paste('x'.repeat(200_000))
    press('ctrl-o')
    expect(flash()).toBe('Too long to show; Ctrl-G opens it.')
  })
})
