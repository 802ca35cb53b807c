/** A folder for a socket over which keys are sent: nobody else may look or put something there. */
import { chmodSync, lstatSync } from 'node:fs'
import { LocalRelayError } from './error.ts'
import { makeFolder } from '@speak-code/server/folders'

/**
 * Makes the folder with mode 0700 where it is missing, and closes one of ours that others can read. Throws
 * {@link LocalRelayError} for one that others own or can write, since what lies in it may be theirs.
 */
export function ensurePrivateFolder(folder: string): void {
  try {
    makeFolder(folder)
    checkPrivateFolder(folder)
    if ((lstatSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700)
  } catch (error) {
    if (error instanceof LocalRelayError) throw error
    throw new LocalRelayError(
      'folder',
      `The folder ${folder} for the relay's socket cannot be made: ${messageOf(error)}.`,
      { cause: error },
    )
  }
}

/** Throws {@link LocalRelayError} where others own the folder or can write in it. */
export function checkPrivateFolder(folder: string): void {
  const stat = lstatSync(folder)
  const problem = !stat.isDirectory()
    ? 'is not a folder'
    : stat.uid !== process.getuid?.()
      ? 'belongs to another user'
      : (stat.mode & 0o022) !== 0
        ? 'can be written by other users'
        : undefined
  if (problem !== undefined) {
    throw new LocalRelayError(
      'folder',
      `${folder} ${problem}, so the relay's socket would not be safe there: remove it, or set XDG_RUNTIME_DIR to a folder of your own.`,
    )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
