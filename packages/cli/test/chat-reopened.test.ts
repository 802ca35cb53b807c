/** Answers of conversations that are opened again: they look as they did when they streamed. */
import { tokensOf } from '@speak-code/testkit'
import { headlessScreen, type Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, ChatGround, submit } from './fixtures/chat-ground.ts'

const COLUMNS = 80
const ROWS = 30
const CODE = ['const answer = "forty" // two', 'export function half(n: number) { return n / 2 }']
const ANSWER = `Some code:\n\n\`\`\`ts\n${CODE.join('\n')}\n\`\`\`\n\nThat is all.`

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

/** The colour of each cell of the code, from the last place where it stands. */
async function coloursOf(terminal: Terminal): Promise<number[][]> {
  const screen = headlessScreen(COLUMNS, ROWS)
  await new Promise<void>((resolve) => {
    screen.write(terminal.output, resolve)
  })
  const { active } = screen.buffer
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y))
  const colours = CODE.map((code) => {
    const line = lines.findLast((each) => each?.translateToString().includes(code) === true)
    const from = line?.translateToString().indexOf(code) ?? 0
    return Array.from({ length: code.length }, (_, x) => line?.getCell(from + x)?.getFgColor() ?? 0)
  })
  screen.dispose()
  return colours
}

async function streamed(home: string): Promise<number[][]> {
  await ground.upstream.script({ deltas: { texts: tokensOf(ANSWER), perSecond: 60 } })
  const terminal = await ground.chat({ home, columns: COLUMNS, rows: ROWS })
  await ask(terminal, 'Code, please')
  const colours = await coloursOf(terminal)
  terminal.write('\u0004')
  await terminal.exit
  expect(new Set(colours.flat()).size).toBeGreaterThan(3)
  return colours
}

describe('an answer with code has the colours that it had when it streamed', () => {
  test('with -c', async () => {
    const home = ground.newFolder()
    const before = await streamed(home)
    const terminal = ground.start({ home, columns: COLUMNS, rows: ROWS, args: ['-c'] })
    await terminal.until('That is all.')
    expect(await coloursOf(terminal)).toEqual(before)
  })

  test('with /resume, what is said below it stays below', async () => {
    const home = ground.newFolder()
    const before = await streamed(home)
    const [id = ''] = await conversationIds(home)
    const terminal = await ground.chat({ home, columns: COLUMNS, rows: ROWS })
    await submit(terminal, `/resume ${id}`)
    await submit(terminal, '/stats')
    await terminal.until('That is all.')
    await terminal.until(/tokens/)
    expect(await coloursOf(terminal)).toEqual(before)
  })
})

/** Ids as `chat` tells them when it is left. */
async function conversationIds(home: string): Promise<string[]> {
  const terminal = ground.start({ home, columns: COLUMNS, rows: ROWS, args: ['-c'] })
  await terminal.until('That is all.')
  terminal.write('\u0004')
  await terminal.exit
  return [...terminal.scrollback.matchAll(/chat -r (\S+)/g)].map(([, id = '']) => id)
}
