/** The files of a Git working tree. Git itself knows best what is ignored, by files at every level and by its settings. */
import { spawn } from 'node:child_process'

/** Git is not waited for any longer. */
const PATIENCE_MS = 5000

/** What a strange repository names as its monitor would be run. */
const SAFELY = ['-c', 'core.fsmonitor=false']
const LIST = ['ls-files', '-z', '-t', '--cached', '--deleted', '--others', '--exclude-standard']

/** The tag of a file that is tracked but gone (`git ls-files -t`). */
const GONE = 'R'

/**
 * Paths from `folder`, with slashes, in no order: files that are tracked or not ignored, at most `most`. Undefined where
 * there is no Git, no working tree, or no answer within five seconds.
 */
export async function gitFiles(
  folder: string,
  most: number,
): Promise<readonly string[] | undefined> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const git = spawn('git', [...SAFELY, ...LIST], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: PATIENCE_MS,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  })
  const files = new Set<string>()
  const gone = new Set<string>()
  let open = ''
  git.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const entries = (open + chunk).split('\0')
    open = entries.pop() ?? ''
    for (const entry of entries) {
      const path = entry.slice(2)
      if (entry.startsWith(GONE)) gone.add(path)
      // With a slash at its end it is a repository within this one.
      else if (!path.endsWith('/')) files.add(path)
    }
    if (files.size < most) return
    resolve(true)
    git.kill()
  })
  git.once('error', () => {
    resolve(false)
  })
  git.once('close', (code) => {
    resolve(code === 0)
  })
  if (!(await promise)) return undefined
  return [...files].filter((path) => !gone.has(path)).slice(0, most)
}
