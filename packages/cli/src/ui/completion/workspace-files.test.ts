import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../../client/testing/fake-clock.ts'
import { fileItems } from './file-items.ts'
import { WorkspaceFiles } from './workspace-files.ts'

let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => {
  folder.remove()
})

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    writeFileSync(join(folder.path, path), '')
  }
}

test('files near the top come first, and nobody’s files are left out', async () => {
  write(
    'src/deep/c.ts',
    'b.md',
    'node_modules/x/index.js',
    '.git/HEAD',
    '.github/ci.yml',
    'src/a.ts',
  )
  expect(await new WorkspaceFiles(folder.path, new FakeClock()).list()).toEqual([
    'b.md',
    '.github/ci.yml',
    'src/a.ts',
    'src/deep/c.ts',
  ])
})

test('a new file is found after a moment, and not looked for at every key', async () => {
  const clock = new FakeClock()
  const files = new WorkspaceFiles(folder.path, clock)
  write('old')
  expect(await files.list()).toEqual(['old'])
  write('new')
  expect(await files.list()).toEqual(['old'])
  await clock.advance(6000)
  expect(await files.list()).toEqual(['new', 'old'])
})

test('a folder that is not there has no files', async () => {
  const files = new WorkspaceFiles(join(folder.path, 'none'), new FakeClock())
  expect(await files.list()).toEqual([])
})

test('a query finds files by their letters, and quotes a name with a space', () => {
  const files = ['src/alpha.ts', 'src/beta.ts', 'my notes.md']
  expect(fileItems(files, 'sralp').map(({ insert }) => insert)).toEqual(['@src/alpha.ts '])
  expect(fileItems(files, 'notes').map(({ insert }) => insert)).toEqual(['@"my notes.md" '])
  expect(fileItems(files, 'nothing of it')).toEqual([])
})
