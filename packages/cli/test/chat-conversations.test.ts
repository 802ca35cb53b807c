/** `chat`: what a conversation is when it is opened again, whatever ended the program before. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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
  const cwd = ground.newFolder()
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'notes.txt'), 'what the notes say')
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
