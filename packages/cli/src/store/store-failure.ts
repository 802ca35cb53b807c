/** What the file system and SQLite say, as a sentence for people. */
import Database from 'better-sqlite3'
import { StoreError } from './store-error.ts'

/** How long a process waits for another one's transaction. */
export const BUSY_TIMEOUT_MS = 10_000

/** Errors of SQLite and of the file system become a StoreError with a sentence; others stay what they are. */
export function storeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined || error instanceof StoreError) return error
  return new StoreError(sentence(path, code), { cause: error })
}

/** Whether the file is no database, or a damaged one. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
}

export function isBusy(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_BUSY') ?? false
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) return error.code
  if (error instanceof Error && 'syscall' in error && 'code' in error) return String(error.code)
  return undefined
}

function sentence(path: string, code: string): string {
  const kind = code.replace('SQLITE_', '').split('_')[0] ?? ''
  return SENTENCES[kind]?.(path) ?? `The history in ${path} could not be read or written (${code}).`
}

const full = (path: string): string =>
  `The disk is full: the history in ${path} could not be written.`
const readOnly = (path: string): string =>
  `The history in ${path} is read-only and could not be written.`
const forbidden = (path: string): string => `No permission to use the history in ${path}.`
const busy = (path: string): string =>
  `The history in ${path} is in use by another program, which did not let go of it in ${BUSY_TIMEOUT_MS / 1000} s.`
const damaged = (path: string): string =>
  `The history file ${path} is damaged. The next start keeps it aside and begins a new one.`
const cannotOpen = (path: string): string =>
  `The history file ${path} cannot be opened: is its folder there, and may it be written?`

/** By the first part of the code (https://sqlite.org/rescode.html, errno(3)). */
const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  FULL: full,
  ENOSPC: full,
  EDQUOT: full,
  READONLY: readOnly,
  EROFS: readOnly,
  EACCES: forbidden,
  EPERM: forbidden,
  PERM: forbidden,
  BUSY: busy,
  LOCKED: busy,
  CORRUPT: damaged,
  NOTADB: damaged,
  CANTOPEN: cannotOpen,
  ENOENT: cannotOpen,
  ENOTDIR: cannotOpen,
  EISDIR: cannotOpen,
}
