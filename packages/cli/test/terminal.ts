/** A program in a pseudo-terminal, read back through a headless terminal with grapheme widths. */
import { spawn, type IPty } from '@lydell/node-pty'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import headless from '@xterm/headless'

export interface TerminalOptions {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly columns?: number
  readonly rows?: number
}

/** How long to wait for what should appear, in milliseconds. */
const PATIENCE_MS = 15_000

const FRAME_BEGIN = '\u001b[?2026h'
const FRAME_END = '\u001b[?2026l'

export class Terminal {
  readonly #pty: IPty
  readonly #screen: InstanceType<typeof headless.Terminal>
  readonly #watchers = new Set<() => void>()
  /** All that the program wrote. */
  output = ''
  readonly exit: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>

  constructor({ args, env, columns = 80, rows = 24 }: TerminalOptions) {
    this.#screen = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: 100_000,
      allowProposedApi: true,
    })
    this.#screen.loadAddon(new UnicodeGraphemesAddon())
    this.#pty = spawn(process.execPath, [...args], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      // Only this: Ink is not interactive where CI is set.
      env: { ...env },
    })
    this.#pty.onData((data) => {
      this.output += data
      // A frame that is still being written is not looked at, as a terminal with synchronized output does not show it.
      const inFrame = this.output.lastIndexOf(FRAME_END) < this.output.lastIndexOf(FRAME_BEGIN)
      this.#screen.write(data, () => {
        if (!inFrame) for (const watcher of this.#watchers) watcher()
      })
    })
    // What the terminal answers when it is asked.
    this.#screen.onData((data) => {
      this.#pty.write(data)
    })
    this.exit = new Promise((resolve) => {
      this.#pty.onExit(resolve)
    })
  }

  get pid(): number {
    return this.#pty.pid
  }

  /** The visible rows, without spaces at their ends. */
  get rows(): string[] {
    const { active } = this.#screen.buffer
    return this.#lines(active.viewportY, active.viewportY + this.#screen.rows)
  }

  /** The visible rows as one text. */
  get text(): string {
    return this.rows.join('\n').trimEnd()
  }

  /** All rows, those that have scrolled away too. Rows that the terminal itself has wrapped are one. */
  get scrollback(): string {
    const { active } = this.#screen.buffer
    return this.#lines(0, active.length).join('\n').trimEnd()
  }

  /** Where the cursor stands on the screen. */
  get cursor(): { readonly x: number; readonly y: number } {
    const { active } = this.#screen.buffer
    return { x: active.cursorX, y: active.cursorY }
  }

  write(keys: string): void {
    this.#pty.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  kill(signal: NodeJS.Signals): void {
    this.#pty.kill(signal)
  }

  /** Waits until the screen shows what `shows` looks for; rejects with the screen where it never does. */
  until(shows: string | RegExp | ((terminal: this) => boolean)): Promise<void> {
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
      }, PATIENCE_MS)
      this.#watchers.add(check)
      check()
    })
  }

  close(): void {
    this.#pty.kill('SIGKILL')
    this.#screen.dispose()
  }

  #lines(from: number, to: number): string[] {
    const { active } = this.#screen.buffer
    const lines: string[] = []
    for (let y = from; y < to; y++) {
      const line = active.getLine(y)
      const text = line?.translateToString(true) ?? ''
      if (line?.isWrapped === true && lines.length > 0) lines[lines.length - 1] += text
      else lines.push(text)
    }
    return lines
  }
}
