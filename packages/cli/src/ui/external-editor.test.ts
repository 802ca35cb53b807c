import { existsSync, statSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { editExternally } from './external-editor.ts'

let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  folder = temporaryFolder()
})

afterEach(() => {
  folder.remove()
})

/** The command of an editor that does so to the file in `$1`, and notes the file's name. */
function editor(script: string): string {
  const path = join(folder.path, 'editor.sh')
  writeFileSync(
    path,
    `echo "$1" > "${folder.path}/seen"\nstat -c %a "$1" > "${folder.path}/mode"\n${script}\n`,
  )
  return `sh "${path}"`
}

const PATH = { PATH: process.env['PATH'] ?? '' }
const seen = (): string => readFileSync(join(folder.path, 'seen'), 'utf8').trim()

describe.skipIf(process.platform === 'win32')('the person’s editor', () => {
  test('gets the whole draft in a file that nobody else reads, which is gone afterwards', async () => {
    const draft = 'two\nlines 日本'
    const text = await editExternally(draft, { ...PATH, EDITOR: editor('echo "and more" >> "$1"') })
    expect(text).toBe(`${draft}and more`)
    expect(readFileSync(join(folder.path, 'mode'), 'utf8').trim()).toBe('600')
    expect(existsSync(seen())).toBe(false)
    expect(() => statSync(join(seen(), '..'))).toThrow('ENOENT')
  })

  test('$VISUAL goes over $EDITOR', async () => {
    const env = { ...PATH, VISUAL: editor('printf visual > "$1"'), EDITOR: 'false' }
    expect(await editExternally('', env)).toBe('visual')
  })

  test.each([
    ['exit 3', 'failed (exit code 3); the draft is as it was.'],
    ['rm "$1"', 'What the editor saved cannot be read:'],
  ])('%s: rejects with a sentence', async (script, sentence) => {
    await expect(editExternally('x', { ...PATH, EDITOR: editor(script) })).rejects.toThrow(sentence)
  })

  test('that is not there: rejects with a sentence', async () => {
    const env = { ...PATH, EDITOR: 'no-such-editor' }
    await expect(editExternally('x', env)).rejects.toThrow('There is no no-such-editor')
  })
})
