/** Write transactions that take the write lock at once, so that none fails half-way for want of it. */
import type { Database } from 'better-sqlite3'

export function immediate<Args extends unknown[], Result>(
  db: Database,
  verb: (...args: Args) => Result,
): (...args: Args) => Result {
  const transaction = db.transaction(verb)
  return (...args) => transaction.immediate(...args)
}
