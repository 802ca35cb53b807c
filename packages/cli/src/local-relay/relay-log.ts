/** The log of a relay in the background: its own lines and whatever the runtime says when it dies. */
import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '@speak-code/server/folders'

/** A log beyond this is put aside when a relay starts. */
export const MAX_LOG_BYTES = 1024 * 1024

/** Opens the log for appending, readable for its owner alone. undefined where it cannot be written. */
export function openLog(path: string): number | undefined {
  try {
    makeFolder(dirname(path))
    return openSync(path, 'a', 0o600)
  } catch {
    return undefined
  }
}

/**
 * Puts a long log aside as `PATH.1`. It is emptied in place: whoever has it open for appending goes on in it. Only the
 * holder of the relay's lock may do it.
 */
export function trimLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= MAX_LOG_BYTES) return
  copyFileSync(path, `${path}.1`)
  truncateSync(path, 0)
}

/** The last `bytes` of what was written after `from`, as text. */
export function readLogEnd(path: string, from: number, bytes: number): string {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size } = fstatSync(file)
    const start = Math.max(size < from ? 0 : from, size - bytes)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const read = readSync(file, buffer, 0, buffer.length, start)
    return buffer.toString('utf8', 0, read)
  } catch {
    return ''
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
