/** The configuration as the file says it now. */
import { statSync } from 'node:fs'
import { loadConfig, type LoadedConfig } from '@speak-code/server/config'

/**
 * Gives a function that reads the file again when it has changed. Throws ConfigError at first; later a file that
 * cannot be used is told to `onProblem` once, and the last good one stays.
 */
export function watchedConfig(
  path: string,
  onProblem: (error: unknown) => void,
): () => LoadedConfig {
  let seen = fingerprint(path)
  let config = loadConfig(path)
  return () => {
    const now = fingerprint(path)
    if (now !== seen) {
      seen = now
      try {
        config = loadConfig(path)
      } catch (error) {
        onProblem(error)
      }
    }
    return config
  }
}

/** Editors replace files as often as they write them, hence the inode. */
function fingerprint(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stat === undefined ? '' : `${stat.ino}:${stat.mtimeNs}:${stat.size}`
}
