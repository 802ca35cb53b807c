/** A program in a pseudo-terminal, read back through a headless terminal with grapheme widths. */
import { spawn, type IPty } from '@lydell/node-pty'
import { headlessScreen, linesOf, type HeadlessScreen } from './headless-screen.ts'
import type { Recording } from './recording.ts'

export interface TerminalOptions {
  /** Node unless given. */
  readonly program?: string
  readonly args: readonly string[]
  /** The whole environment: nothing of the caller's own is added. Ink is not interactive where it has `CI`. */
  readonly env: Readonly<Record<string, string>>
  /** The working directory; this process's own unless given. */
  readonly cwd?: string
  readonly columns?: number
  readonly rows?: number
  /** `TERM`; xterm-256color unless given. */
  readonly name?: string
}

/** How long to wait for what should appear, in milliseconds. */
const PATIENCE_MS = 15_000

const FRAME_BEGIN = '\u001b[?2026h'
const FRAME_END = '\u001b[?2026l'

export class Terminal {
  readonly #pty: IPty
  readonly #screen: HeadlessScreen
  readonly #watchers = new Set<() => void>()
  readonly #recording: Recording[number][] = []
  #lastRead = ''
  #inFrame = false
  /** All that the program wrote. */
  output = ''
  /** Resolves once the program has left and the screen shows all that it wrote. */
  readonly exit: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>

  constructor(options: TerminalOptions) {
    const { columns = 80, rows = 24 } = options
    this.#screen = headlessScreen(columns, rows)
    this.#recording.push({ type: 'size', columns, rows })
    this.#pty = spawn(options.program ?? process.execPath, [...options.args], {
      name: options.name ?? 'xterm-256color',
      cols: columns,
      rows,
      env: { ...options.env },
      cwd: options.cwd ?? process.cwd(),
    })
    this.#pty.onData((data) => {
      this.#read(data)
    })
    // What the terminal answers when it is asked.
    this.#screen.onData((data) => {
      this.#pty.write(data)
    })
    this.exit = new Promise((resolve) => {
      this.#pty.onExit((how) => {
        this.#screen.write('', () => {
          resolve(how)
        })
      })
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** What was written and when, with every size that the terminal has had. */
  get recording(): Recording {
    return this.#recording
  }

  /** The visible rows, without spaces at their ends. */
  get rows(): string[] {
    const { active } = this.#screen.buffer
    return linesOf(this.#screen, active.baseY, active.baseY + this.#screen.rows)
  }

  /** The visible rows as one text. */
  get text(): string {
    return this.rows.join('\n').trimEnd()
  }

  /** All rows, those that have scrolled away too. Rows that the terminal itself has wrapped are one. */
  get scrollback(): string {
    return linesOf(this.#screen, 0, this.#screen.buffer.active.length).join('\n').trimEnd()
  }

  /** All rows as they stand, those that have scrolled away too: a row that the terminal has wrapped is several. */
  get history(): string[] {
    const { active } = this.#screen.buffer
    return Array.from(
      { length: active.length },
      (_row, y) => active.getLine(y)?.translateToString(true).trimEnd() ?? '',
    )
  }

  /** Where the cursor stands on the screen. */
  get cursor(): { readonly x: number; readonly y: number } {
    const { active } = this.#screen.buffer
    return { x: active.cursorX, y: active.cursorY }
  }

  /** The text of the cursor's row that stands before the cursor. */
  get beforeCursor(): string {
    const { active } = this.#screen.buffer
    const line = active.getLine(active.baseY + active.cursorY)
    return line?.translateToString(false, 0, active.cursorX) ?? ''
  }

  write(keys: string): void {
    this.#pty.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#recording.push({ type: 'size', columns, rows })
    this.#screen.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  kill(signal: NodeJS.Signals): void {
    this.#pty.kill(signal)
  }

  /**
   * Waits until the screen shows what `shows` looks for, for `patienceMs` (15 s unless given); rejects
   * with the screen where it never does.
   */
  until(
    shows: string | RegExp | ((terminal: this) => boolean),
    patienceMs: number = PATIENCE_MS,
  ): Promise<void> {
    const isThere = (): boolean => {
      if (typeof shows === 'function') return shows(this)
      return typeof shows === 'string' ? this.text.includes(shows) : shows.test(this.text)
    }
    return new Promise((resolve, reject) => {
      const done = (finish: () => void): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        finish()
      }
      const check = (): void => {
        if (isThere()) done(resolve)
      }
      const timer = setTimeout(() => {
        done(() => {
          reject(new Error(`The screen does not show ${String(shows)}:\n${this.text}`))
        })
      }, patienceMs)
      this.#watchers.add(check)
      check()
    })
  }

  /** Ends the program, whatever it is doing. */
  close(): void {
    this.#pty.kill('SIGKILL')
    this.#screen.dispose()
  }

  #read(data: string): void {
    this.output += data
    this.#recording.push({ type: 'output', at: performance.now(), data })
    // A mark may come in two pieces.
    const seen = this.#lastRead + data
    this.#lastRead = seen.slice(1 - FRAME_BEGIN.length)
    const begun = seen.lastIndexOf(FRAME_BEGIN)
    const ended = seen.lastIndexOf(FRAME_END)
    if (begun !== ended) this.#inFrame = begun > ended
    // A frame that is still being written is not looked at, as a terminal with synchronized output does not show it.
    const inFrame = this.#inFrame
    this.#screen.write(data, () => {
      if (!inFrame) for (const watcher of this.#watchers) watcher()
    })
  }
}
