import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FileText } from '../chat/session-parts.ts'
import { mentionedFiles } from './mentioned-files.ts'

let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => {
  folder.remove()
})

const path = (name: string): string => join(folder.path, name)

async function read(name: string): Promise<FileText> {
  return { name, text: await readFile(name, 'utf8') }
}

test('words that name files bring them along, each once; other words are words', async () => {
  writeFileSync(path('a.ts'), 'text of a')
  mkdirSync(path('folder'))
  const text = `compare @${path('a.ts')}, @${path('a.ts')} @${path('folder')} and @nobody`
  expect(await mentionedFiles(text, read)).toEqual([{ name: path('a.ts'), text: 'text of a' }])
})

test('a file of more than 1 MiB is refused, and one of exactly that is not', async () => {
  writeFileSync(path('large'), 'x'.repeat(1024 * 1024 + 1))
  writeFileSync(path('fits'), 'x'.repeat(1024 * 1024))
  await expect(mentionedFiles(`@${path('large')}`, read)).rejects.toThrow(
    'large is too large: 1.0 MiB; at most 1 MiB goes with a question.',
  )
  expect(await mentionedFiles(`@${path('fits')}`, read)).toHaveLength(1)
})
