import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeClock } from '../../client/testing/fake-clock.ts'
import { fileItems } from './file-items.ts'
import { gitFiles } from './git-files.ts'
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

const git = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync('git', args, { cwd: folder.path, encoding: 'utf8' })
  expect([args[0], status, stderr]).toEqual([args[0], 0, expect.any(String)])
}
const found = (root = folder.path): Promise<readonly string[]> =>
  new WorkspaceFiles(root, new FakeClock()).list()

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

describe('in a Git working tree', () => {
  beforeEach(() => {
    git('init', '--quiet')
  })

  test('what is ignored is left out, at every level, and what is tracked all the same is not', async () => {
    write('a.log', 'b.md', 'build/out.js', 'kept.log', 'src/a.ts', 'src/b.snap', 'src/deep/d.snap')
    writeFileSync(join(folder.path, '.gitignore'), '*.log\n/build\n')
    writeFileSync(join(folder.path, 'src/.gitignore'), '*.snap\n!deep/*.snap\n')
    git('add', '--force', 'kept.log')
    expect(await found()).toEqual([
      '.gitignore',
      'b.md',
      'kept.log',
      'src/.gitignore',
      'src/a.ts',
      'src/deep/d.snap',
    ])
  })

  test('dist and its like are files as any other where Git does not ignore them', async () => {
    write('dist/a.js', 'naïve “name”.md')
    expect(await found()).toEqual(['naïve “name”.md', 'dist/a.js'])
  })

  test('a tracked file that is gone is not offered', async () => {
    write('here', 'gone')
    git('add', '.')
    rmSync(join(folder.path, 'gone'))
    expect(await found()).toEqual(['here'])
  })

  test('paths begin at the folder, be it below the top', async () => {
    write('top', 'src/a.ts', 'src/b.log')
    writeFileSync(join(folder.path, '.gitignore'), '*.log\n')
    expect(await found(join(folder.path, 'src'))).toEqual(['a.ts'])
  })

  test('a folder that is itself ignored has its files', async () => {
    write('build/out.js')
    writeFileSync(join(folder.path, '.gitignore'), '/build\n')
    expect(await found(join(folder.path, 'build'))).toEqual(['out.js'])
  })

  test('no command of the repository’s own settings is run', async () => {
    write('a')
    git('add', '.')
    const ran = join(folder.path, '.git/ran')
    git('config', 'core.fsmonitor', `touch '${ran}'; false`)
    expect(await found()).toEqual(['a'])
    expect(existsSync(ran)).toBe(false)
  })

  test('no more than asked for', async () => {
    write('a', 'b', 'c')
    expect(await gitFiles(folder.path, 2)).toHaveLength(2)
  })
})

test('where Git is not installed the folder is walked', async () => {
  vi.stubEnv('PATH', folder.path)
  write('src/a.ts')
  expect(await new WorkspaceFiles(folder.path, new FakeClock()).list()).toEqual(['src/a.ts'])
  vi.unstubAllEnvs()
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
