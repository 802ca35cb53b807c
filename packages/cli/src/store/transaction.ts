import type { Database } from 'better-sqlite3'

/**
 * Runs `work` wholly or not at all. The write lock is taken at its beginning, so that another process's write is
 * waited for and never met half-way.
 */
export function atomically<T>(db: Database, work: () => T): T {
  return db.transaction(work).immediate()
}

/**
 * As {@link atomically}, and on the disk itself when it returns, so that a power cut cannot take it back: with
 * `synchronous = FULL` a commit syncs the WAL. Other transactions are left to the next checkpoint, which is enough for
 * a crash of the program, for the relay has their text too.
 */
export function durably<T>(db: Database, work: () => T): T {
  db.pragma('synchronous = FULL')
  try {
    return atomically(db, work)
  } finally {
    db.pragma('synchronous = NORMAL')
  }
}
