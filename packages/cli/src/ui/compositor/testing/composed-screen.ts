/** A compositor with a watched screen, an Ink that draws what it is told, and a model of what ought to be there. */
import { row, type StyledRow } from '../../../terminal/styled-row.ts'
import { createPainter } from '../../../terminal/theme.ts'
import { Compositor, type AnswerRows } from '../compositor.ts'
import { WatchedScreen } from './screen.ts'

const HIDE = '\u001b[?25l'
const SHOW = '\u001b[?25h'

export class ComposedScreen {
  readonly screen: WatchedScreen
  readonly compositor: Compositor
  /** All that was printed. */
  readonly printed: string[] = []
  tail: readonly string[] = []
  news: readonly string[] = []
  fixed: readonly string[] = []
  cursor = { x: 0, y: 0 }
  isOpen = true
  isStill = true
  #queue: StyledRow[] = []
  #written = ''
  #inkRows = 0
  #inkCursor: number | undefined

  constructor(columns: number, rows: number) {
    this.screen = new WatchedScreen(columns, rows)
    this.compositor = new Compositor({
      answer: () => this.#answer(),
      paint: { painter: createPainter(true), links: false },
      write: (text) => {
        this.#written += text
      },
      size: { columns, rows },
      reflow: { wraps: true, keepsCursor: false },
      isStill: () => this.isStill,
    })
  }

  print(...rows: readonly string[]): void {
    this.printed.push(...rows)
    this.#queue.push(...rows.map((text) => row(text.startsWith('#') ? 'heading' : 'plain', text)))
  }

  /** As Ink does: down to the end of its frame, up with each row erased, and all of it again. */
  draw(fixed: readonly string[], cursor: { x: number; y: number }): void {
    this.fixed = fixed
    this.cursor = cursor
    const down =
      this.#inkCursor === undefined
        ? ''
        : motion(this.#inkRows - this.#inkCursor, 'B') + '\u001b[1G'
    const erased = '\u001b[2K\u001b[1A'.repeat(this.#inkRows) + '\u001b[2K\u001b[G'
    const up = motion(fixed.length - cursor.y, 'A')
    this.compositor.ink('\u001b[?2026h')
    this.compositor.ink(
      `${HIDE}${down}${erased}${fixed.map((text) => `\u001b[2m${text}\u001b[22m\n`).join('')}${up}\u001b[${cursor.x + 1}G${SHOW}`,
    )
    this.compositor.ink('\u001b[?2026l')
    this.#inkRows = fixed.length
    this.#inkCursor = cursor.y
  }

  /** Ink believes that nothing of its frame is on the terminal. */
  forgetInk(): void {
    this.#inkRows = 0
    this.#inkCursor = undefined
  }

  /** Draws. `onStep` is told of each escape sequence and run of text once it is on the screen. */
  async flush(onStep?: () => void): Promise<string> {
    this.compositor.flush()
    const written = this.#written
    this.#written = ''
    await this.screen.write(written, onStep)
    return written
  }

  resize(columns: number, rows: number): void {
    this.screen.resize(columns, rows)
    this.compositor.resized({ columns, rows })
  }

  /** What ought to be on the terminal, from the oldest row to the last. */
  expected(): string[] {
    return [...this.printed, ...this.tail, ...this.news, ...this.fixed]
  }

  #answer(): AnswerRows {
    const printed = this.#queue
    this.#queue = []
    return {
      printed,
      tail: this.tail.map((text) => row('plain', text)),
      news: this.news.map((text) => row('hint', text)),
      isOpen: this.isOpen,
    }
  }
}

function motion(count: number, name: string): string {
  return count > 0 ? `\u001b[${count}${name}` : ''
}
