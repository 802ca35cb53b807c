/** More rows in one frame than the screen has: what a busy machine brings. Judged after every escape sequence. */
import { SAMPLE_ANSWER } from '@speak-code/testkit'
import { FlickerJudge, type FlickerReport } from '@speak-code/testkit/terminal'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainText, row, type StyledRow } from '../../terminal/styled-row.ts'
import { createPainter } from '../../terminal/theme.ts'
import { grow, liveAnswer, settle, tailOf, type Extent, type LiveAnswer } from '../live-answer.ts'
import { tailRows } from '../screen-plan.ts'
import { Compositor, type Size } from './compositor.ts'
import { ComposedScreen } from './testing/composed-screen.ts'

const painter = createPainter(true)
const FIXED = [
  '',
  painter.paint('good', '● Connected') + painter.paint('hint', ' · relay · demo/demo'),
  painter.paint('prompt', '› ') + painter.paint('hint', 'Ask anything'),
  painter.paint('hint', '  Esc stops · 12 tokens'),
]

/** Markdown of every kind, as long as it has to be, whose lines can be told apart. */
function answerOf(rows: number): string {
  const parts = Array.from(
    { length: Math.ceil(rows / 12) },
    (_, part) => `
## Part ${part}

A paragraph ${part} with *emphasis*, \`code ${part}\` and 日本語 👍🏽 ${'that goes on '.repeat(part % 9)}to its end.

- item ${part}
  - [ ] nested ${part}

\`\`\`ts
export function part${part}(): number {
      return ${part} // indented

}
\`\`\`

> quoted ${part}
`,
  )
  return SAMPLE_ANSWER + parts.join('\n')
}

/** A seeded sequence in [0, 1). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Synchronized output. */
const BEGIN = '\u001b[?2026h'
const END = '\u001b[?2026l'

class Chat {
  readonly judge: FlickerJudge
  readonly #size: Size
  readonly #compositor: Compositor
  readonly #printed: StyledRow[] = []
  #taken = 0
  #live: LiveAnswer = liveAnswer(0)
  #isOpen = true
  #written = ''
  #at = 0

  constructor(size: Size) {
    this.#size = size
    this.judge = new FlickerJudge(size.columns, size.rows)
    this.#compositor = new Compositor({
      answer: () => {
        const printed = this.#printed.slice(this.#taken)
        this.#taken = this.#printed.length
        return { printed, tail: this.#tail(), news: this.#news(), isOpen: this.#isOpen }
      },
      paint: { painter, links: false },
      write: (text) => {
        this.#written += text
      },
      size,
      reflow: { wraps: true, keepsCursor: false },
    })
    this.#compositor.standIn({ rows: FIXED, x: 2, y: 2, isCursorShown: true })
  }

  /** Rows that are printed and not drawn. */
  get waiting(): number {
    return this.#printed.length - this.#taken
  }

  take(delta: string): void {
    const { live, rows } = grow(this.#live, delta, 'text', this.#extent)
    this.#live = live
    this.#printed.push(...rows)
  }

  end(): void {
    this.#printed.push(...settle(this.#live, this.#extent))
    this.#isOpen = false
  }

  /** As a terminal without synchronized output takes it. Returns the bytes written. */
  async draw(): Promise<number> {
    this.#compositor.flush()
    const written = this.#written.replaceAll(BEGIN, '').replaceAll(END, '')
    this.#written = ''
    this.#at += 33
    await this.judge.write(written, this.#at)
    return Buffer.byteLength(written)
  }

  expected(): string[] {
    const open = this.#isOpen ? [...this.#tail(), ...this.#news()] : []
    return [...this.#printed, ...open].map((each) => plainText(each).trimEnd())
  }

  get #extent(): Extent {
    const { columns, rows } = this.#size
    return { columns, tailRows: tailRows(rows), showReasoning: false, clickableLinks: false }
  }

  #tail(): readonly StyledRow[] {
    return this.#isOpen ? tailOf(this.#live, this.#extent) : []
  }

  #news(): readonly StyledRow[] {
    return this.#isOpen ? [row('indicator', '●●●')] : []
  }
}

/** Streams an answer in gulps of about so many rows, `size()` at a time. */
async function streamed(
  size: Size,
  rows: number,
  gulp: () => number,
): Promise<{ report: FlickerReport; expected: string[]; gulps: number }> {
  const chat = new Chat(size)
  const pieces = answerOf(rows).match(/[^]{1,5}/gu) ?? []
  let gulps = 0
  let wanted = gulp()
  for (const piece of pieces) {
    chat.take(piece)
    if (chat.waiting < wanted) continue
    if (chat.waiting > size.rows) gulps += 1
    // oxlint-disable-next-line no-await-in-loop -- one frame after the other
    await chat.draw()
    wanted = gulp()
  }
  chat.end()
  await chat.draw()
  const report = chat.judge.report()
  chat.judge.dispose()
  return { report, expected: chat.expected(), gulps }
}

/** All rows above the fixed ones. */
function shownOf({ lines }: FlickerReport): string[] {
  const rows = lines.map((line) => line.trimEnd())
  return rows.slice(0, rows.findLastIndex((text) => text !== '') + 1 - FIXED.length)
}

function judge({ report, expected }: { report: FlickerReport; expected: readonly string[] }): void {
  const { blankedLines, clears, examples } = report
  const found = blankedLines + clears > 0 ? examples : []
  expect({ blankedLines, clears, found }).toEqual({ blankedLines: 0, clears: 0, found: [] })
  expect(shownOf(report)).toEqual(expected)
}

const SIZES = [40, 80, 200].flatMap((columns) => [10, 24, 30].map((rows) => ({ columns, rows })))

describe('several screenfuls in one frame: no row goes blank and comes back, and the scrollback has each once, in order', () => {
  test.each(SIZES)('at $columns × $rows', async (size) => {
    const next = random(size.columns * size.rows)
    const result = await streamed(size, size.rows * 20, () =>
      next() < 0.5 ? next() * 3 : size.rows * (1 + next() * 4),
    )
    expect(result.gulps).toBeGreaterThan(3)
    judge(result)
  })

  test('whatever the size of the terminal and of the gulps', { timeout: 60_000 }, async () => {
    const seen = { runs: 0, gulps: 0, low: 0, narrow: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 40, max: 120 }),
        fc.integer({ min: 8, max: 40 }),
        fc.array(fc.oneof(fc.integer({ max: 3, min: 0 }), fc.integer({ max: 120, min: 4 })), {
          minLength: 2,
          maxLength: 8,
        }),
        async (columns, rows, sizes) => {
          let at = 0
          const result = await streamed(
            { columns, rows },
            120,
            () => sizes[at++ % sizes.length] ?? 0,
          )
          seen.runs += 1
          seen.gulps += result.gulps
          seen.low += rows < 14 ? 1 : 0
          seen.narrow += columns < 60 ? 1 : 0
          judge(result)
        },
      ),
      { numRuns: 30 },
    )
    process.stdout.write(`gulps of the compositor’s property: ${JSON.stringify(seen)}\n`)
    expect(seen.gulps).toBeGreaterThan(seen.runs)
    expect(Math.min(seen.low, seen.narrow)).toBeGreaterThan(0)
  })

  test.each(SIZES)(
    'at $columns × $rows the open end and what stands below it can be read after every escape sequence',
    async ({ columns, rows }) => {
      const composed = new ComposedScreen(columns, rows)
      composed.tail = ['the open end']
      composed.news = ['●●●']
      const live = ['the open end', '●●●', '● Connected', '› Ask anything', '  Esc stops']
      composed.draw(live.slice(2), { x: 2, y: 1 })
      await composed.flush()
      composed.print(...Array.from({ length: rows * 4 }, (_, y) => (y % 5 === 3 ? '' : `row ${y}`)))
      const missing = new Set<string>()
      await composed.flush(() => {
        const shown = new Set(composed.screen.visible())
        for (const text of live) if (!shown.has(text)) missing.add(text)
      })
      expect([...missing]).toEqual([])
      expect(composed.screen.rows()).toEqual(composed.expected())
    },
  )
})
