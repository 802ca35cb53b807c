/** The files below a folder that is no Git working tree. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const MOST_FOLDERS = 4000

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

/** Paths from `root`, with slashes, at most `most`, those near the top first. Folders that cannot be read are left out. */
export async function filesBelow(root: string, most: number): Promise<readonly string[]> {
  const files: string[] = []
  const folders = ['']
  for (let at = 0; at < folders.length && at < MOST_FOLDERS; at++) {
    const folder = folders[at] ?? ''
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder + entry.name
      if (entry.isFile()) files.push(path)
      else if (entry.isDirectory() && !NOISE.has(entry.name)) folders.push(`${path}/`)
      if (files.length >= most) return files
    }
  }
  return files
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
