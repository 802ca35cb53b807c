import { headlessScreen } from '@speak-code/testkit/terminal'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { borderAt, borderBefore } from '../../terminal/graphemes.ts'
import { TypedLine, type Typed } from './typed-line.ts'

/** So many that nothing scrolls away. */
const ROWS = 100

async function shown(
  written: string,
  columns: number,
): Promise<{ rows: string[]; cursor: string }> {
  const screen = headlessScreen(columns, ROWS)
  await new Promise<void>((resolve) => {
    // The terminal's driver sends a carriage return with each line feed.
    screen.write(written.replaceAll('\n', '\r\n'), resolve)
  })
  const { active } = screen.buffer
  const rows = Array.from(
    { length: ROWS },
    (_, y) => active.getLine(y)?.translateToString(true).trimEnd() ?? '',
  )
  const cursor = `${active.cursorY}:${active.cursorX}`
  screen.dispose()
  return { rows: rows.join('\n').trimEnd().split('\n'), cursor }
}

const line = (columns: number, dumb = false): { line: TypedLine; output: () => string } => {
  let output = ''
  const write = (text: string): void => {
    output += text
  }
  return {
    line: new TypedLine({ prompt: 'You: ', columns: () => columns, write, dumb }),
    output: () => output,
  }
}

const at = (text: string, cursor = text.length): Typed => ({ text, cursor })

describe('the line that is typed', () => {
  test('whatever is typed, the terminal shows it as if it had been written at once', async () => {
    const piece = fc.constantFrom('a', ' b', 'word', '\n', '日', '👩‍👩‍👧', 'e\u0301')
    const edit = fc.record({
      kind: fc.constantFrom('append', 'insert', 'cut', 'move', 'back'),
      place: fc.nat(1000),
      text: fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
    })
    const seen = { wrapped: 0, inside: 0, deleted: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 12 }),
        fc.integer({ min: 8, max: 30 }),
        async (edits, columns) => {
          const { line: typed, output } = line(columns)
          let now = at('')
          typed.show(now)
          for (const { kind, place, text } of edits) {
            now = edited(now, kind, place, text)
            typed.change(now)
          }
          const once = line(columns)
          once.line.show(now)
          const screen = await shown(output(), columns)
          expect(screen).toEqual(await shown(once.output(), columns))
          // Below it nothing that was typed is left.
          typed.leave()
          const after = await shown(`${output()}next`, columns)
          expect(after.rows.at(-1)).toBe('next')
          if (screen.rows.length > 1) seen.wrapped += 1
          if (now.cursor < now.text.length) seen.inside += 1
          if (edits.some(({ kind }) => kind === 'back')) seen.deleted += 1
        },
      ),
      { numRuns: 300 },
    )
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(20)
  })

  test('what is typed at its end is written as it is, and deleted by going back', () => {
    const { line: typed, output } = line(80)
    for (const text of ['', 'H', 'Hi', 'Hi!', 'Hi'])
      typed[text === '' ? 'show' : 'change'](at(text))
    expect(output()).toBe('You: Hi!\b \b')
  })

  test('a dumb terminal gets no escape sequence; a change inside is written again on a new row', () => {
    const { line: typed, output } = line(80, true)
    typed.show(at('one'))
    typed.change(at('one', 0))
    typed.change(at('Xone', 1))
    typed.change(at('Xone two', 8))
    typed.change(at('Xone', 4))
    typed.leave()
    expect(output()).toBe('You: one\nYou: Xone\nYou: Xone two\b\b\b\b    \b\b\b\b\n')
  })
})

function edited({ text, cursor }: Typed, kind: string, place: number, piece: string): Typed {
  const border = borderAt(text, place % (text.length + 1))
  const before = text.slice(0, border) + piece
  switch (kind) {
    case 'append':
      return at(text + piece)
    case 'insert':
      return at(before + text.slice(border), before.length)
    case 'cut':
      return at(text.slice(0, border))
    case 'back':
      return at(text.slice(0, borderBefore(text, text.length)))
    default:
      return { text, cursor: border === text.length ? cursor : border }
  }
}
