/**
 * What is typed before the chat reads keys. Until raw mode begins the terminal shows what is typed and hands Enter over
 * as a line feed, so raw mode begins with the program, and what had come before it is put right.
 */
import { setImmediate as turn } from 'node:timers/promises'

/** The terminal's own line editor breaks lines with it where Enter was pressed. */
const LINE_FEED = '\n'
const ENTER = '\r'

/** What is needed of a terminal's input. */
interface Input {
  setRawMode(on: boolean): unknown
  setEncoding(encoding: 'utf8'): unknown
  on(event: 'data', listener: (chunk: string | Buffer) => void): unknown
  off(event: 'data', listener: (chunk: string | Buffer) => void): unknown
  pause(): unknown
  unshift(chunk: string, encoding: 'utf8'): void
}

/**
 * Begins raw mode. What was typed already stays in `stdin` for whoever reads it next, with Enter as raw mode has it, and
 * what the terminal showed of it is erased. Node gives the terminal its mode back when the process ends.
 */
export async function keepEarlyKeys(
  stdin: Input,
  stdout: Pick<NodeJS.WriteStream, 'write' | 'columns'>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  let typed = ''
  const heard = (chunk: string | Buffer): void => {
    typed += String(chunk)
  }
  stdin.on('data', heard)
  // What is there already is read in this turn, or in the next where this one has read before.
  await turn()
  await turn()
  stdin.off('data', heard)
  stdin.pause()
  if (typed === '') return
  stdin.unshift(typed.replaceAll(LINE_FEED, ENTER), 'utf8')
  if (env['TERM'] !== 'dumb') stdout.write(erasing(typed, stdout.columns))
}

/** Takes away what the terminal showed of `typed`: the row of the cursor, and those above it that it filled. */
function erasing(typed: string, columns: number): string {
  const lines = typed.split(LINE_FEED)
  const wrapped = lines.map((line) => Math.floor(line.length / columns))
  const above = wrapped.reduce((sum, rows) => sum + rows, lines.length - 1)
  return `${above > 0 ? `\u001b[${above}A` : ''}\r\u001b[J`
}
