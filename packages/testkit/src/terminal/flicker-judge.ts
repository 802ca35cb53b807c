/**
 * What a person would see flicker: a program's output fed to a headless terminal one escape sequence or run of text at
 * a time, as a terminal without synchronized output shows it, and the screen looked at after each.
 */
import { headlessScreen, linesOf, type HeadlessScreen } from './headless-screen.ts'
import { BlankedRows } from './blanked-rows.ts'
import { BlinkedCells } from './blinked-cells.ts'
import type { Recording } from './recording.ts'
import { moveOf, regionAfter, type RowMove, type ScrollRegion } from './row-moves.ts'
import { controlSequence, isText, StepSplitter } from './steps.ts'

export interface FlickerReport {
  /** Rows of text that went blank while they were visible, and came back. Text that other text overwrites is none. */
  readonly blankedLines: number
  /** Cells whose glyph was erased and drawn again at the same place within one frame. */
  readonly blinkedCells: number
  /** Erasures of the whole screen or of the scrollback, resets, and changes to the other screen. */
  readonly clears: number
  readonly bytes: number
  /** Synchronized updates; where the program makes none, pieces of output. */
  readonly frames: number
  /** Escape sequences, control characters and runs of text. */
  readonly steps: number
  /** The first things that were found, in words, for the message of a failing test. */
  readonly examples: readonly string[]
  /** All rows at the end, those in the scrollback too; rows that the terminal has wrapped are one. */
  readonly lines: readonly string[]
}

const EXAMPLES = 12
/** How steps begin that change nothing that is shown. */
const INERT = ['\r', '\b', '\t', '\u0007', '\u001b]', '\u001b7', '\u001b8', '\u001b=', '\u001b>']
const OTHER_SCREEN = new Set([47, 1047, 1049])

/** Plays a recording and judges it. Throws where it does not begin with a size. */
export async function judgeFlicker(recording: Recording): Promise<FlickerReport> {
  const [first, ...rest] = recording
  if (first?.type !== 'size') throw new Error('A recording begins with the size of its terminal.')
  const judge = new FlickerJudge(first.columns, first.rows)
  try {
    for (const piece of rest) {
      // oxlint-disable-next-line no-await-in-loop -- a terminal takes one piece after the other
      if (piece.type === 'output') await judge.write(piece.data, piece.at)
      else judge.resize(piece.columns, piece.rows)
    }
    return judge.report()
  } finally {
    judge.dispose()
  }
}

/** A judge of output as it comes. {@link judgeFlicker} is for output that was recorded. */
export class FlickerJudge {
  readonly #screen: HeadlessScreen
  readonly #splitter = new StepSplitter()
  readonly #blanked = new BlankedRows()
  readonly #blinked = new BlinkedCells()
  readonly #examples: string[] = []
  #region: ScrollRegion
  /** The region after all that was taken, which the screen is yet to read. */
  #coming: ScrollRegion
  #rows: string[]
  #base = 0
  #cursor = 0
  #column = 0
  #bytes = 0
  #steps = 0
  #clears = 0
  #updates = 0
  #pieces = 0
  #inUpdate = false

  constructor(columns: number, rows: number) {
    this.#screen = headlessScreen(columns, rows)
    this.#region = { top: 0, bottom: rows - 1 }
    this.#coming = this.#region
    this.#rows = this.#read(0, rows)
  }

  /** Takes a piece of output that was written at `at` (milliseconds). Resolves when it is judged. */
  async write(data: string, at: number): Promise<void> {
    this.#bytes += Buffer.byteLength(data)
    this.#pieces += 1
    for (const whole of this.#splitter.push(data)) {
      // In a region below the top, text is taken by the letter: only so is it known how often its wrapping scrolls.
      const parts = this.#coming.top > 0 && isText(whole) ? Array.from(whole) : [whole]
      this.#coming = regionAfter(whole, this.#coming, this.#screen.rows)
      for (const step of parts) {
        this.#screen.write(step, () => {
          this.#judge(step, at)
        })
      }
    }
    await new Promise<void>((resolve) => {
      this.#screen.write('', resolve)
    })
    if (!this.#inUpdate) this.#frameEnds()
  }

  /** The window has another size. What the terminal itself does to the rows is not the program's flicker. */
  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows)
    this.#region = { top: 0, bottom: rows - 1 }
    this.#coming = this.#region
    this.#blanked.forget()
    this.#blinked.forget()
    this.#look()
  }

  report(): FlickerReport {
    return {
      blankedLines: this.#blanked.count,
      blinkedCells: this.#blinked.count,
      clears: this.#clears,
      bytes: this.#bytes,
      frames: this.#updates === 0 ? this.#pieces : this.#updates,
      steps: this.#steps,
      examples: this.#examples,
      lines: linesOf(this.#screen, 0, this.#screen.buffer.active.length),
    }
  }

  dispose(): void {
    this.#screen.dispose()
  }

  #judge(step: string, at: number): void {
    const { active } = this.#screen.buffer
    this.#steps += 1
    const isCleared = this.#clearsScreen(step)
    if (isCleared) this.#found('clear', step)
    const move = this.#moveOf(step)
    this.#region = regionAfter(step, this.#region, this.#screen.rows)
    const before = { rows: this.#rows, base: this.#base }
    if (changesRows(step)) this.#rows = this.#rowsAfter(step, move)
    this.#base = active.baseY
    this.#cursor = active.cursorY
    this.#column = active.cursorX
    if (this.#rows !== before.rows || this.#base !== before.base) {
      const change = {
        before,
        after: { rows: this.#rows, base: this.#base },
        move,
        at,
        step: this.#steps,
      }
      for (const { text, step: gone } of this.#blanked.see(change))
        this.#found('blanked', text, gone)
      this.#blinked.see(change)
      const isWiped = this.#rows.every((row) => row === '')
      if (isWiped && before.rows.filter((row) => row !== '').length > 1 && !isCleared)
        this.#found('clear', step)
    }
    this.#followUpdates(step)
  }

  /** What the step, which the screen has just taken, moved. */
  #moveOf(step: string): RowMove | undefined {
    const { active } = this.#screen.buffer
    const { top, bottom } = this.#region
    const scrolled = active.baseY - this.#base
    // Below a region that scrolls into the scrollback rows stay where they are on the screen.
    if (scrolled > 0 && top === 0)
      return { from: bottom + 1, to: this.#screen.rows - 1 + scrolled, by: scrolled }
    const wrapped = isText(step) && this.#cursor === bottom && active.cursorX < this.#column
    return wrapped && top > 0
      ? { from: top, to: bottom, by: -1 }
      : moveOf(step, this.#cursor, this.#region)
  }

  #followUpdates(step: string): void {
    if (step === '\u001b[?2026h') {
      this.#inUpdate = true
    } else if (step === '\u001b[?2026l' && this.#inUpdate) {
      this.#inUpdate = false
      this.#updates += 1
      this.#frameEnds()
    }
  }

  #frameEnds(): void {
    for (const { text, step } of this.#blanked.frameEnds()) this.#found('blanked', text, step)
    for (const text of this.#blinked.frameEnds({ rows: this.#rows, base: this.#base }))
      this.#found('blinked', text)
  }

  #clearsScreen(step: string): boolean {
    if (isClear(step)) return true
    const sequence = controlSequence(step)
    const isHome = this.#cursor === 0 && this.#column === 0
    return sequence?.name === 'J' && !sequence.parameters[0] && isHome
  }

  #found(what: 'clear' | 'blanked' | 'blinked', text: string, since = this.#steps): void {
    if (what === 'clear') this.#clears += 1
    if (this.#examples.length >= EXAMPLES) return
    const when = since === this.#steps ? `step ${since}` : `steps ${since} to ${this.#steps}`
    this.#examples.push(`${what}: ${JSON.stringify(text)} (${when})`)
  }

  /** Only the rows that the step can have changed are read again. */
  #rowsAfter(step: string, move: RowMove | undefined): string[] {
    const { active } = this.#screen.buffer
    const isStill = move === undefined && active.baseY === this.#base
    if (isStill && /^[\n\v\f]$/.test(step)) return this.#rows
    const isLocal = isStill && (isText(step) || 'KX@P'.includes(controlSequence(step)?.name ?? '?'))
    if (!isLocal) return this.#read(0, this.#screen.rows)
    const first = Math.min(this.#cursor, active.cursorY)
    const last = Math.max(this.#cursor, active.cursorY)
    return this.#rows.toSpliced(first, last - first + 1, ...this.#read(first, last + 1))
  }

  #read(from: number, to: number): string[] {
    const { active } = this.#screen.buffer
    return Array.from(
      { length: to - from },
      (_row, index) =>
        active
          .getLine(active.baseY + from + index)
          ?.translateToString(true)
          .trimEnd() ?? '',
    )
  }

  #look(): void {
    const { active } = this.#screen.buffer
    this.#rows = this.#read(0, this.#screen.rows)
    this.#base = active.baseY
    this.#cursor = active.cursorY
    this.#column = active.cursorX
  }
}

/** Whether a step can change what stands on the screen: colours, modes, titles and motions do not. */
function changesRows(step: string): boolean {
  const sequence = controlSequence(step)
  if (sequence === undefined) return !INERT.some((start) => step.startsWith(start))
  if (sequence.mark === '?') return isClear(step)
  return !/^[A-HfdemhlnGsu`ac]$|^ q$/.test(sequence.name)
}

/** Whether the step clears the screen wherever the cursor is. */
function isClear(step: string): boolean {
  if (step === '\u001bc') return true
  const sequence = controlSequence(step)
  if (sequence === undefined) return false
  if (sequence.name === 'J') return sequence.parameters.some((value) => value === 2 || value === 3)
  return (
    sequence.mark === '?' &&
    /^[hl]$/.test(sequence.name) &&
    sequence.parameters.some((value) => value !== undefined && OTHER_SCREEN.has(value))
  )
}
