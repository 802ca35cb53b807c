/** Looks into a relay's store from outside. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'

/**
 * `PRAGMA integrity_check` of a store whose relay is down; undefined where all is well. It looks at a copy: opening the
 * files would recover them, which is for the relay to do.
 */
export function damageOf(dataDir: string): string | undefined {
  const copy = mkdtempSync(join(dataDir, '../copy-'))
  try {
    for (const name of readdirSync(dataDir)) cpSync(join(dataDir, name), join(copy, name))
    const db = new SqliteDatabase(join(copy, 'relay.db'))
    try {
      const finding = String(db.pragma('integrity_check', { simple: true }))
      return finding === 'ok' ? undefined : finding
    } finally {
      db.close()
    }
  } catch (error) {
    return String(error)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

export interface StoredRun {
  readonly status: string
  readonly endSeq: number | null
  readonly content: string
  readonly usageRows: number
}

/** The store of a relay that is up, read beside it. */
export class RelayFiles {
  readonly #db: SqliteDatabase.Database

  constructor(dataDir: string) {
    this.#db = new SqliteDatabase(join(dataDir, 'relay.db'), { readonly: true, timeout: 5000 })
  }

  run(id: string): StoredRun | undefined {
    return this.#db
      .prepare<[string], StoredRun>(
        `SELECT runs.status, runs.end_seq AS endSeq, messages.content,
           (SELECT count(*) FROM usage WHERE usage.run = runs.key) AS usageRows
         FROM runs JOIN messages ON messages.key = runs.message WHERE runs.id = ?`,
      )
      .get(id)
  }

  /** Runs without an end. */
  get started(): number {
    const row = this.#db
      .prepare<[], { count: number }>("SELECT count(*) AS count FROM runs WHERE status = 'started'")
      .get()
    return row?.count ?? 0
  }

  close(): void {
    this.#db.close()
  }
}
