/**
 * A lock for the life of a process. It is SQLite's own lock on a file that stays empty, so the system lets it go
 * however the process ends, and no file that was left behind can be taken for it.
 */
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { LocalRelayError } from './error.ts'
import { makeFolder } from '@speak-code/server/folders'

export interface Lock {
  release(): void
}

/** Takes the lock, or gives undefined where another process has it. Throws {@link LocalRelayError} where the file cannot be used. */
export function takeLock(path: string): Lock | undefined {
  const database = open(path, () => {
    makeFolder(dirname(path))
    return new Database(path, { timeout: 0 })
  })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return { release: () => database.close() }
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw unusable(path, error)
  }
}

/** Whether a process has the lock. A file that is missing or cannot be read is locked by nobody. */
export function isLocked(path: string): boolean {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 })
    database.pragma('schema_version')
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    database?.close()
  }
}

function open(path: string, opening: () => Database.Database): Database.Database {
  try {
    return opening()
  } catch (error) {
    throw unusable(path, error)
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function unusable(path: string, error: unknown): LocalRelayError {
  const why = error instanceof Error ? error.message : String(error)
  return new LocalRelayError(
    'folder',
    `The relay's data folder ${dirname(path)} cannot be used: ${why}.`,
    { cause: error },
  )
}
