/** SQLite's errors (https://sqlite.org/rescode.html) and those of files (errno(3)) → ours. */
import { StoreFailure, type StoreFailureReason } from '../errors.ts'

const SENTENCES: Record<StoreFailureReason, string> = {
  full: 'The relay’s disk is full.',
  locked: 'The relay’s store is locked by another process.',
  readonly: 'The relay’s store can not be written to.',
  corrupt: 'The relay’s store is damaged.',
  other: 'The relay’s store failed.',
}

function reasonOf(code: string): StoreFailureReason {
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC' || code === 'EDQUOT') return 'full'
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'locked'
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return 'readonly'
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'readonly'
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) return 'corrupt'
  return 'other'
}

/** The error's code, SQLite's or the system's, or an empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}

export function storeFailure(error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error
  return failureOf(reasonOf(codeOf(error)), error)
}

export function failureOf(reason: StoreFailureReason, cause?: unknown): StoreFailure {
  return new StoreFailure(reason, SENTENCES[reason], { cause })
}
