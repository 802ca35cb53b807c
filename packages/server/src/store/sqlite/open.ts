/** Opens the store in a data folder, which belongs to one process at a time. */
import { join } from 'node:path'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { StoreOpenError } from '../errors.ts'
import { codeOf } from './failures.ts'
import { LogFile } from './log-file.ts'
import { LogMemory } from './log-memory.ts'
import { migrate, NewerSchemaError } from './migrations.ts'
import { SqliteStore } from './store.ts'
import { makeFolder } from '../../folders.ts'

/** How long the start waits for another process's use of the file. */
const BUSY_TIMEOUT_MS = 500

/** A WAL may grow to this many bytes before a commit copies it into its file, which takes an fsync. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024

const PAGE_BYTES = 4096

/** For all ephemeral conversations together. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024

/**
 * Opens (or makes) the store in this folder: `relay.db`, and the log of live runs in `journal-N.log`. `store.lock` is locked
 * for as long as it is open: the operating system gives the lock up with the process, however it ends. Throws
 * {@link StoreOpenError}.
 */
export function openSqliteStore(dataDir: string): SqliteStore {
  try {
    makeFolder(dataDir)
  } catch (error) {
    throw new StoreOpenError('unusable', `The data folder ${dataDir} can not be made.`, {
      cause: error,
    })
  }
  const opened: Database[] = []
  const open = (name: string, timeout: number): Database => {
    const db = new SqliteDatabase(join(dataDir, name), { timeout })
    opened.push(db)
    return db
  }
  try {
    const lock = open('store.lock', 0)
    // Nothing is ever written to it, and no file is left beside it.
    lock.pragma('journal_mode = MEMORY')
    lock.exec('BEGIN EXCLUSIVE')
    const db = open('relay.db', BUSY_TIMEOUT_MS)
    prepare(db)
    // SQLite would wait with the whole process; the store's verbs wait by themselves.
    db.pragma('busy_timeout = 0')
    return new SqliteStore(db, new LogFile(dataDir), lock)
  } catch (error) {
    for (const db of opened) db.close()
    throw openError(error, dataDir)
  }
}

/** A store that is never on disk, for what must not be, and bounded: beyond that its verbs fail as `full`. */
export function openMemoryStore(): SqliteStore {
  const db = new SqliteDatabase(':memory:')
  db.pragma('foreign_keys = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma(`page_size = ${PAGE_BYTES}`)
  db.pragma(`max_page_count = ${MAX_MEMORY_BYTES / 2 / PAGE_BYTES}`)
  migrate(db)
  return new SqliteStore(db, new LogMemory(MAX_MEMORY_BYTES / 2))
}

function prepare(db: Database): void {
  db.pragma(`page_size = ${PAGE_BYTES}`)
  db.pragma('journal_mode = WAL')
  // In WAL mode NORMAL survives a crash of the process; a loss of power may cost the last commits, never the file.
  db.pragma('synchronous = NORMAL')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES}`)
  // A folder of temporary files is one more thing that may be full.
  db.pragma('temp_store = MEMORY')
  db.pragma('foreign_keys = ON')
  migrate(db)
}

function openError(error: unknown, dataDir: string): StoreOpenError {
  if (error instanceof NewerSchemaError) return new StoreOpenError('newer', error.message)
  if (codeOf(error).startsWith('SQLITE_BUSY')) {
    return new StoreOpenError('in_use', `The data folder ${dataDir} is in use by another relay.`)
  }
  const why = error instanceof Error ? error.message : String(error)
  return new StoreOpenError('unusable', `The store in ${dataDir} can not be opened (${why}).`, {
    cause: error,
  })
}
