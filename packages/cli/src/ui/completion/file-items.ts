/** Paths → what the list of files shows. */
import { go } from 'fuzzysort'
import type { MenuItem } from './menu.ts'

const MOST = 50

/** The files that a query means, the most likely first; without a query those near the top. */
export function fileItems(files: readonly string[], query: string): MenuItem[] {
  if (query === '') return files.slice(0, MOST).map(fileItem)
  return go(query, files, { limit: MOST }).map(({ target }) => fileItem(target))
}

export function fileItem(path: string): MenuItem {
  const isFolder = path.endsWith('/')
  const word = /\s/.test(path) ? `@"${path}${isFolder ? '' : '"'}` : `@${path}`
  // In a folder one goes on writing.
  return { label: path, hint: '', insert: isFolder ? word : `${word} ` }
}
