import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../terminal/graphemes.ts'
import { plainText, type StyledRow } from '../terminal/styled-row.ts'
import { prepareCode } from './code-languages.ts'
import { renderMarkdown } from './rendered-markdown.ts'
import { emptyMarkdown, grow, settle, tailOf, type Extent } from './streamed-markdown.ts'
import { cuts, markdownText, pieces, plainWordedText } from './testing/markdown-texts.ts'

/** An answer that streams: what is printed, and the open end. */
class Stream {
  readonly printed: StyledRow[] = []
  readonly #extent: Extent
  #state = emptyMarkdown()

  constructor(extent: Extent) {
    this.#extent = extent
  }

  get tail(): readonly StyledRow[] {
    return tailOf(this.#state, this.#extent)
  }

  /** Characters that are kept. */
  get kept(): number {
    return JSON.stringify(this.#state).length
  }

  /** Takes a piece; returns what it has printed. */
  push(piece: string): readonly StyledRow[] {
    const { state, rows } = grow(this.#state, piece, this.#extent)
    this.#state = state
    this.printed.push(...rows)
    return rows
  }

  end(): readonly StyledRow[] {
    return [...this.printed, ...settle(this.#state, this.#extent)]
  }
}

const texts = (rows: readonly StyledRow[]): string[] => rows.map(plainText)

/** All that is printed in the end. */
function streamed(source: string, extent: Extent, lengths: readonly number[] = [1]): string[] {
  const stream = new Stream(extent)
  for (const piece of pieces(source, lengths)) stream.push(piece)
  return texts(stream.end())
}

/** Texts are long, and each is rendered some hundred times. */
const RUNS = 60
const PATIENCE_MS = 60_000

const columns = fc.integer({ min: 20, max: 120 })
/** Fewer, and a link of a cell or two is printed before it is closed: see the exceptions. */
const tailRows = fc.integer({ min: 9, max: 40 })
const extents = fc.record({ columns, tailRows })

describe('the text that is committed equals what a full parse at the end would show', () => {
  test(
    'for any text, any cuts, any width from 20 columns, any room, with looks and without',
    () => {
      const tally = { all: 0, committed: 0, byLine: 0, nested: 0, marked: 0 }
      fc.assert(
        fc.property(markdownText, cuts, extents, fc.boolean(), (source, lengths, size, looks) => {
          const extent = { ...size, looks }
          const stream = new Stream(extent)
          for (const piece of pieces(source, lengths)) stream.push(piece)
          const printed = texts(stream.printed)
          tally.all += 1
          if (printed.length > 0) tally.committed += 1
          if (printed.length > 0 && !printed.includes('')) tally.byLine += 1
          if (printed.some((row) => /^(?: {2,}|│ ).*[•◦▪│]/.test(row))) tally.nested += 1
          if (!looks && printed.some((row) => /^#+ /.test(row))) tally.marked += 1
          expect(texts(stream.end())).toEqual(
            texts(renderMarkdown(source, size.columns, { looks })),
          )
        }),
        { numRuns: RUNS },
      )
      expect(tally.committed, JSON.stringify(tally)).toBeGreaterThan(tally.all / 3)
      expect(tally.byLine, JSON.stringify(tally)).toBeGreaterThan(0)
      expect(tally.marked, JSON.stringify(tally)).toBeGreaterThan(0)
      expect(tally.nested, JSON.stringify(tally)).toBeGreaterThan(tally.all / 20)
    },
    PATIENCE_MS,
  )

  test('in a single row of room too, for words without marks', () => {
    const plain = fc.array(fc.constantFrom('word', '日本語', 'C++', '\n\n', '\n', '- ', '\n- '), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(
        plain,
        cuts,
        columns,
        fc.integer({ min: 1, max: 8 }),
        (parts, lengths, width, room) => {
          const source = parts.join(' ').replaceAll(/\n +/g, '\n')
          const rows = streamed(source, { columns: width, tailRows: room }, lengths)
          expect(rows).toEqual(texts(renderMarkdown(source, width)))
        },
      ),
    )
  })

  test('what it keeps does not grow with the answer', () => {
    const sources = {
      paragraph: (index: number) => `word${index} `,
      code: (index: number) => (index === 0 ? '```ts\n' : `const a = ${index} /* b */\n`),
      list: (index: number) => `- item ${index}\n`,
      nested: (index: number) => (index === 0 ? '1. one\n' : `   - item ${index}\n`),
      table: (index: number) => (index === 0 ? '| a | b |\n|---|---|\n' : `| ${index} | c |\n`),
      quote: (index: number) => `> line ${index}\n`,
      line: (index: number) => (index === 0 ? '```\n' : 'x'.repeat(50)),
    }
    for (const [name, source] of Object.entries(sources)) {
      const stream = new Stream({ columns: 40, tailRows: 10 })
      const kept = Array.from({ length: 2000 }, (_, index) => {
        stream.push(source(index))
        return stream.kept
      })
      expect(Math.max(...kept.slice(1000)), name).toBeLessThan(
        Math.max(...kept.slice(0, 1000)) + 60,
      )
      expect(stream.printed.length, name).toBeGreaterThan(100)
    }
  })
})

describe('what only a later line reveals', () => {
  test('a setext heading: its text is a paragraph where it is printed before its line of dashes', () => {
    const source = `first ${'word '.repeat(30)}\nlast\n----\n`
    const whole = renderMarkdown(source, 20)
    const stream = new Stream({ columns: 20, tailRows: 2 })
    for (const piece of pieces(source, [1])) stream.push(piece)
    expect(texts(stream.end())).toEqual(texts(whole))
    expect(whole.flat().every(({ meaning }) => meaning === 'heading2')).toBe(true)
    expect(stream.printed[0]).toEqual([{ meaning: 'plain', text: 'first word word word' }])
    expect(stream.end().at(-1)).toEqual([{ meaning: 'heading2', text: 'last' }])
  })

  test('a link that is defined further down: it is printed as it is written', () => {
    const source = `[here][1] it is\n\nand\n\n[1]: https://example.com\n`
    expect(streamed(source, { columns: 60, tailRows: 5 })).toEqual(['[here][1] it is', '', 'and'])
    expect(texts(renderMarkdown(source, 60))).toEqual([
      'here (https://example.com) it is',
      '',
      'and',
    ])
    const before = '[1]: https://example.com\n\n[here][1]\n\nand [there][1]'
    expect(streamed(before, { columns: 60, tailRows: 1 })).toEqual([
      'here (https://example.com)',
      '',
      'and there (https://example.com)',
    ])
  })

  test('emphasis that is closed after a commit: both its marks are printed', () => {
    const source = `**${'bold '.repeat(10)}end** plain`
    const rows = streamed(source, { columns: 20, tailRows: 1 })
    expect(rows[0]).toBe('**bold bold bold')
    expect(rows.join(' ')).toBe(`**${'bold '.repeat(10)}end** plain`)
    expect(texts(renderMarkdown(source, 20)).join(' ')).toBe(`${'bold '.repeat(10)}end plain`)
  })

  test('emphasis that is closed before stays emphasis in all its rows', () => {
    const stream = new Stream({ columns: 20, tailRows: 4 })
    for (const piece of pieces(`**${'bold '.repeat(9)}end** ${'plain '.repeat(30)}`, [3])) {
      stream.push(piece)
    }
    expect(
      stream.printed
        .slice(0, 2)
        .flat()
        .map(({ meaning }) => meaning),
    ).toEqual(['strong', 'strong'])
  })

  test('a wider cell beyond the first screenful: the columns stay, and the cell is wrapped', () => {
    const rows = Array.from({ length: 6 }, () => '| ab | c |').join('\n')
    const source = `| h1 | h2 |\n|---|---|\n${rows}\n| wider cell | d |\n`
    expect(streamed(source, { columns: 40, tailRows: 5 }).slice(-6)).toEqual(
      ['ab │ c', 'wi │ d', 'de │', 'r  │', 'ce │', 'll │'].map((row) => row.replace(/│$/, '│ ')),
    )
    expect(texts(renderMarkdown(source, 40)).at(-1)).toBe('wider cell │ d')
  })
})

/** The pieces, cut between graphemes alone: one that is still arriving does change. */
function* wholeGraphemes(cut: Iterable<string>): Generator<string> {
  const segmenter = new Intl.Segmenter()
  let open = ''
  for (const piece of cut) {
    open += piece
    const last = [...segmenter.segment(open)].at(-1)?.index ?? 0
    if (last > 0) yield open.slice(0, last)
    open = open.slice(last)
  }
  yield open
}

describe('what cannot change is printed at once', () => {
  const ROOM: Extent = { columns: 40, tailRows: 30, looks: true }

  test('code commits line by line, once it has its colours', async () => {
    // No other test of this file may name this language: it is loaded once.
    expect(new Stream(ROOM).push('```rust\nlet a = 1\nlet b = 2\n')).toEqual([])
    await prepareCode('```rust\n')
    const stream = new Stream(ROOM)
    expect(texts(stream.push('```rust\nlet a = 1\n'))).toEqual(['rust'])
    expect(texts(stream.push('\nlet b'))).toEqual(['let a = 1', ''])
    expect(texts(stream.push(' = `\n'))).toEqual([])
    expect(texts(stream.push('end`\n```'))).toEqual(['let b = `'])
    expect(texts(stream.end())).toEqual(['rust', 'let a = 1', '', 'let b = `', 'end`'])
  })

  test('a list commits item by item', () => {
    const stream = new Stream(ROOM)
    expect(texts(stream.push('- one\n- two'))).toEqual(['• one'])
    expect(texts(stream.push('\n  - inside\n\n- three, '))).toEqual(['• two', '  ◦ inside'])
    expect(texts(stream.push('and more'))).toEqual([])
    expect(texts(stream.end())).toEqual(['• one', '• two', '  ◦ inside', '', '• three, and more'])
  })

  test('indented code waits, for its empty lines may be no part of it', () => {
    const stream = new Stream(ROOM)
    expect(texts(stream.push('    let a\n    let b\n'))).toEqual([])
  })
})

describe('the open end', () => {
  test(
    'no line that was shown changes or disappears when it is committed',
    () => {
      fc.assert(
        fc.property(plainWordedText, cuts, columns, tailRows, (text, lengths, width, room) => {
          // An entity is shown as typed until its semicolon is there.
          const source = text.replaceAll(/&[#\w]+;/g, 'and')
          const stream = new Stream({ columns: width, tailRows: room })
          let shown: readonly string[] = []
          for (const piece of wholeGraphemes(pieces(source, lengths))) {
            const committed = texts(stream.push(piece))
            // The last row is the one that grows.
            const common = Math.max(0, Math.min(committed.length, shown.length - 1))
            expect(committed.slice(0, common)).toEqual(shown.slice(0, common))
            shown = texts(stream.tail)
            expect(shown.length).toBeLessThanOrEqual(room)
          }
        }),
        { numRuns: RUNS },
      )
    },
    PATIENCE_MS,
  )

  test.each([
    ['a list’s marker', 'Text\n\n-', ['Text']],
    ['a line of dashes under a text', 'Text\n--', ['Text']],
    ['a fence', 'Text\n\n```ts', ['Text']],
    ['a number', 'Text\n\n12.', ['Text']],
    ['the head of a table', 'Text\n\n| a | b |\n|--', ['Text']],
    ['a heading’s marks', 'Text\n\n##', ['Text']],
    ['a task’s box', '- [x] one\n- [', ['• [x] one']],
  ])('what may still become a block’s marker is not shown: %s', (_, source, rows) => {
    const stream = new Stream({ columns: 40, tailRows: 10 })
    for (const piece of pieces(source, [1])) stream.push(piece)
    expect([...texts(stream.printed), ...texts(stream.tail)].filter((row) => row !== '')).toEqual(
      rows,
    )
  })

  test.each([
    ['before its line feed', '\\', ['one two']],
    ['after it', '\\\n', ['one two']],
    ['in a quote', '\\\n> ', ['one two']],
    ['that is escaped', '\\\\', ['one', 'two\\']],
    ['that a text follows', '\\\nmore', ['one two', 'more']],
  ])('a backslash that may become a line break is not shown: %s', (_, ending, rows) => {
    const stream = new Stream({ columns: 7, tailRows: 10 })
    stream.push(`one two${ending}`)
    expect(texts(stream.tail)).toEqual(rows)
  })

  test('a resize in mid-stream loses no word', () => {
    const source = Array.from({ length: 300 }, (_, index) => `w${index}`).join(' ')
    const { state, rows } = grow(emptyMarkdown(), source.slice(0, 900), {
      columns: 80,
      tailRows: 4,
    })
    const narrow = grow(state, source.slice(900), { columns: 30, tailRows: 4 })
    const all = [...rows, ...narrow.rows, ...settle(narrow.state, { columns: 30, tailRows: 4 })]
    expect(texts(all).join(' ')).toBe(source)
  })
})

test('every row fits, and no two blank rows follow each other outside code', () => {
  fc.assert(
    fc.property(markdownText, columns, (source, width) => {
      const rows = texts(renderMarkdown(source, width))
      for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width)
      expect(rows[0]?.trim()).not.toBe('')
      expect(rows.at(-1)?.trim()).not.toBe('')
      const isCode = /`{3}|~{3}| {4}/.test(source)
      expect(isCode || !/\n\n\n/.test(rows.join('\n'))).toBe(true)
    }),
  )
})

test('raw text of a model becomes harmless before it becomes a row', () => {
  const source = 'a\u001b[31mb &#27;[2J `\u001b]0;x\u0007` \ufdd0 [x](https://a.io/\u009b) &#x9b;'
  const rows = [
    ...streamed(source, { columns: 80, tailRows: 5 }, [2]),
    ...texts(renderMarkdown(source, 80)),
  ]
  expect(rows.join('')).not.toMatch(/\p{Cc}/u)
  expect(rows[0]).toContain('a␛[31mb ␛[2J ␛]0;x␇')
})
