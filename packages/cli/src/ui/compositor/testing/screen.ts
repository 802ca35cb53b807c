/** A headless terminal that watches for rows that go blank and come back. */
import { headlessScreen, type HeadlessScreen } from '@speak-code/testkit/terminal'

/** An escape sequence, a control character, or a run of text. */
const STEP = new RegExp(
  [
    String.raw`\u{1b}\[[0-?]*[ -/]*[@-~]`,
    String.raw`\u{1b}\][^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\)`,
    String.raw`[\n\r]`,
    String.raw`[^\u{1b}\n\r]+`,
    String.raw`[^]`,
  ].join('|'),
  'gu',
)

export class WatchedScreen {
  readonly #terminal: HeadlessScreen
  #bytes = 0
  /** Texts of rows that went blank and came back in the same place while one frame was written. */
  readonly blinks: string[] = []

  constructor(columns: number, rows: number) {
    this.#terminal = headlessScreen(columns, rows)
  }

  get bytes(): number {
    return this.#bytes
  }

  get cursor(): { readonly x: number; readonly y: number } {
    const { active } = this.#terminal.buffer
    return { x: active.cursorX, y: active.baseY + active.cursorY }
  }

  /** How many rows have left the screen. */
  get base(): number {
    return this.#terminal.buffer.active.baseY
  }

  /** All rows from the oldest on, one for each that the terminal has; blank ones at the end are left out. */
  rows(): string[] {
    return this.#read(false)
  }

  /** All rows; those that the terminal has wrapped are one. */
  lines(): string[] {
    return this.#read(true)
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows)
  }

  /** The rows on the screen. */
  visible(): string[] {
    return [...this.#visible().values()]
  }

  async write(frame: string, onStep: () => void = () => {}): Promise<void> {
    this.#bytes += Buffer.byteLength(frame)
    const gone = new Map<number, string>()
    let before = this.#visible()
    for (const [step] of frame.matchAll(STEP)) {
      this.#terminal.write(step, () => {
        before = this.#compare(before, gone)
        onStep()
      })
    }
    await new Promise<void>((resolve) => {
      this.#terminal.write('', resolve)
    })
  }

  #compare(before: ReadonlyMap<number, string>, gone: Map<number, string>): Map<number, string> {
    const after = this.#visible()
    for (const [y, text] of before) {
      if (text !== '' && after.get(y) === '') gone.set(y, text)
    }
    for (const [y, text] of gone) {
      if (after.get(y) !== text) continue
      this.blinks.push(text)
      gone.delete(y)
    }
    return after
  }

  /** The rows on the screen, by their place counted from the oldest. */
  #visible(): Map<number, string> {
    const { active } = this.#terminal.buffer
    const rows = new Map<number, string>()
    for (let y = active.baseY; y < active.baseY + this.#terminal.rows; y++) {
      rows.set(y, active.getLine(y)?.translateToString(true).trimEnd() ?? '')
    }
    return rows
  }

  #read(joins: boolean): string[] {
    const { active } = this.#terminal.buffer
    const rows: string[] = []
    for (let y = 0; y < active.length; y++) {
      const line = active.getLine(y)
      const text = line?.translateToString(true).trimEnd() ?? ''
      if (joins && line?.isWrapped === true) rows[rows.length - 1] = (rows.at(-1) ?? '') + text
      else rows.push(text)
    }
    return rows.slice(0, rows.findLastIndex((text) => text !== '') + 1)
  }
}
