import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../terminal/graphemes.ts'
import { rowsOf } from '../../terminal/wrap.ts'
import { ComposedScreen } from './testing/composed-screen.ts'

const FIXED = ['●●● 3 s', '● Connected · relay', '› Ask anything', '  Esc stops']
const CARET = { x: 2, y: 2 }

async function opened(columns = 40, rows = 12): Promise<ComposedScreen> {
  const composed = new ComposedScreen(columns, rows)
  composed.draw(FIXED, CARET)
  await composed.flush()
  return composed
}

describe('what reaches the terminal', () => {
  test('printed rows, the open end and Ink’s frame stand below each other, the cursor where Ink has it', async () => {
    const composed = await opened()
    composed.print('one', 'two')
    composed.tail = ['three', 'fo']
    composed.news = ['4 s']
    await composed.flush()
    expect(composed.screen.rows()).toEqual(['one', 'two', 'three', 'fo', '4 s', ...FIXED])
    expect(composed.screen.cursor).toEqual({ x: 2, y: 7 })
  })

  test('a letter more costs a letter and the frame around it', async () => {
    const composed = await opened()
    composed.tail = ['a paragraph that']
    await composed.flush()
    composed.tail = ['a paragraph that grows']
    const written = await composed.flush()
    expect(written).toContain('grows')
    expect(written).not.toContain('paragraph')
    expect(Buffer.byteLength(written)).toBeLessThan(70)
  })

  test('a space is written, for cells that were skipped are none when the row is copied', async () => {
    const composed = await opened()
    composed.tail = ['one']
    await composed.flush()
    composed.tail = ['one two']
    expect(await composed.flush()).toContain(' two')
  })

  test('nothing is written where nothing has changed', async () => {
    const composed = await opened()
    composed.draw(FIXED, CARET)
    expect(await composed.flush()).toBe('')
  })

  test('rows of the open end are printed where they stand, without being written again', async () => {
    const composed = await opened()
    composed.tail = ['first row', 'second row', 'third']
    await composed.flush()
    composed.print('first row', 'second row')
    composed.tail = ['third']
    expect(await composed.flush()).toBe('')
    composed.tail = ['third row']
    expect(await composed.flush()).not.toContain('first')
    expect(composed.screen.rows()).toEqual(composed.expected())
  })

  test('more than a screenful goes to the scrollback, once', async () => {
    const composed = await opened(40, 10)
    composed.print(...Array.from({ length: 100 }, (_, line) => `line ${line}`))
    composed.tail = ['open']
    await composed.flush()
    expect(composed.screen.rows()).toEqual(composed.expected())
    expect(composed.screen.blinks).toEqual([])
  })

  test('what stands below an open end that gets shorter stays in its place', async () => {
    const composed = await opened()
    composed.tail = ['[a link](https://example.org/', 'long)']
    await composed.flush()
    composed.tail = ['a link']
    await composed.flush()
    expect(composed.screen.rows()).toEqual(['a link', '', ...FIXED])
    composed.tail = []
    composed.print('a link')
    composed.isOpen = false
    await composed.flush()
    expect(composed.screen.rows()).toEqual(['a link', ...FIXED])
  })

  test('behind a glyph that terminals measure differently the rest of the row is written in one go', async () => {
    const composed = await opened()
    composed.tail = ['a 👩‍👩‍👧 family']
    await composed.flush()
    composed.tail = ['a 👩‍👩‍👧 family of three']
    expect(await composed.flush()).toContain('👩‍👩‍👧 family of three')
    composed.tail = ['日本 and e\u0301']
    await composed.flush()
    composed.tail = ['日本 and e\u0301 more']
    expect(await composed.flush()).not.toContain('日本')
    expect(composed.screen.rows()).toEqual(composed.expected())
  })

  test('what is no frame goes through as it is', async () => {
    const composed = await opened()
    composed.compositor.ink('\u001b[?2004h')
    composed.compositor.ink('\u001b[>1u\u001b[?u')
    expect(await composed.flush()).toBe('\u001b[?2004h\u001b[>1u\u001b[?u')
  })

  test('released, it leaves a clean row and writes nothing; resumed, it draws again', async () => {
    const composed = await opened()
    composed.print('said')
    composed.tail = ['open']
    await composed.flush()
    composed.compositor.release()
    await composed.flush()
    expect(composed.screen.rows()).toEqual(['said'])
    expect(composed.screen.cursor).toEqual({ x: 0, y: 1 })
    await composed.screen.write('of another program\r\n')
    composed.print('said meanwhile')
    expect(await composed.flush()).toBe('')
    composed.compositor.resume()
    composed.printed.splice(1, 0, 'of another program')
    const fresh = composed.fixed
    composed.forgetInk()
    composed.draw(fresh, CARET)
    await composed.flush()
    expect(composed.screen.rows()).toEqual(composed.expected())
  })

  test('closed, nothing but what is printed stays, with the cursor below it', async () => {
    const composed = await opened()
    composed.print('said')
    composed.tail = ['open']
    await composed.flush()
    composed.compositor.close()
    const written = await composed.flush()
    expect(written).toContain('\u001b[?25h')
    expect(written.lastIndexOf('\u001b[?7h')).toBeGreaterThan(written.lastIndexOf('\u001b[?7l'))
    expect(composed.screen.rows()).toEqual(['said'])
    expect(composed.screen.cursor).toEqual({ x: 0, y: 1 })
  })
})

type Step =
  | { readonly type: 'print'; readonly count: number }
  | { readonly type: 'grow'; readonly words: readonly string[] }
  | { readonly type: 'commit'; readonly count: number }
  | { readonly type: 'frame'; readonly height: number }
  | { readonly type: 'resize'; readonly columns?: number; readonly rows?: number }

const words = fc.array(
  fc.constantFrom('word', 'a', '日本語', '👍🏽', '🇩🇪', 'e\u0301', 'some longer words', '#'),
  { maxLength: 6 },
)
const drawing: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('print' as const), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ type: fc.constant('grow' as const), words }),
  fc.record({ type: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ type: fc.constant('frame' as const), height: fc.integer({ min: 1, max: 5 }) }),
)
/** The other one stays as it is. */
const resizing: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('resize' as const),
    columns: fc.constantFrom(40, 60, 80, 120, 200),
  }),
  fc.record({ type: fc.constant('resize' as const), rows: fc.integer({ min: 10, max: 50 }) }),
)

/** Rows that can be told apart. */
class Model {
  readonly composed: ComposedScreen
  columns: number
  rows: number
  #number = 0
  #height = FIXED.length

  constructor(composed: ComposedScreen, columns: number, rows: number) {
    this.composed = composed
    this.columns = columns
    this.rows = rows
  }

  take(step: Step): void {
    const { composed } = this
    switch (step.type) {
      case 'print':
        composed.print(...Array.from({ length: step.count }, () => this.#row('printed')))
        break
      case 'grow':
        this.#grow(step.words.join(' ').trimEnd())
        break
      case 'commit':
        this.#commit(step.count)
        break
      case 'frame':
        this.#height = step.height
        this.#draw()
        break
      case 'resize':
        this.#resize(step)
        break
    }
  }

  #grow(text: string): void {
    const { composed } = this
    const last = composed.tail.at(-1) ?? ''
    if (last === '' || widthOf(`${last} ${text}`) > this.columns) {
      composed.tail = [...composed.tail, ...rowsOf(this.#row(text), this.columns)]
    } else {
      composed.tail = [...composed.tail.slice(0, -1), `${last} ${text}`.trimEnd()]
    }
    if (composed.tail.length > 3) this.#commit(composed.tail.length - 3)
  }

  #commit(count: number): void {
    const { composed } = this
    composed.print(...composed.tail.slice(0, count))
    composed.tail = composed.tail.slice(count)
  }

  /** As the view does: of the open end only the last row is laid out anew. */
  #resize({ columns = this.columns, rows = this.rows }: { columns?: number; rows?: number }): void {
    const { composed } = this
    this.columns = columns
    this.rows = rows
    composed.resize(columns, rows)
    this.#commit(composed.tail.length - 1)
    composed.tail = composed.tail.flatMap((text) => rowsOf(text, columns))
    this.#draw()
  }

  /** Every second row is wide, so that terminals have something to wrap. */
  #draw(): void {
    const height = this.#height
    this.composed.draw(
      Array.from({ length: height }, (_, y) => {
        const text = `fixed ${y} of ${height}`
        return y % 2 === 0 ? text : text.padEnd(Math.min(70, this.columns), '-')
      }),
      { x: height, y: Math.floor(height / 2) },
    )
  }

  #row(text: string): string {
    this.#number += 1
    const row = `${this.#number} ${text}`.trimEnd()
    return this.#number % 3 === 0 ? row + '.'.repeat(Math.max(0, this.columns - widthOf(row))) : row
  }
}

/** Where a terminal wraps is its own affair. */
const letters = (rows: readonly string[]): string => rows.join('').replaceAll(' ', '')

describe('whatever happens', () => {
  test('screen and scrollback are the model’s, and no row goes blank and comes back', async () => {
    const seen = { print: 0, grow: 0, commit: 0, frame: 0, resize: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(drawing, { minLength: 10, maxLength: 25 }), async (steps) => {
        const composed = await opened(40, 12)
        const model = new Model(composed, 40, 12)
        for (const step of steps) {
          seen[step.type] += 1
          model.take(step)
          // oxlint-disable-next-line no-await-in-loop -- one frame after the other
          await composed.flush()
          expect(composed.screen.rows().filter((text) => text !== '')).toEqual(composed.expected())
          expect(composed.screen.blinks).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
    process.stdout.write(`steps of the compositor’s property: ${JSON.stringify(seen)}\n`)
    expect(Math.min(seen.print, seen.grow, seen.commit, seen.frame)).toBeGreaterThan(80)
  })

  test('a full screen that becomes narrower and lower at once keeps what is printed', async () => {
    const composed = await opened(120, 24)
    const model = new Model(composed, 120, 24)
    model.take({ type: 'print', count: 40 })
    model.take({ type: 'frame', height: 5 })
    await composed.flush()
    model.take({ type: 'resize', columns: 40, rows: 20 })
    await composed.flush()
    expect(letters(composed.screen.lines())).toBe(letters(composed.expected()))
  })

  test('resized at any moment, every printed row is there once and in order, and the frame once', async () => {
    const seen = { print: 0, grow: 0, commit: 0, frame: 0, resize: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 3, arbitrary: drawing }, { weight: 1, arbitrary: resizing }), {
          minLength: 10,
          maxLength: 25,
        }),
        async (steps) => {
          const composed = await opened(80, 24)
          const model = new Model(composed, 80, 24)
          for (const step of steps) {
            seen[step.type] += 1
            model.take(step)
            // oxlint-disable-next-line no-await-in-loop -- one frame after the other
            await composed.flush()
            expect(letters(composed.screen.lines())).toBe(letters(composed.expected()))
          }
        },
      ),
      { numRuns: 100 },
    )
    process.stdout.write(`steps of the compositor’s property: ${JSON.stringify(seen)}\n`)
    expect(seen.resize).toBeGreaterThan(120)
  })
})
