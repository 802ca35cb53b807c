/** The files below a folder, for completion: looked for in the background, kept for a moment, bounded. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../client/clock.ts'

/** More are not looked for; those near the top come first. */
const MOST_FILES = 20_000
const MOST_FOLDERS = 4000
/** A list that is older is looked for again. */
const FRESH_MS = 5000

/** Folders whose files nobody writes by hand. */
const NOISE: ReadonlySet<string> = new Set([
  '.cache',
  '.git',
  '.gradle',
  '.hg',
  '.idea',
  '.mypy_cache',
  '.next',
  '.nuxt',
  '.pytest_cache',
  '.svn',
  '.tox',
  '.turbo',
  '.venv',
  '__pycache__',
  'coverage',
  'dist',
  'node_modules',
  'target',
  'venv',
])

export class WorkspaceFiles {
  readonly #root: string
  readonly #clock: Clock
  #found: Promise<readonly string[]> | undefined
  #foundAt = 0

  constructor(root: string, clock: Clock) {
    this.#root = root
    this.#clock = clock
  }

  /** Paths from the root, with slashes, those near the top first. Folders that cannot be read are left out. */
  list(): Promise<readonly string[]> {
    if (this.#found === undefined || this.#clock.now() - this.#foundAt > FRESH_MS) {
      this.#foundAt = this.#clock.now()
      this.#found = filesBelow(this.#root)
    }
    return this.#found
  }
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = ['']
  for (let at = 0; at < folders.length && at < MOST_FOLDERS; at++) {
    const folder = folders[at] ?? ''
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder + entry.name
      if (entry.isFile()) files.push(path)
      else if (entry.isDirectory() && !NOISE.has(entry.name)) folders.push(`${path}/`)
      if (files.length >= MOST_FILES) return files
    }
  }
  return files
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
