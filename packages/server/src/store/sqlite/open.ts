/** Opens the store in a data folder, which belongs to one process at a time. */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { StoreOpenError } from '../errors.ts'
import { sqliteCode } from './failures.ts'
import { LOG_MIGRATIONS, migrate, NewerSchemaError, STORE_MIGRATIONS } from './migrations.ts'
import { SqliteStore } from './store.ts'
import { makeFolder } from '../../folders.ts'

/** How long the start waits for another process's use of the file. */
const BUSY_TIMEOUT_MS = 500

/** A WAL may grow to this many bytes before a commit copies it into its file, which takes an fsync. */
const CHECKPOINT_BYTES = 16 * 1024 * 1024

/** Of the log: each commit writes at least one page, and most bring one short row. */
const LOG_PAGE_BYTES = 1024
const STORE_PAGE_BYTES = 4096

/** For all ephemeral conversations together. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024

/**
 * Opens (or makes) `relay.db` and `journal.db` in this folder. The second is locked for as long as the store is open: the
 * operating system gives the lock up with the process, however it ends. Throws {@link StoreOpenError}.
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
    putDamagedLogAside(dataDir)
    const log = open('journal.db', 0)
    prepareLog(log)
    const db = open('relay.db', BUSY_TIMEOUT_MS)
    prepareStore(db)
    // SQLite would wait with the whole process; the store's verbs wait by themselves.
    db.pragma('busy_timeout = 0')
    return new SqliteStore(db, log)
  } catch (error) {
    for (const db of opened) db.close()
    throw openError(error, dataDir)
  }
}

/** A store that is never on disk, for what must not be, and bounded: beyond that its verbs fail as `full`. */
export function openMemoryStore(): SqliteStore {
  return new SqliteStore(openInMemory(STORE_MIGRATIONS), openInMemory(LOG_MIGRATIONS))
}

function openInMemory(migrations: readonly string[]): Database {
  const db = new SqliteDatabase(':memory:')
  db.pragma('foreign_keys = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma(`page_size = ${STORE_PAGE_BYTES}`)
  db.pragma(`max_page_count = ${MAX_MEMORY_BYTES / 2 / STORE_PAGE_BYTES}`)
  migrate(db, migrations)
  return db
}

function prepareLog(log: Database): void {
  log.pragma(`page_size = ${LOG_PAGE_BYTES}`)
  // Before the first use of the WAL: then there is no shared memory to lock at every commit.
  log.pragma('locking_mode = EXCLUSIVE')
  prepare(log, LOG_PAGE_BYTES)
  // Never an fsync while deltas wait. What the process wrote survives the process; a loss of power costs what was not in
  // segments yet, and at worst this file, which is then put aside.
  log.pragma('synchronous = OFF')
  migrate(log, LOG_MIGRATIONS)
}

/** Puts a log aside that a loss of power has damaged: what is in it is lost, what is in segments is not. */
function putDamagedLogAside(dataDir: string): void {
  const path = join(dataDir, 'journal.db')
  if (!existsSync(path)) return
  const log = new SqliteDatabase(path, { timeout: 0 })
  try {
    if (log.pragma('quick_check(1)', { simple: true }) === 'ok') return
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error))) throw error
  } finally {
    log.close()
  }
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
}

function prepareStore(db: Database): void {
  db.pragma(`page_size = ${STORE_PAGE_BYTES}`)
  prepare(db, STORE_PAGE_BYTES)
  db.pragma('foreign_keys = ON')
  migrate(db, STORE_MIGRATIONS)
}

function prepare(db: Database, pageBytes: number): void {
  db.pragma('journal_mode = WAL')
  // In WAL mode NORMAL survives a crash of the process; a loss of power may cost the last commits, never the file.
  db.pragma('synchronous = NORMAL')
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_BYTES / pageBytes}`)
  // A folder of temporary files is one more thing that may be full.
  db.pragma('temp_store = MEMORY')
}

function openError(error: unknown, dataDir: string): StoreOpenError {
  if (error instanceof NewerSchemaError) return new StoreOpenError('newer', error.message)
  if (sqliteCode(error).startsWith('SQLITE_BUSY')) {
    return new StoreOpenError('in_use', `The data folder ${dataDir} is in use by another relay.`)
  }
  const why = error instanceof Error ? error.message : String(error)
  return new StoreOpenError('unusable', `The store in ${dataDir} can not be opened (${why}).`, {
    cause: error,
  })
}
