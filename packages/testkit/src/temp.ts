/** Temporary folders for tests. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  /** Deletes the folder and what is in it; a second call does nothing. */
  remove(): void
}

/** A new, empty folder. Its name is short, so that the path of a Unix socket in it fits. */
export function temporaryFolder(): TemporaryFolder {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'sc-')))
  return {
    path: folder,
    remove() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
