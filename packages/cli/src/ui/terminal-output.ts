/** The terminal that Ink writes to: its frames go to the compositor, which draws them on the real one. */
import { Writable } from 'node:stream'

/** Ink clears the screen when its frame is as high as the terminal: it is told of more rows than any frame has. */
const ROWS = 10_000

export interface TerminalOutputParts {
  readonly terminal: NodeJS.WriteStream
  readonly onWrite: (text: string) => void
  /** Told before Ink is. */
  readonly onResize: (size: { readonly columns: number; readonly rows: number }) => void
}

export class TerminalOutput extends Writable {
  readonly isTTY = true
  readonly rows = ROWS
  readonly #parts: TerminalOutputParts
  readonly #resized = (): void => {
    const { columns, rows } = this.#parts.terminal
    this.#parts.onResize({ columns, rows })
    this.emit('resize')
  }

  constructor(parts: TerminalOutputParts) {
    super({ decodeStrings: false })
    this.#parts = parts
    parts.terminal.on('resize', this.#resized)
  }

  get columns(): number {
    return this.#parts.terminal.columns
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.#parts.onWrite(String(chunk))
    // At once: what is written while the program leaves must not wait for a turn that does not come.
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#parts.terminal.off('resize', this.#resized)
    done(error)
  }
}
