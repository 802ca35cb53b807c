/** Opens the history's file: its folder and rights, its version, and what is done with a damaged one. */
import Database from 'better-sqlite3'
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from './store-error.ts'
import { CURRENT_VERSION, migrate, versionOf } from './migrations.ts'
import { BUSY_TIMEOUT_MS, isBusy, isDamage } from './store-failure.ts'
import { makeFolder } from '@speak-code/server/folders'

/** A file up to this size is checked whole at every start (a few milliseconds); a larger one after damage was met. */
const ALWAYS_CHECKED_BYTES = 4 * 1024 * 1024
const OPEN_ATTEMPTS = 100

/**
 * Opens the history at `path` and brings it up to date. A damaged file is kept aside under a name that `note` is told,
 * and a new one begun. Throws StoreError for a file of a newer version, and the errors of SQLite and of the file system.
 */
export function openDatabase(path: string, note: (text: string) => void): Database.Database {
  makeFolder(dirname(path))
  createPrivately(path)
  const opened = identity(path)
  const onDamage = (): void => {
    // Another process may have met the damage too and have begun a new file already.
    if (identity(path) === opened) note(keepAside(path))
  }
  try {
    return patiently(() => openSound(path, onDamage))
  } catch (error) {
    if (!isDamage(error)) throw error
    createPrivately(path)
    return patiently(() => openSound(path, () => undefined))
  }
}

/** Leaves a mark, so that the next start checks the whole file; where that cannot be, it is met again. */
export function suspectDamage(path: string): void {
  try {
    createPrivately(markOf(path))
  } catch {
    // The damage itself is what the caller tells.
  }
}

function openSound(path: string, onDamage: () => void): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    db.pragma('secure_delete = ON')
    if (versionOf(db) > CURRENT_VERSION) {
      throw new StoreError(
        `The history file ${path} was written by a newer version of speak-code. Update speak-code, or move the file away.`,
      )
    }
    migrate(db)
    checkIfDoubtful(db, path)
    return db
  } catch (error) {
    // Closing would write the WAL back and delete it: only once the files have their new names.
    if (isDamage(error)) onDamage()
    db.close()
    throw error
  }
}

function checkIfDoubtful(db: Database.Database, path: string): void {
  const marked = existsSync(markOf(path))
  if (!marked && statSync(path).size > ALWAYS_CHECKED_BYTES) return
  const verdict = db.prepare<[], string>('PRAGMA quick_check(1)').pluck().get()
  if (verdict !== 'ok') throw new Database.SqliteError(verdict ?? 'no verdict', 'SQLITE_CORRUPT')
  if (marked) rmSync(markOf(path), { force: true })
}

/** Two processes that make a new file WAL at the same moment may see "busy" at once, without the time-out. */
function patiently<T>(open: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return open()
    } catch (error) {
      if (!isBusy(error) || attempt === OPEN_ATTEMPTS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + attempt)
    }
  }
}

/** SQLite gives its -wal and -shm the rights of the file itself. */
function createPrivately(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}

/** Names the file itself, whatever it is called; undefined where there is none. */
function identity(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}

function keepAside(path: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let aside = `${path}.corrupt-${stamp}`
  for (let copy = 2; existsSync(aside); copy++) aside = `${path}.corrupt-${stamp}-${copy}`
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  rmSync(markOf(path), { force: true })
  return `The history file was damaged. It was kept as ${aside}, and a new one was begun.`
}

function markOf(path: string): string {
  return `${path}.damaged`
}
