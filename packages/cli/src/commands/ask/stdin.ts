/** What `ask` reads from standard input. */
import { fstatSync } from 'node:fs'
import type { TextInput } from '../../deps.ts'
import { UsageError } from '../../errors.ts'
import { decodeText, MAX_QUESTION_BYTES, tooLarge } from './text-bytes.ts'

/** How long a pipe may stay silent where there is something else to ask. */
export const SILENT_PIPE_MS = 3000

/** `closed`: nothing can be read from it, as with `<&-` or `/dev/null`. */
export type InputKind = 'terminal' | 'pipe' | 'file' | 'closed'

/** What standard input is. Child processes of Node get a socket for a pipe. */
export function inputKind(input: TextInput): InputKind {
  if (input.isTTY === true) return 'terminal'
  try {
    const found = fstatSync(input.fd ?? 0)
    if (found.isFile()) return 'file'
    return found.isFIFO() || found.isSocket() ? 'pipe' : 'closed'
  } catch {
    return 'closed'
  }
}

interface ReadingRules {
  /** Leave it if its first byte has not come after so many milliseconds; undefined waits. */
  readonly silentMs: number | undefined
  /** Called once if it is left. */
  readonly onLeft: () => void
}

/**
 * Reads text to its end. Returns '' where it was left because it stayed silent.
 * Throws UsageError if it cannot be read or is not text, CommandError `too_large` if it does not end in time.
 */
export async function readInput(input: TextInput, rules: ReadingRules): Promise<string> {
  const text = decodeText(await readBytes(input, rules))
  if (text !== undefined) return text
  throw new UsageError(
    'Standard input is not text in UTF-8.',
    'Convert it first, for example with `iconv -f latin1 -t utf-8`.',
  )
}

function readBytes(input: TextInput, rules: ReadingRules): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(silence)
      input.off('data', onData)
      input.off('end', onEnd)
      input.off('error', onError)
      input.pause()
    }
    const onEnd = (): void => {
      stop()
      resolve(Buffer.concat(pieces))
    }
    const onData = (piece: Buffer | string): void => {
      clearTimeout(silence)
      const bytes = Buffer.from(piece)
      pieces.push(bytes)
      size += bytes.length
      if (size <= MAX_QUESTION_BYTES) return
      stop()
      reject(tooLarge('Standard input'))
    }
    const onError = (error: Error): void => {
      stop()
      reject(new UsageError(`Standard input cannot be read: ${error.message}.`))
    }
    const silence =
      rules.silentMs === undefined
        ? undefined
        : setTimeout(() => {
            rules.onLeft()
            onEnd()
          }, rules.silentMs)
    input.on('data', onData)
    input.on('end', onEnd)
    input.on('error', onError)
  })
}
