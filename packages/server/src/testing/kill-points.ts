/**
 * Kills its own process, as `kill -9` does, at a chosen act of the store, a statement or a line of its log: moments that last
 * microseconds and that no other process could hit. Nothing happens until {@link dieAt} is called.
 */
import SqliteDatabase from 'better-sqlite3'
import { LogFile } from '../store/sqlite/log-file.ts'

export interface KillPoint {
  /** How the statement begins, such as `INSERT INTO segments`; `append`: a line of the log. */
  readonly statement: string
  /** `after` is inside of the statement's transaction, where it belongs to one. */
  readonly when: 'before' | 'after'
  /** So many of these statements are let by. */
  readonly skip: number
}

let point:
  | { readonly statement: string; readonly when: KillPoint['when']; left: number }
  | undefined

/** Dies at the point as soon as the store comes to it; a later call replaces an earlier one. */
export function dieAt({ statement, when, skip }: KillPoint): void {
  point = { statement, when, left: skip }
}

export const isKillPoint = (value: unknown): value is KillPoint =>
  typeof value === 'object' && value !== null && 'statement' in value && 'when' in value

function reach(sql: string, when: KillPoint['when']): void {
  if (point?.when !== when || !sql.startsWith(point.statement)) return
  point.left -= 1
  if (point.left < 0) process.kill(process.pid, 'SIGKILL')
}

/** Makes every line of the log, and every statement that is prepared from now on, pass the points. */
export function installKillPoints(): void {
  const append: unknown = Reflect.get(LogFile.prototype, 'append')
  if (typeof append !== 'function') throw new Error('the log has no append')
  Object.defineProperty(LogFile.prototype, 'append', {
    value(this: unknown, line: string): void {
      reach('append', 'before')
      Reflect.apply(append, this, [line])
      reach('append', 'after')
    },
  })
  const prepare: unknown = Reflect.get(SqliteDatabase.prototype, 'prepare')
  if (typeof prepare !== 'function') throw new Error('better-sqlite3 has no prepare')
  Object.defineProperty(SqliteDatabase.prototype, 'prepare', {
    value(this: unknown, sql: string): unknown {
      const statement: unknown = Reflect.apply(prepare, this, [sql])
      if (typeof statement !== 'object' || statement === null) return statement
      const text = sql.trimStart()
      for (const verb of ['run', 'get']) {
        const act: unknown = Reflect.get(statement, verb)
        if (typeof act !== 'function') continue
        Object.defineProperty(statement, verb, {
          value(...values: unknown[]): unknown {
            reach(text, 'before')
            const result: unknown = Reflect.apply(act, statement, values)
            reach(text, 'after')
            return result
          },
        })
      }
      return statement
    },
  })
}
