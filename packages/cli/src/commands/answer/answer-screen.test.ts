import { FlickerJudge, headlessScreen, linesOf } from '@speak-code/testkit/terminal'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText, row, type StyledRow } from '../../terminal/styled-row.ts'
import { AnswerScreen } from './answer-screen.ts'

/** What the screen writes, with the line feeds of a terminal that is not raw. */
function screenOf(write: (text: string) => void, env: NodeJS.ProcessEnv = {}): AnswerScreen {
  return new AnswerScreen({
    write: (text) => write(text.replaceAll('\n', '\r\n')),
    text: plainText,
    env,
  })
}

const rowsOf = (...texts: readonly string[]): StyledRow[] => texts.map((text) => row('plain', text))

test('rows are printed once, and the open end is drawn over without a row that blinks', async () => {
  const step = fc.record({
    printed: fc
      .array(fc.constantFrom('', 'printed', '日本語', 'x'.repeat(20)), { maxLength: 3 })
      // A screen of nothing but empty rows would look cleared when the open end goes.
      .map((rows) => (rows.every((one) => one === '') ? rows.map(() => 'printed') : rows)),
    tail: fc.array(fc.constantFrom('', 'open', 'open end', 'y'.repeat(20)), { maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const judge = new FlickerJudge(20, 8)
      const writes = ['$ ask\r\n']
      const screen = screenOf((text) => writes.push(text))
      for (const { printed, tail } of steps) screen.draw(rowsOf(...printed), rowsOf(...tail), 20)
      for (const text of writes) await judge.write(text, 0)
      const report = judge.report()
      judge.dispose()
      const expected = [
        '$ ask',
        ...steps.flatMap(({ printed }) => printed),
        ...(steps.at(-1)?.tail ?? []),
      ]
      expect(report.lines.join('\n').trimEnd()).toBe(expected.join('\n').trimEnd())
      expect(report.clears).toBe(0)
    }),
    { numRuns: 50 },
  )
})

test('a row that stays is not written again when it is committed', () => {
  const writes: string[] = []
  const screen = screenOf((text) => writes.push(text))
  screen.draw([], rowsOf('first row', 'second'), 40)
  screen.draw(rowsOf('first row'), rowsOf('second row'), 40)
  expect(writes.at(-1)).not.toContain('first')
  expect(writes.at(-1)).toContain('second row')
  screen.draw([], rowsOf('second row'), 40)
  expect(writes).toHaveLength(2)
})

test('a terminal that became narrower has broken the rows: they are drawn anew, and nothing stays of the old', async () => {
  const terminal = headlessScreen(30, 10)
  const pending: Promise<void>[] = []
  const screen = screenOf((text) => {
    pending.push(new Promise((resolve) => terminal.write(text, resolve)))
  })
  screen.draw(rowsOf('printed'), rowsOf('a row of thirty cells, nearly', 'and one'), 30)
  await Promise.all(pending)
  terminal.resize(20, 10)
  screen.draw([], rowsOf('a row of thirty', 'cells, nearly', 'and one more'), 20)
  await Promise.all(pending)
  const lines = linesOf(terminal, 0, terminal.buffer.active.length)
  terminal.dispose()
  expect(lines.join('\n').trimEnd()).toBe('printed\na row of thirty\ncells, nearly\nand one more')
})
