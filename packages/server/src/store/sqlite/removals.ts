/** What leaves the store: whole conversations, and journals past their time. */
import type { Database } from 'better-sqlite3'
import { immediate } from './transaction.ts'

/** Takes messages and runs along; their usage stays. */
export function deleteConversationIn(db: Database): (userId: string, id: string) => boolean {
  const find = db.prepare<[string, string], { key: number }>(
    'SELECT key FROM conversations WHERE user_id = ? AND id = ?',
  )
  const runs = db.prepare<[number]>('DELETE FROM runs WHERE conversation = ?')
  const messages = db.prepare<[number]>('DELETE FROM messages WHERE conversation = ?')
  const conversation = db.prepare<[number]>('DELETE FROM conversations WHERE key = ?')
  return immediate(db, (userId: string, id: string) => {
    const row = find.get(userId, id)
    if (row === undefined) return false
    runs.run(row.key)
    messages.run(row.key)
    conversation.run(row.key)
    return true
  })
}

/** Drops the segments of runs that ended before a time (milliseconds since 1970). */
export function trimIn(db: Database): (before: number) => number {
  const segments = db.prepare<[number]>(
    'DELETE FROM segments WHERE run IN (SELECT key FROM runs WHERE trimmed = 0 AND ended_at < ?)',
  )
  const mark = db.prepare<[number]>(
    'UPDATE runs SET trimmed = 1 WHERE trimmed = 0 AND ended_at < ?',
  )
  return immediate(db, (before: number) => {
    segments.run(before)
    return mark.run(before).changes
  })
}

/** Takes conversations without a live run along that were last touched before a time (milliseconds since 1970). */
export function forgetIn(db: Database): (before: number) => number {
  const idle =
    "conversation IN (SELECT key FROM conversations WHERE updated_at < ? AND key NOT IN (SELECT conversation FROM runs WHERE status = 'started'))"
  const runs = db.prepare<[number]>(`DELETE FROM runs WHERE ${idle}`)
  const messages = db.prepare<[number]>(`DELETE FROM messages WHERE ${idle}`)
  const conversations = db.prepare<[number]>(
    'DELETE FROM conversations WHERE updated_at < ? AND key NOT IN (SELECT conversation FROM messages)',
  )
  return immediate(db, (before: number) => {
    runs.run(before)
    messages.run(before)
    return conversations.run(before).changes
  })
}
