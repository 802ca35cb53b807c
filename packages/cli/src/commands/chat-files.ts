/** The files that a chat's commands read and write. */
import { open, readdir, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Attachment, FileText } from '../chat/session-parts.ts'
import { CommandError } from '../errors.ts'
import { readTextFile } from './ask/question.ts'

/** More names than that help nobody to choose. */
const MAX_NAMES = 100

/** Throws UsageError where it cannot be read or is no text, CommandError `too_large`. */
export async function readAttachment(path: string): Promise<Attachment & FileText> {
  return { name: path, path: resolve(withHome(path)), text: await readTextFile(withHome(path)) }
}

/** Writes a file that is not there yet. Throws CommandError where it cannot be written. */
export async function writeNewFile(path: string, text: string): Promise<'written' | 'exists'> {
  const place = withHome(path)
  try {
    await writeWhole(place, text)
    return 'written'
  } catch (error) {
    const isFolder = await stat(place)
      .then((found) => found.isDirectory())
      .catch(() => false)
    if (!isFolder && codeOf(error) === 'EEXIST') return 'exists'
    const why = isFolder ? WRITE_FAULTS['EISDIR'] : faultOf(error)
    throw new CommandError('internal', `${path} cannot be written: ${why}.`)
  }
}

/** What cannot be written whole is not left behind. */
async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(text)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** Why a file could not be written, by the error codes of the system. */
const WRITE_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'you may not write there',
  EROFS: 'it is on a disk that is read-only',
}

function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return WRITE_FAULTS[codeOf(error)] ?? message
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

/** The system's word for an error; '' where it has none. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
