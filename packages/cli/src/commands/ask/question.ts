/** Puts a question together: files, then standard input, then the argument. */
import { readFile, stat } from 'node:fs/promises'
import type { TextInput } from '../../deps.ts'
import { UsageError } from '../../errors.ts'
import { inputKind, readInput, SILENT_PIPE_MS } from './stdin.ts'
import { decodeText, MAX_QUESTION_BYTES, tooLarge } from './text-bytes.ts'

/** Stands for standard input, as an argument or a file. */
const STDIN_MARK = '-'

export interface QuestionSource {
  /** The words of the argument. */
  readonly prompt: readonly string[]
  /** Paths, as given. */
  readonly files: readonly string[]
}

interface QuestionDeps {
  readonly stdin: TextInput
  note(text: string): void
}

/**
 * Reads all that the question is made of. Throws UsageError where a file or standard input cannot be
 * read or is not text, and where there is nothing to ask; CommandError `too_large`.
 */
export async function readQuestion(source: QuestionSource, deps: QuestionDeps): Promise<string> {
  const paths = source.files.filter((path) => path !== STDIN_MARK)
  const words = source.prompt.filter((word) => word !== STDIN_MARK)
  const awaited = paths.length < source.files.length || words.length < source.prompt.length
  const files = await Promise.all(
    paths.map(async (name) => ({ name, text: await readTextFile(name) })),
  )
  const argument = words.join(' ')
  const somethingElse = files.length > 0 || argument.trim() !== ''
  const stdin = await readStdin(deps, awaited, somethingElse)
  const question = assembleQuestion({ files, stdin, argument })
  if (question.trim() === '') {
    throw new UsageError(
      'There is nothing to ask.',
      'Give a question: speak-code ask "…", or pipe one in.',
    )
  }
  return question
}

interface QuestionParts {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly stdin: string
  readonly argument: string
}

/** Each file after a line with its name, then standard input, then the argument, a blank line between. */
export function assembleQuestion({ files, stdin, argument }: QuestionParts): string {
  const parts = [...files.map(({ name, text }) => `${name}\n${text}`), stdin, argument].filter(
    (part) => part.trim() !== '',
  )
  return parts.map((part, i) => (i === parts.length - 1 ? part : withBlankLine(part))).join('')
}

function withBlankLine(part: string): string {
  if (part.endsWith('\n\n')) return part
  return part.endsWith('\n') ? `${part}\n` : `${part}\n\n`
}

async function readStdin(
  deps: QuestionDeps,
  awaited: boolean,
  somethingElse: boolean,
): Promise<string> {
  const kind = inputKind(deps.stdin)
  if (kind === 'closed' || (kind === 'terminal' && !awaited)) return ''
  return readInput(deps.stdin, {
    silentMs: kind === 'pipe' && somethingElse && !awaited ? SILENT_PIPE_MS : undefined,
    onLeft: () => {
      deps.note(
        `Standard input stayed silent for ${SILENT_PIPE_MS / 1000} seconds and is left out; "-" waits for it.`,
      )
    },
  })
}

/** Why a file could not be read, by the error codes of the system. */
const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
}

/** Throws UsageError where it cannot be read or is no text, CommandError `too_large`. */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFileBytes(path).catch((error: unknown) => {
    throw new UsageError(`The file ${path} cannot be read: ${faultOf(error)}.`)
  })
  if (bytes === undefined) throw tooLarge(`The file ${path}`)
  const text = decodeText(bytes)
  if (text === undefined) {
    throw new UsageError(`The file ${path} is binary; only text in UTF-8 can be sent.`)
  }
  return text
}

async function readFileBytes(path: string): Promise<Buffer | undefined> {
  const { size } = await stat(path)
  return size > MAX_QUESTION_BYTES ? undefined : readFile(path)
}

function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return FILE_FAULTS[code] ?? error.message
}
