/** The stores that there are. */
export { StoreFailure, StoreOpenError } from './errors.ts'
export { openMemoryStore, openSqliteStore } from './sqlite/open.ts'
