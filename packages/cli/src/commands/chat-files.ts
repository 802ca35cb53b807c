/** The files that a chat's commands read and write. */
import { readdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../errors.ts'
import { readTextFile } from './ask/question.ts'

/** More names than that help nobody to choose. */
const MAX_NAMES = 100

/** Throws UsageError where it cannot be read or is no text, CommandError `too_large`. */
export async function readAttachment(path: string): Promise<{ name: string; text: string }> {
  return { name: path, text: await readTextFile(withHome(path)) }
}

/** Writes a file that is not there yet. Throws CommandError where it cannot be written. */
export async function writeNewFile(path: string, text: string): Promise<'written' | 'exists'> {
  try {
    await writeFile(withHome(path), text, { flag: 'wx' })
    return 'written'
  } catch (error) {
    if (isExisting(error)) return 'exists'
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError('internal', `${path} cannot be written: ${why}`)
  }
}

/** What `typed` can go on as: files and folders, these with a slash. Hidden ones only where the name begins so. */
export async function pathsAfter(typed: string): Promise<readonly string[]> {
  const cut = typed.lastIndexOf('/') + 1
  const folder = typed.slice(0, cut)
  const start = typed.slice(cut)
  const entries = await readdir(withHome(folder === '' ? '.' : folder), {
    withFileTypes: true,
  }).catch(() => [])
  return entries
    .filter(({ name }) => name.startsWith(start) && (start !== '' || !name.startsWith('.')))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .toSorted()
    .slice(0, MAX_NAMES)
}

/** No shell is there to read `~`. */
function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
