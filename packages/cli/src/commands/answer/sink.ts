/** Where an answer is written: standard output or a file. */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { TextOutput } from '../../deps.ts'
import { CommandError } from '../../errors.ts'
import { ExitCode } from '../../exit-code.ts'
import { harmless } from '../../terminal/harmless.ts'

export interface Sink {
  write(text: string): void
  /** Resolves when all is written. Throws CommandError where that cannot be done. */
  finish(): Promise<void>
}

/** `closed`: the reader has gone; that is no failure of ours. */
export type OutputFault = 'closed' | CommandError

/**
 * Writes to `output`; on a terminal it makes the text harmless, unless it is `rendered` and has been made so before. What a slow reader has not taken yet waits in memory,
 * which is bounded because answers are. `onFault` is called once if it cannot be written; what follows is dropped.
 */
export function outputSink(
  output: TextOutput,
  onFault: (fault: OutputFault) => void,
  { rendered = false }: { readonly rendered?: boolean } = {},
): Sink {
  const isUnsafe = output.isTTY === true && !rendered
  let fault: OutputFault | undefined
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (fault !== undefined) return
    fault =
      error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED'
        ? 'closed'
        : new CommandError('internal', `Standard output cannot be written: ${error.message}.`, {
            exitCode: ExitCode.failed,
            cause: error,
          })
    onFault(fault)
  })
  return {
    write: (text) => {
      if (fault === undefined) output.write(isUnsafe ? harmless(text) : text)
    },
    finish: () =>
      new Promise((resolve) => {
        if (fault === undefined) output.write('', () => resolve())
        else resolve()
      }),
  }
}

/**
 * Writes to the file at `path` when it is finished and there is text: beside it first, then renamed, so that it is
 * never half there. Throws CommandError at once where that will not be possible.
 */
export function fileSink(path: string): Sink {
  const target = new OutputFile(path)
  let text = ''
  return {
    write: (more) => {
      text += more
    },
    finish: () =>
      new Promise((resolve) => {
        target.finish(text)
        resolve()
      }),
  }
}

/** Why a file could not be written, by the error codes of the system. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  EACCES: 'you may not write it',
  EPERM: 'you may not write it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk can only be read',
}

class OutputFile {
  readonly #named: string
  /** Where a link leads to. */
  readonly #path: string
  /** What is written and then renamed; undefined for pipes and devices, which are written themselves. */
  readonly #beside: string | undefined
  readonly #fd: number

  constructor(path: string) {
    this.#named = path
    try {
      const found = statSync(path, { throwIfNoEntry: false })
      if (found !== undefined) accessSync(path, constants.W_OK)
      this.#path = found === undefined ? path : realpathSync(path)
      const replaced = found === undefined || found.isFile()
      this.#beside = replaced
        ? join(dirname(this.#path), `.${basename(this.#path)}.${process.pid}.part`)
        : undefined
      this.#fd = openSync(this.#beside ?? this.#path, replaced ? 'wx' : 'w', found?.mode ?? 0o666)
    } catch (error) {
      throw this.#failure(error)
    }
  }

  finish(text: string): void {
    try {
      writeFileSync(this.#fd, text)
      closeSync(this.#fd)
      if (this.#beside === undefined) return
      if (text === '') rmSync(this.#beside)
      else renameSync(this.#beside, this.#path)
    } catch (error) {
      if (this.#beside !== undefined) rmSync(this.#beside, { force: true })
      throw this.#failure(error)
    }
  }

  #failure(cause: unknown): CommandError {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const why = FAULTS[code] ?? (cause instanceof Error ? cause.message : String(cause))
    return new CommandError('internal', `The file ${this.#named} cannot be written: ${why}.`, {
      exitCode: ExitCode.failed,
      cause,
    })
  }
}
