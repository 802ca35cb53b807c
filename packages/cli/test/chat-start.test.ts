/** The first moments of `chat`, in the real program: what is typed before, and while, there is anything on the screen. */
import { setTimeout } from 'node:timers/promises'
import { judgeFlicker } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ChatGround, type } from './fixtures/chat-ground.ts'

const ENTER = '\r'
/** Ink asks the terminal for its keyboard protocol when it begins to draw. */
const INK_BEGINS = '\u001b[?u'

let ground: ChatGround
beforeAll(async () => {
  ground = await ChatGround.open()
})
afterEach(() => ground.clean())
afterAll(() => ground.close())

const copiesOf = (text: string, part: string): number => text.split(part).length - 1

describe('what is typed before there is anything on the screen', () => {
  test('is in the composer once, and nowhere else', async () => {
    const terminal = ground.start()
    terminal.write('early words')
    expect(terminal.output).toBe('')
    await terminal.until((screen) => screen.beforeCursor === '› early words')
    await type(terminal, '!')
    await terminal.until(() => terminal.output.includes(INK_BEGINS))
    await terminal.until('Connected')
    expect(copiesOf(terminal.scrollback, 'early words')).toBe(1)
    expect(terminal.beforeCursor).toBe('› early words!')
  })

  test('is sent where it ends with Enter', async () => {
    await ground.upstream.script({ deltas: { texts: ['an early answer'] } })
    const terminal = ground.start()
    terminal.write(`early question${ENTER}`)
    await terminal.until('an early answer')
    const { calls } = await ground.upstream.until((record) => record.calls.length === 1)
    expect(calls[0]?.body).toMatchObject({
      messages: [{ role: 'user', content: 'early question' }],
    })
    expect(copiesOf(terminal.scrollback, '› early question')).toBe(1)
    // The terminal’s own echo is gone: what is left is the question and the conversation’s title.
    expect(terminal.scrollback.trimStart()).toMatch(/^speak-code /)
  })

  test('keeps its order with what is typed from then on, letter by letter', async () => {
    const text = 'the quick brown fox jumps over the lazy dog'
    const terminal = ground.start()
    for (const letter of text) {
      terminal.write(letter)
      // oxlint-disable-next-line no-await-in-loop -- letters fall on every moment of the start
      await setTimeout(7)
    }
    await terminal.until((screen) => screen.beforeCursor === `› ${text}`)
    expect(copiesOf(terminal.scrollback, 'lazy dog')).toBe(1)
  })

  test('leaves nothing of an earlier row behind where it filled more than one', async () => {
    const terminal = ground.start({ columns: 40 })
    terminal.write('x'.repeat(70))
    await terminal.until((screen) => screen.scrollback.includes('Connected'))
    const drawn = terminal.scrollback.match(/x/g) ?? []
    expect(drawn).toHaveLength(70)
  })
})

test('Ink takes the screen over without a line that goes blank, a clear or a changed row', async () => {
  const terminal = await ground.chat()
  await terminal.until(() => terminal.output.includes(INK_BEGINS))
  await type(terminal, 'after')
  const { blankedLines, clears, examples } = await judgeFlicker(terminal.recording)
  expect({ blankedLines, clears, examples }).toEqual({ blankedLines: 0, clears: 0, examples: [] })
  expect(copiesOf(terminal.scrollback, 'Connected')).toBe(1)
})

test('pastes are marked, and keys read, from the first frame on', async () => {
  const terminal = ground.start()
  await terminal.until('›')
  const firstFrame = terminal.output.indexOf('›')
  const marks = terminal.output.indexOf('\u001b[?2004h')
  expect(marks).toBeGreaterThanOrEqual(0)
  expect(marks).toBeLessThan(firstFrame)
  terminal.write('\u001b[200~one\ntwo\n\u001b[201~')
  await terminal.until('two')
  expect(await ground.upstream.calls()).toHaveLength(0)
})

test('who leaves before Ink is there finds the terminal as it was', async () => {
  const terminal = ground.start()
  await terminal.until('›')
  terminal.write('\u0004')
  expect(await terminal.exit).toMatchObject({ exitCode: 0 })
  expect(terminal.output.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
    terminal.output.lastIndexOf('\u001b[?2004h'),
  )
  expect(terminal.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(
    terminal.output.lastIndexOf('\u001b[?25l'),
  )
  expect(terminal.text).not.toContain('›')
})
