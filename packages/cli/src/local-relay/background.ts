/** Starts the relay's process in the background. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, fstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalRelayError } from './error.ts'
import { openLog, readLogEnd } from './relay-log.ts'
import { Readiness } from './readiness.ts'

export interface BackgroundStart {
  /** The program and its arguments. */
  readonly command: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly log: string
  readonly timeoutMs: number
}

/** This program, as it was started. */
export function ownCommand(): readonly string[] {
  return [process.execPath, binPath()]
}

/**
 * Resolves when the relay accepts connections (`ready`), or when another one has the data folder (`elsewhere`). Throws
 * {@link LocalRelayError} with what the relay said, or with the end of its log where it died without a word. The
 * process lives on by itself: it has a session and a folder of its own.
 */
export async function startInBackground(start: BackgroundStart): Promise<'ready' | 'elsewhere'> {
  const [program = process.execPath, ...args] = start.command
  const log = openLog(start.log)
  const logStart = log === undefined ? 0 : fstatSync(log).size
  const output = log ?? 'ignore'
  let child: ChildProcess | undefined
  try {
    child = spawn(program, args, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
      env: start.env,
      windowsHide: true,
    })
    return outcomeOf(await firstWord(child, start.timeoutMs), start, logStart)
  } finally {
    if (log !== undefined) closeSync(log)
    if (child?.connected === true) child.disconnect()
    child?.unref()
  }
}

type FirstWord = Readiness | { readonly type: 'died' | 'silent'; readonly how: string }

function firstWord(child: ChildProcess, timeoutMs: number): Promise<FirstWord> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve({ type: 'silent', how: `is not ready after ${String(timeoutMs / 1000)} s` })
    }, timeoutMs)
    const settle = (word: FirstWord): void => {
      clearTimeout(timer)
      resolve(word)
    }
    child.once('message', (message) => {
      const readiness = Readiness.safeParse(message)
      if (readiness.success) settle(readiness.data)
    })
    child.once('error', (error) => {
      settle({ type: 'died', how: `could not be started (${error.message})` })
    })
    // Not `exit`: what it said may still be on its way then.
    child.once('close', (code, signal) => {
      settle({
        type: 'died',
        how: `ended at once (${signal === null ? `exit code ${String(code)}` : signal})`,
      })
    })
  })
}

function outcomeOf(
  word: FirstWord,
  start: BackgroundStart,
  logStart: number,
): 'ready' | 'elsewhere' {
  switch (word.type) {
    case 'ready':
    case 'elsewhere':
      return word.type
    case 'failed':
      throw new LocalRelayError(word.reason, word.message)
    case 'died':
    case 'silent': {
      const said = readLogEnd(start.log, logStart, 2000).trim()
      throw new LocalRelayError(
        'start_failed',
        `This machine's own relay ${word.how}. Its log is ${start.log}${said === '' ? '.' : `:\n${said}`}`,
      )
    }
  }
}

/** The entry point lies one or more folders above this file: above `src`, `dist` or `bundle`. */
function binPath(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'bin', 'speak-code.js'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('The entry point bin/speak-code.js is missing.')
    folder = parent
  }
  return join(folder, 'bin', 'speak-code.js')
}
