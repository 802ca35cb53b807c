/** `chat`: what a conversation is when it is opened again, whatever ended the program before. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { pathsOf } from '../src/paths.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { ask, ChatGround, submit, TYPING, type } from './fixtures/chat-ground.ts'

const UP = '\u001b[A'
const HEADER = /^● .*$/m

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

const says = (...texts: readonly string[]): Promise<void> =>
  ground.upstream.script(texts.map((text) => ({ deltas: { texts: [text] } })))

/** A new folder with one file. */
function folderWith(name: string, text: string): string {
  const folder = ground.newFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), text)
  return folder
}

/** The draft of the conversation that has not begun, and the names of its files. */
function draftIn(home: string): [string, string[]] {
  const store = openLocalStore(pathsOf({ SPEAK_CODE_HOME: home }).history)
  try {
    return [store.draft(null), store.attached(null).map(({ name }) => name)]
  } finally {
    store.close()
  }
}

/** The texts that the model got with its newest call. */
async function lastAsked(): Promise<readonly string[]> {
  const calls = await ground.upstream.calls()
  return JSON.stringify(calls.at(-1)?.body).match(/(?<="content":")[^"]*/g) ?? []
}

test('L7: /branch N, kill -9: the branch that was gone to is the one that is opened again', async () => {
  const home = ground.newFolder()
  await says('first answer', 'second answer', 'third answer')
  const terminal = await ground.chat({ home, columns: 100, rows: 40 })
  await ask(terminal, 'question one')
  await ask(terminal, '/retry')
  await submit(terminal, '/branch 1')
  await terminal.until((screen) => screen.scrollback.split('first answer').length === 3)
  terminal.kill('SIGKILL')
  await terminal.exit
  const again = await ground.chat({ home, columns: 100, rows: 40, args: ['-c'] })
  await again.until('first answer')
  expect(again.scrollback).not.toContain('second answer')
  await ask(again, 'question two')
  expect(await lastAsked()).toEqual(['question one', 'first answer', 'question two'])
})

test('L7: what is typed during /compact outlives kill -9, and follows the summary', async () => {
  const home = ground.newFolder()
  await ground.upstream.script([
    { deltas: { texts: ['the answer'] } },
    { before: [{ gate: 'summary' }], deltas: { texts: ['all in short'] } },
    { deltas: { texts: ['second answer'] } },
  ])
  const terminal = await ground.chat({ home, columns: 100, rows: 40 })
  await ask(terminal, 'question one')
  await submit(terminal, '/compact')
  await terminal.until(TYPING)
  await submit(terminal, 'question two')
  await terminal.until('question two')
  terminal.kill('SIGKILL')
  await terminal.exit
  await ground.upstream.open('summary')
  const again = await ground.chat({ home, columns: 100, rows: 40, args: ['-c'] })
  await again.until('second answer')
  expect(await lastAsked()).toEqual([expect.stringContaining('all in short'), 'question two'])
})

test('↑ takes a queued question back with the file that /file attached to it', async () => {
  const cwd = folderWith('notes.txt', 'what the notes say')
  await ground.upstream.script([
    { before: [{ gate: 'first' }], deltas: { texts: ['first answer'] } },
    { deltas: { texts: ['second answer'] } },
  ])
  const terminal = await ground.chat({ columns: 100, rows: 40, cwd })
  await submit(terminal, 'question one')
  await terminal.until(TYPING)
  await submit(terminal, '/file notes.txt')
  await terminal.until('with notes.txt')
  await submit(terminal, 'question two')
  await terminal.until((screen) => !screen.text.includes('with notes.txt'))
  terminal.write(UP)
  await terminal.until('with notes.txt')
  await terminal.until((screen) => screen.beforeCursor.endsWith('question two'))
  await type(terminal, ' again')
  terminal.write('\r')
  await ground.upstream.open('first')
  await terminal.until('second answer')
  expect((await lastAsked()).at(-1)).toBe(
    String.raw`notes.txt\nwhat the notes say\n\nquestion two again`,
  )
})

test('L7: kill -9: a draft has its files again, which are read when it is sent, from any folder', async () => {
  const home = ground.newFolder()
  const cwd = folderWith('notes.txt', 'as attached')
  await says('the answer')
  const terminal = await ground.chat({ home, columns: 100, rows: 40, cwd })
  await submit(terminal, '/file notes.txt')
  await terminal.until('with notes.txt')
  await type(terminal, 'not sent yet')
  await expect.poll(() => draftIn(home)).toEqual(['not sent yet', ['notes.txt']])
  terminal.kill('SIGKILL')
  await terminal.exit
  writeFileSync(join(cwd, 'notes.txt'), 'as sent')
  const again = await ground.chat({ home, columns: 100, rows: 40 })
  await again.until('with notes.txt')
  await again.until((screen) => screen.beforeCursor.endsWith('not sent yet'))
  again.write('\r')
  await again.until('the answer')
  expect(again.text).not.toContain('with notes.txt')
  expect(await lastAsked()).toEqual([String.raw`notes.txt\nas sent\n\nnot sent yet`])
})

test('-f goes with the prompt of the command line; what is attached to a draft stays with that', async () => {
  const home = ground.newFolder()
  const cwd = folderWith('notes.txt', 'of the draft')
  writeFileSync(join(cwd, 'more.txt'), 'of the prompt')
  await says('the answer')
  const terminal = await ground.chat({
    home,
    columns: 100,
    rows: 40,
    cwd,
    args: ['-f', 'notes.txt'],
  })
  await terminal.until('with notes.txt')
  await expect.poll(() => draftIn(home)).toEqual(['', ['notes.txt']])
  terminal.kill('SIGKILL')
  await terminal.exit
  const args = ['-f', 'more.txt', 'a', 'prompt']
  const again = await ground.chat({ home, columns: 100, rows: 40, cwd, args })
  await again.until('the answer')
  expect(again.text).toContain('with notes.txt')
  expect(await lastAsked()).toEqual([String.raw`more.txt\nof the prompt\n\na prompt`])
})

test('a file that is gone when its question is sent: it is said, and nothing is lost', async () => {
  const cwd = folderWith('notes.txt', 'soon gone')
  const terminal = await ground.chat({ columns: 100, rows: 40, cwd })
  await submit(terminal, '/file notes.txt')
  await terminal.until('with notes.txt')
  rmSync(join(cwd, 'notes.txt'))
  await type(terminal, 'a question')
  terminal.write('\r')
  await terminal.until('notes.txt cannot be read: there is no such file')
  await terminal.until('with notes.txt')
  await terminal.until((screen) => screen.beforeCursor.endsWith('a question'))
  expect(await ground.upstream.calls()).toEqual([])
})

test('L7: kill -9: a queued question is as it was typed, and ↑ takes it back with its file', async () => {
  const home = ground.newFolder()
  const cwd = folderWith('notes.txt', 'what the notes say')
  await ground.upstream.script([
    { before: [{ gate: 'first' }], deltas: { texts: ['first answer'] } },
    { deltas: { texts: ['second answer'] } },
  ])
  const terminal = await ground.chat({ home, columns: 100, rows: 40, cwd })
  await submit(terminal, 'question one')
  await terminal.until(TYPING)
  await submit(terminal, '/file notes.txt')
  await terminal.until('with notes.txt')
  await submit(terminal, 'question two')
  await terminal.until((screen) => !screen.text.includes('with notes.txt'))
  await terminal.until('question two')
  terminal.kill('SIGKILL')
  await terminal.exit
  const again = await ground.chat({ home, columns: 100, rows: 40, args: ['-c'] })
  await again.until('question two')
  expect(again.text).not.toContain('what the notes say')
  again.write(UP)
  await again.until('with notes.txt')
  await again.until((screen) => screen.beforeCursor.endsWith('question two'))
  await ground.upstream.open('first')
  await again.until('first answer')
})

test('the header has the title of the open conversation, after /rename, /fork and /new too', async () => {
  await says('the answer')
  const terminal = await ground.chat({ columns: 140, rows: 40 })
  const header = (): string => HEADER.exec(terminal.text)?.[0] ?? ''
  await ask(terminal, 'question one')
  expect(header()).toMatch(/ · question one$/)
  await submit(terminal, '/rename A better title')
  await terminal.until(/^● .* · A better title$/m)
  await submit(terminal, '/fork')
  await terminal.until(/^● .* · A better title \(fork\)$/m)
  await submit(terminal, '/new')
  await terminal.until('A new conversation.')
  expect(header()).not.toContain('A better title')
})
