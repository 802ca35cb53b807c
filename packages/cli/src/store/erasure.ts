/** Deleting so that the bytes are gone, not only the rows. */
import type { Database } from 'better-sqlite3'
import type { PromptTable } from './prompt-table.ts'
import type { ConversationRow } from './rows.ts'
import { StoreError } from './store-error.ts'
import { storeFailure } from './store-failure.ts'
import type { Tables } from './tables.ts'

/** Deletes a conversation with its messages, runs, tokens, draft and prompts. Runs inside a transaction of the caller's. */
export function deleteRows(
  tables: Tables,
  prompts: PromptTable,
  { id, key }: ConversationRow,
): void {
  tables.index.removeConversation(key)
  prompts.forgetQuestions(key)
  prompts.saveDraft(id, '', [])
  tables.conversations.remove(key)
}

/**
 * Overwrites what deleted rows have left: in the index, in the file (`secure_delete` zeroes freed pages, but copies of
 * moved rows stay in the gaps of others until the file is written anew) and in the WAL. It costs some ten
 * seconds a gigabyte. Throws StoreError where that is not possible now; the rows are deleted all the same.
 */
export function overwriteDeleted(db: Database, tables: Tables): void {
  try {
    tables.index.purge()
    db.exec('VACUUM')
    const checkpoint = db.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').get()
    if (checkpoint?.busy === 1) {
      throw new StoreError(`Another program is reading ${db.name}.`)
    }
  } catch (error) {
    const reason = storeFailure(db.name, error)
    if (!(reason instanceof StoreError)) throw error
    throw new StoreError(
      `It is deleted, but its bytes could not be overwritten on the disk yet: ${reason.message} The next deletion tries again.`,
      { cause: error },
    )
  }
}
