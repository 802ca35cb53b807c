/** The stores that there are. */
export { StoreOpenError } from './errors.ts'
export { openMemoryStore, openSqliteStore } from './sqlite/open.ts'
