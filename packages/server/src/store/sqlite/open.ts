/** Opens the store in a data folder, which belongs to one process at a time. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { StoreOpenError } from '../errors.ts'
import { sqliteCode } from './failures.ts'
import { migrate, NewerSchemaError } from './migrations.ts'
import { SqliteStore } from './store.ts'

/** How long a verb waits for another process's read of the file (a backup, a person with the sqlite3 shell). */
const BUSY_TIMEOUT_MS = 500

/** The WAL may grow to this many pages of 4 KiB before a commit copies it into the file. */
const CHECKPOINT_PAGES = 4096

/** Of 4 KiB: 256 MiB for all ephemeral conversations together. */
const MAX_MEMORY_PAGES = 65_536

/**
 * Opens (or makes) `dataDir/relay.db` and takes the folder's lock, which the operating system gives up with the
 * process, however it ends. Throws {@link StoreOpenError}.
 */
export function openSqliteStore(dataDir: string): SqliteStore {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StoreOpenError('unusable', `The data folder ${dataDir} can not be made.`, {
      cause: error,
    })
  }
  const lock = takeLock(dataDir)
  try {
    const db = new SqliteDatabase(join(dataDir, 'relay.db'))
    prepareDatabase(db)
    return new SqliteStore(db, () => {
      lock.close()
    })
  } catch (error) {
    lock.close()
    if (error instanceof NewerSchemaError) throw new StoreOpenError('newer', error.message)
    throw new StoreOpenError(
      'unusable',
      `The store in ${dataDir} can not be opened (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    )
  }
}

/** A store that is never on disk, for what must not be, and bounded: beyond `MAX_MEMORY_PAGES` its verbs fail as `full`. */
export function openMemoryStore(): SqliteStore {
  const db = new SqliteDatabase(':memory:')
  db.pragma('foreign_keys = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma(`max_page_count = ${MAX_MEMORY_PAGES}`)
  migrate(db)
  return new SqliteStore(db, () => {})
}

function prepareDatabase(db: Database): void {
  db.pragma('journal_mode = WAL')
  // In WAL mode NORMAL survives a crash of the process; a loss of power may cost the last commits, never the file.
  db.pragma('synchronous = NORMAL')
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  db.pragma('foreign_keys = ON')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  // A folder of temporary files is one more thing that may be full.
  db.pragma('temp_store = MEMORY')
  migrate(db)
}

function takeLock(dataDir: string): Database {
  let lock: Database | undefined
  try {
    lock = new SqliteDatabase(join(dataDir, 'lock.db'), { timeout: 0 })
    lock.pragma('journal_mode = DELETE')
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (sqliteCode(error).startsWith('SQLITE_BUSY')) {
      throw new StoreOpenError('in_use', `The data folder ${dataDir} is in use by another relay.`)
    }
    throw new StoreOpenError('unusable', `The data folder ${dataDir} can not be written to.`, {
      cause: error,
    })
  }
}
