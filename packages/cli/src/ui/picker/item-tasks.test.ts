/** Renaming and deleting in a picker: keys in, rows out. */
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../client/testing/fake-clock.ts'
import type { LocalStore } from '../../store/local-store.ts'
import { converse, openHistory, question } from '../../store/testing/history.ts'
import { plainText } from '../../terminal/styled-row.ts'
import { composerWith } from '../composer/composer-state.ts'
import { ScreenStore } from '../screen-store.ts'
import { initialView } from '../view-state.ts'
import { ConversationSource } from './conversation-source.ts'
import { Overlay } from './overlay.ts'
import { pickerRows } from './picker-rows.ts'

const CTRL_T = 'ctrl-t'
const CTRL_X = 'ctrl-x'

let clock: FakeClock
let screen: ScreenStore
let store: LocalStore
let overlay: Overlay
let deleted: string[]
let problems: string[]

beforeEach(() => {
  clock = new FakeClock()
  screen = new ScreenStore(clock, {
    view: initialView(100, 24, clock.now()),
    composer: composerWith([], ''),
  })
  store = openHistory()
  for (const title of ['alpha', 'beta', 'gamma']) converse(store, question(title), `on ${title}`)
  deleted = []
  problems = []
  overlay = new Overlay({ screen, clock, onProblem: (problem) => problems.push(problem) })
})

function open(isWritten = true): void {
  const changes = {
    rename: (id: string, title: string) => {
      store.rename(id, title)
      return store.conversation(id)?.title ?? ''
    },
    remove: (id: string) => {
      deleted.push(store.conversation(id)?.title ?? '')
      return store.delete(id)
    },
  }
  const source = new ConversationSource({
    store,
    clock,
    current: undefined,
    open: () => undefined,
    changes: isWritten ? changes : undefined,
  })
  overlay.open([source], '')
}

function press(...names: readonly string[]): void {
  for (const name of names) overlay.press({ type: 'key', name })
}

function type(text: string): void {
  overlay.press({ type: 'text', text })
}

function drawn(): string[] {
  const { overlay: picker, view } = screen.snapshot()
  return picker === undefined ? [] : pickerRows(picker, view).rows.map((row) => plainText(row))
}

const titles = (): string[] =>
  drawn().flatMap((row) => /^(?:▸ | {2})(alpha|beta|gamma|delta)\b/.exec(row)?.[1] ?? [])
const hint = (): string | undefined => drawn().at(-1)?.trim()

describe('the hints', () => {
  test('tell of both keys', () => {
    open()
    expect(hint()).toBe('Enter opens · Esc back · Ctrl-T renames · Ctrl-X deletes · ↑↓ PgUp PgDn')
  })

  test('on 40 columns too, in a second row; a low terminal has no room for it', () => {
    open()
    screen.dispatch({ type: 'resized', columns: 40, rows: 24 })
    expect(drawn().slice(-2)).toEqual([
      '  Enter opens · Esc back',
      '  Ctrl-T renames · Ctrl-X deletes',
    ])
    screen.dispatch({ type: 'resized', columns: 40, rows: 12 })
    expect(hint()).toBe('Enter opens · Esc back')
  })

  test('where nothing may be written there are neither hints nor keys (contract §4, --no-save)', async () => {
    open(false)
    expect(hint()).toBe('Enter opens · Esc back · ↑↓ PgUp PgDn')
    press(CTRL_X, CTRL_X, CTRL_T)
    await clock.advance(1000)
    expect([deleted, titles()]).toEqual([[], ['gamma', 'beta', 'alpha']])
  })
})

describe('Ctrl-X', () => {
  test('asks, and deletes when it is pressed again', async () => {
    open()
    press('down', CTRL_X)
    expect(hint()).toBe('Ctrl-X again deletes it for good · here and at the relay · Esc keeps it')
    expect(deleted).toEqual([])
    press(CTRL_X)
    expect(hint()).toBe('Deleting …')
    await clock.advance(100)
    expect([deleted, titles()]).toEqual([['beta'], ['gamma', 'alpha']])
    expect(drawn()[0]).toMatch(/2 of 2$/)
    expect(hint()).toContain('Enter opens')
  })

  test.each([
    ['Esc', () => press('escape')],
    ['Ctrl-C', () => press('ctrl-c')],
    ['an arrow', () => press('down')],
    ['a letter', () => type('a')],
    ['a paste', () => overlay.press({ type: 'paste', text: 'a' })],
  ])('%s keeps it, and the list stays open', async (_, other) => {
    open()
    press(CTRL_X)
    other()
    expect(overlay.isOpen).toBe(true)
    expect(hint()).toContain('Enter opens')
    press(CTRL_X)
    await clock.advance(1000)
    expect(deleted).toEqual([])
  })

  test('deletes only what was asked about, whatever is found meanwhile', async () => {
    open()
    press(CTRL_X)
    screen.overlay({ ...present(), selected: 2, moved: true })
    press(CTRL_X)
    await clock.advance(100)
    expect(deleted).toEqual([])
    press(CTRL_X)
    await clock.advance(100)
    expect(deleted).toEqual(['alpha'])
  })

  test('while it deletes no key does anything', async () => {
    open()
    press(CTRL_X, CTRL_X, CTRL_X, 'down', 'enter')
    type('beta')
    await clock.advance(100)
    expect([deleted, titles()]).toEqual([['gamma'], ['beta', 'alpha']])
  })

  test('in an empty list there is nothing to delete', async () => {
    open()
    type('zzz')
    await clock.advance(200)
    press(CTRL_X)
    expect(drawn().join('\n')).toContain('No conversation is found.')
    expect(hint()).toContain('Enter opens')
  })

  test('where the store fails it says so', async () => {
    open()
    store.close()
    press(CTRL_X, CTRL_X)
    await clock.advance(100)
    expect(problems).toHaveLength(1)
  })
})

describe('Ctrl-T', () => {
  test('edits the title; Enter gives it, and it can be found by it', () => {
    open()
    press('down', CTRL_T)
    expect(drawn().slice(0, 2)).toEqual([expect.stringMatching(/^Another title/), '› beta'])
    expect(hint()).toBe('Enter renames · Esc back')
    press('ctrl-u')
    type('delta')
    press('enter')
    expect(titles()).toEqual(['gamma', 'delta', 'alpha'])
    expect(drawn()[1]).toBe('› type to find one by its title or its text')
    expect(drawn().join('\n')).toContain('▸ delta')
    type('delt')
    expect(titles()).toEqual(['delta'])
    press('ctrl-u')
    type('beta')
    expect(titles()).toEqual([])
  })

  test('Esc leaves it as it was, with what was looked for', () => {
    open()
    type('bet')
    press(CTRL_T)
    type('!!!')
    press('escape')
    expect(overlay.isOpen).toBe(true)
    expect(drawn()[1]).toBe('› bet')
    expect(titles()).toEqual(['beta'])
  })

  test('a blank title is none: Enter waits for one', () => {
    open()
    press(CTRL_T, 'ctrl-u', 'enter')
    expect(drawn()[1]).toBe('› type its title')
    type(' ')
    press('enter')
    expect(hint()).toBe('Enter renames · Esc back')
    expect(store.conversations().map(({ title }) => title)).toContain('gamma')
  })
})

function present(): NonNullable<ReturnType<ScreenStore['snapshot']>['overlay']> {
  const { overlay: picker } = screen.snapshot()
  if (picker === undefined) throw new Error('no picker is open')
  return picker
}
