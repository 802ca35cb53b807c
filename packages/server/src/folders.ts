/** Folders of our own. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that only its owner may use, and those above it that are missing. Returns the first that was made, or
 * undefined where there was nothing to make. Throws what mkdir throws. (Node's own `recursive` never comes back where a
 * parent exists but can not hold folders, as /proc.)
 */
export function makeFolder(path: string): string | undefined {
  if (existsSync(path)) return undefined
  const parent = dirname(path)
  const above = parent === path ? undefined : makeFolder(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(path)) throw error
  }
  return above ?? path
}
