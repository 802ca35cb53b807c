/** The files below a folder, for completion: looked for in the background, kept for a moment, bounded. */
import type { Clock } from '../../client/clock.ts'
import { filesBelow } from './folder-walk.ts'
import { gitFiles } from './git-files.ts'

/** More are not offered; those near the top come first. */
const MOST_FILES = 20_000
/** Git tells its files in no order that counts here. */
const MOST_SORTED = 50_000
/** A list that is older is looked for again. */
const FRESH_MS = 5000

export class WorkspaceFiles {
  readonly #root: string
  readonly #clock: Clock
  #found: Promise<readonly string[]> | undefined
  #foundAt = 0

  constructor(root: string, clock: Clock) {
    this.#root = root
    this.#clock = clock
  }

  /** Paths from the root, with slashes, those near the top first. What Git ignores is left out. */
  list(): Promise<readonly string[]> {
    if (this.#found === undefined || this.#clock.now() - this.#foundAt > FRESH_MS) {
      this.#foundAt = this.#clock.now()
      this.#found = workspaceFiles(this.#root)
    }
    return this.#found
  }
}

async function workspaceFiles(root: string): Promise<readonly string[]> {
  const tracked = await gitFiles(root, MOST_SORTED)
  // In a folder that is itself ignored one still wants its files.
  if (tracked === undefined || tracked.length === 0) return filesBelow(root, MOST_FILES)
  return fromTheTop(tracked).slice(0, MOST_FILES)
}

function fromTheTop(paths: readonly string[]): readonly string[] {
  return paths
    .map((path) => ({ path, depth: path.split('/').length }))
    .toSorted((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path)
}
