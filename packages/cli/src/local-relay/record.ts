/** What the holder of the lock says of itself, so that callers of every session find it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const RelayRecord = z.object({
  pid: z.int().positive(),
  /** The data folder, DATA. */
  data: z.string(),
  config: z.string(),
  socket: z.string(),
  /** Absent in the record of a version that did not write it. */
  version: z.string().optional(),
})
export type RelayRecord = z.infer<typeof RelayRecord>

/** Replaces the record in one step. */
export function writeRecord(path: string, record: RelayRecord): void {
  const draft = `${path}.${String(process.pid)}`
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

/** The record, which is true only while the lock is held; undefined where there is none that can be read. */
export function readRecord(path: string): RelayRecord | undefined {
  try {
    const parsed = RelayRecord.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

export function removeRecord(path: string): void {
  rmSync(path, { force: true })
}
