/** `chat`: what the model is asked on each branch, in the real program with a real relay. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ask, ChatGround, submit } from './fixtures/chat-ground.ts'

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

/** The texts that the model got with its newest call. */
async function lastAsked(): Promise<readonly string[]> {
  const calls = await ground.upstream.calls()
  return JSON.stringify(calls.at(-1)?.body).match(/(?<="content":")[^"]*/g) ?? []
}

const says = (text: string): Promise<void> => ground.upstream.script({ deltas: { texts: [text] } })

test('retry, edit and branch: each call has the branch that is shown', async () => {
  const terminal = await ground.chat({ columns: 100, rows: 40 })
  await says('first answer')
  await ask(terminal, 'question one')
  await says('second answer')
  await ask(terminal, '/retry')
  expect(await lastAsked()).toEqual(['question one'])
  await submit(terminal, '/branch 1')
  await terminal.until((screen) => screen.scrollback.split('first answer').length === 3)
  await says('third answer')
  await ask(terminal, 'question two')
  expect(await lastAsked()).toEqual(['question one', 'first answer', 'question two'])
  await submit(terminal, '/edit')
  await terminal.until('stands in its place')
  await ask(terminal, ', changed')
  expect(await lastAsked()).toEqual(['question one', 'first answer', 'question two, changed'])
})

test('a fork, and a conversation that was compacted, go on from what they begin with', async () => {
  const terminal = await ground.chat({ columns: 100, rows: 40 })
  await says('the answer')
  await ask(terminal, 'question one')
  await submit(terminal, '/fork')
  await terminal.until('This is a copy of the conversation so far.')
  await ask(terminal, 'question two')
  expect(await lastAsked()).toEqual(['question one', 'the answer', 'question two'])
  await says('all in short')
  await ask(terminal, '/compact')
  await terminal.until('goes on from this summary')
  await ask(terminal, 'question three')
  expect(await lastAsked()).toEqual([expect.stringContaining('all in short'), 'question three'])
})

test('/compare: every model gets the question, and the next one follows the first answer', async () => {
  const terminal = await ground.chat({ columns: 100, rows: 40 })
  await says('the answer')
  await ask(terminal, 'question one')
  await submit(terminal, '/compare openai/gpt-y openai/gpt-z')
  await terminal.until(/gpt-z · \d+ tokens?/)
  const calls = await ground.upstream.calls()
  expect(
    new Set(calls.slice(1).map(({ body }) => JSON.stringify(body).match(/gpt-[yz]/)?.[0])),
  ).toEqual(new Set(['gpt-y', 'gpt-z']))
  await ask(terminal, 'question two')
  expect(await lastAsked()).toEqual(['question one', 'the answer', 'question two'])
})
