/**
 * Ink's way to the terminal. Ink walks from the cursor down to the end of its frame and then up again by counted rows.
 * A terminal that has just become lower has dropped the rows below the cursor, so the way down ends early and the way
 * up reaches into text that is printed for good. Here the two become one way that is relative to the cursor.
 */
import { Writable } from 'node:stream'

const CSI = '\u001b\\['
const HIDE_CURSOR = '\u001b[?25l'
const ERASE_LINE = '\u001b[2K'
const ERASE_DOWN = '\u001b[J'
const COLUMN_ONE = '\u001b[1G'
const NEXT_LINE = '\u001b[E'

/** Down to the end of the frame, the rows that are erased there from below, and up. */
const WAY = new RegExp(
  `^(?:${CSI}(\\d+)B)?${CSI}1G(?:((?:${CSI}2K${CSI}1A)*${CSI}2K)${CSI}G)?(?:${CSI}(\\d+)A)?`,
)

/** A write of Ink's with the ways made relative, and with line feeds, which scroll where a row is missing. */
export function relativeToCursor(write: string): string {
  const hidden = write.startsWith(HIDE_CURSOR) ? HIDE_CURSOR : ''
  const rest = write.slice(hidden.length)
  const way = WAY.exec(rest)
  if (way === null) return write.replaceAll(NEXT_LINE, '\n')
  const [whole, down = '0', erased = '', up = '0'] = way
  const lines = erased.split(ERASE_LINE).length - 1
  const path =
    lines === 0
      ? moved(Number(down) - Number(up)) + COLUMN_ONE
      : moved(Number(down) - lines + 1) + COLUMN_ONE + ERASE_DOWN + moved(-Number(up))
  return hidden + path + rest.slice(whole.length).replaceAll(NEXT_LINE, '\n')
}

/** Rows down, or up where it is negative. */
function moved(rows: number): string {
  if (rows === 0) return ''
  return rows > 0 ? `\u001b[${rows}B` : `\u001b[${-rows}A`
}

/** A terminal for Ink to write to, with the size of the real one. */
export class TerminalOutput extends Writable {
  readonly isTTY = true
  readonly #terminal: NodeJS.WriteStream
  readonly #resized = (): void => {
    this.emit('resize')
  }

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false })
    this.#terminal = terminal
    terminal.on('resize', this.#resized)
  }

  get columns(): number {
    return this.#terminal.columns
  }

  get rows(): number {
    return this.#terminal.rows
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.#terminal.write(relativeToCursor(String(chunk)))
    // At once: what is written while the program leaves must not wait for a turn that does not come.
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#terminal.off('resize', this.#resized)
    done(error)
  }
}
