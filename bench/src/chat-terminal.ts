/** The measured programs in a pseudo-terminal of 100 × 30. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Terminal } from '@speak-code/testkit/terminal'
import { pinned } from './processes.ts'

/** Where a chat runs: the packaged program, a relay that is up, a folder for what the program keeps. */
export interface Ground {
  readonly program: string
  readonly relay: string
  readonly folder: string
}

/** Milliseconds; a stream of 50,000 tokens ends well within it. */
export const PATIENCE_MS = 120_000

/** The beginning of the sample answer, as it is shown. */
export const FIRST_WORDS = 'Reading a file line by line'
/** On the screen from the question to the answer's end. */
export const TYPING = '●●●'

/** Starts a Node program on the measured core. Nothing of the caller's own settings counts. */
export function openTerminal(args: readonly string[], env: Record<string, string> = {}): Terminal {
  const [program = process.execPath, ...rest] = pinned('measured', [process.execPath, ...args])
  return new Terminal({
    program,
    args: rest,
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    columns: 100,
    rows: 30,
  })
}

/** Starts `chat` with a history of its own. */
export function openChat({ program, relay, folder }: Ground, model: string): Terminal {
  return openTerminal([program, 'chat', '-m', model], {
    SPEAK_CODE_HOME: mkdtempSync(join(folder, 'home-')),
    SPEAK_CODE_SERVER: relay,
  })
}

/** Starts the client that only prints what comes. */
export function openPlain({ relay }: Ground, model: string): Terminal {
  const file = fileURLToPath(new URL('plain.ts', import.meta.url))
  return openTerminal([file, relay, model])
}

/** Types a line and presses Enter: apart, because what comes in one piece is a paste. */
export async function submit(terminal: Terminal, line: string): Promise<void> {
  terminal.write(line)
  await terminal.until((screen) => screen.beforeCursor.endsWith(line))
  terminal.write('\r')
}

/** Asks, and resolves when the answer's first words are on the screen. */
export async function ask(terminal: Terminal): Promise<void> {
  await submit(terminal, 'Go')
  await terminal.until(FIRST_WORDS, PATIENCE_MS)
}
