import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { pathsAfter, readAttachment, writeNewFile } from './chat-files.ts'

function folder(): string {
  const made = temporaryFolder()
  onTestFinished(() => made.remove())
  return made.path
}

test('no slash command overwrites a file', async () => {
  const path = join(folder(), 'out.md')
  expect(await writeNewFile(path, 'first')).toBe('written')
  expect(await writeNewFile(path, 'second')).toBe('exists')
  expect(readFileSync(path, 'utf8')).toBe('first')
})

test('why a file cannot be written is said in words', async () => {
  const root = folder()
  writeFileSync(join(root, 'file'), '')
  const rejection = (path: string): Promise<unknown> =>
    writeNewFile(join(root, path), 'x').catch((error: unknown) => String(error))
  expect(await rejection('missing/out.md')).toMatch(
    /out\.md cannot be written: there is no such directory\.$/,
  )
  expect(await rejection('')).toMatch(/cannot be written: it is a directory\.$/)
  expect(await rejection('file/out.md')).toMatch(/: a part of its path is not a directory\.$/)
})

test.skipIf(process.getuid?.() === 0)('nor where this user may not', async () => {
  const root = folder()
  chmodSync(root, 0o500)
  onTestFinished(() => {
    chmodSync(root, 0o700)
  })
  await expect(writeNewFile(join(root, 'out.md'), 'x')).rejects.toThrow('you may not write there')
})

test('a path goes on as files and folders, hidden ones only when asked for', async () => {
  const root = folder()
  mkdirSync(join(root, 'apple'))
  for (const name of ['apricot.txt', '.hidden', 'pear']) writeFileSync(join(root, name), '')
  expect(await pathsAfter(`${root}/ap`)).toEqual([`${root}/apple/`, `${root}/apricot.txt`])
  expect(await pathsAfter(`${root}/`)).toHaveLength(3)
  expect(await pathsAfter(`${root}/.h`)).toEqual([`${root}/.hidden`])
  expect(await pathsAfter(`${root}/nothing/x`)).toEqual([])
})

test('an attachment has the name that was typed', async () => {
  const path = join(folder(), 'a.txt')
  writeFileSync(path, 'text')
  expect(await readAttachment(path)).toEqual({ name: path, path, text: 'text' })
  await expect(readAttachment(`${path}.missing`)).rejects.toThrow('there is no such file')
})
