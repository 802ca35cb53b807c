/** Whether the program's folders and its history can be used. Nothing is left behind. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { LocalStore } from '../../store/local-store.ts'
import { type Check, type CheckStatus, messageOf } from './check.ts'
import { makeFolder } from '@speak-code/server/folders'

/** More than what a file system has left over when it is full. */
const SAMPLE_BYTES = 64 * 1024

/** Writes a file where the program would, since permissions alone do not tell of full or read-only disks. */
export function checkFolder(id: 'data' | 'state', folder: string, failed: CheckStatus): Check {
  const facts = { path: folder }
  let made: string | undefined
  try {
    made = makeFolder(folder)
    const sample = join(folder, `.doctor-${String(process.pid)}`)
    try {
      writeFileSync(sample, Buffer.alloc(SAMPLE_BYTES), { flag: 'wx', mode: 0o600 })
    } finally {
      rmSync(sample, { force: true })
    }
    return { id, status: 'ok', detail: `${folder} can be written`, facts }
  } catch (error) {
    return {
      id,
      status: failed,
      detail: `${folder} cannot be written: ${messageOf(error)}`,
      fix: `Make the folder yours and writable, or set SPEAK_CODE_HOME (or ${id === 'data' ? 'XDG_DATA_HOME' : 'XDG_STATE_HOME'}) to another one.`,
      facts,
    }
  } finally {
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
  }
}

/** Opens the history as the program does, and has SQLite check it. A chat works without one, and says so. */
export async function checkHistory(path: string, open: () => Promise<LocalStore>): Promise<Check> {
  const facts = { path }
  if (!existsSync(path)) {
    return { id: 'history', status: 'ok', detail: `${path} is not there yet`, facts }
  }
  try {
    const result = quickCheck(path)
    if (result !== 'ok') throw new Error(result)
    const store = await open()
    store.close()
    return { id: 'history', status: 'ok', detail: `${path} is sound`, facts }
  } catch (error) {
    return {
      id: 'history',
      status: 'warning',
      detail: `${path} cannot be used: ${messageOf(error)}`,
      fix: 'What is answered will not be kept here. Put the file elsewhere to begin a new history; nothing deletes it.',
      facts,
    }
  }
}

/** `ok`, or what is wrong with the file. */
function quickCheck(path: string): string {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const result: unknown = database.pragma('quick_check(1)', { simple: true })
    return String(result)
  } finally {
    database.close()
  }
}
