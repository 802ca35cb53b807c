import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRemembered } from './remembered.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remembered-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('what is set is there in the next session, in a file for its owner alone', async () => {
  const first = openRemembered(folder)
  expect(first.lastModel).toBeUndefined()
  expect(first.hintsSeen).toEqual([])
  first.lastModel = 'openai/gpt-x'
  first.hintsSeen = ['ctrl-r']
  first.theme = 'dark'
  await first.save()
  const next = openRemembered(folder)
  expect(next.lastModel).toBe('openai/gpt-x')
  expect(next.hintsSeen).toEqual(['ctrl-r'])
  expect(next.theme).toBe('dark')
  expect(statSync(join(folder, 'remembered.json')).mode & 0o777).toBe(0o600)
})

test('what is remembered already is not written again, and nothing before it is to be saved', async () => {
  const file = join(folder, 'remembered.json')
  const remembered = openRemembered(folder)
  remembered.lastModel = 'openai/gpt-x'
  expect(existsSync(file)).toBe(false)
  await remembered.save()
  rmSync(file)
  remembered.lastModel = 'openai/gpt-x'
  await remembered.save()
  expect(existsSync(file)).toBe(false)
})

test.each(['{"lastModel"', '[]', '{"lastModel": 7}', ''])(
  'a broken file (%s) counts as empty',
  async (text) => {
    const file = join(folder, 'remembered.json')
    writeFileSync(file, text)
    const remembered = openRemembered(folder)
    expect(remembered.lastModel).toBeUndefined()
    remembered.lastModel = 'demo/demo'
    await remembered.save()
    expect(readFileSync(file, 'utf8')).toContain('demo/demo')
  },
)

test('where nothing can be written it lasts for the session', async () => {
  const blocked = join(folder, 'file')
  writeFileSync(blocked, 'in the way')
  const remembered = openRemembered(join(blocked, 'state'))
  remembered.lastModel = 'demo/demo'
  await remembered.save()
  expect(remembered.lastModel).toBe('demo/demo')
  expect(remembered.hintsSeen).toEqual([])
})
