/** Reads the files that a question mentions by `@path`. */
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { FileText } from '../chat/session-parts.ts'
import { mentionsIn } from './composer/mentions.ts'

/** More is rarely meant, and dear. `/file` takes what the relay takes. */
const MAX_BYTES = 1024 * 1024
const MIB = 1024 * 1024

/**
 * The files that words of a text name, each once; a word that names no file is only a word. Throws a sentence where a
 * file is too large, is no text or cannot be read.
 */
export async function mentionedFiles(
  text: string,
  readFile: (path: string) => Promise<FileText>,
): Promise<FileText[]> {
  const found = await Promise.all(mentionsIn(text).map(firstFile))
  const files = new Map(found.flatMap((file) => (file === undefined ? [] : [[file.path, file]])))
  for (const { path, size } of files.values()) {
    if (size > MAX_BYTES) {
      throw new Error(
        `@${path} is too large: ${(size / MIB).toFixed(1)} MiB; at most 1 MiB goes with a question.`,
      )
    }
  }
  return Promise.all([...files.values()].map(({ path }) => readFile(fromHome(path))))
}

interface FoundFile {
  readonly path: string
  readonly size: number
}

async function firstFile(paths: readonly string[]): Promise<FoundFile | undefined> {
  for (const path of paths) {
    const found = await stat(fromHome(path)).catch(() => undefined)
    if (found?.isFile() === true) return { path, size: found.size }
  }
  return undefined
}

function fromHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
}
