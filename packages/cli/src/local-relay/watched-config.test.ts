import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@speak-code/server/config'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { watchedConfig } from './watched-config.ts'

let home: TemporaryFolder
let file: string
beforeEach(() => {
  home = temporaryFolder()
  file = join(home.path, 'config.toml')
})
afterEach(() => {
  home.remove()
})

it('§4: is read again when the file has changed, and only then', () => {
  const config = watchedConfig(file, () => undefined)
  expect(config().config.openai.model).toBeUndefined()
  expect(config()).toBe(config())
  writeFileSync(file, '[openai]\nmodel = "one"\n')
  expect(config().config.openai.model).toBe('one')
  // The same length, as editors write: beside it, then renamed.
  writeFileSync(`${file}.new`, '[openai]\nmodel = "two"\n')
  renameSync(`${file}.new`, file)
  expect(config().config.openai.model).toBe('two')
})

it('a change that cannot be used is told once; the last good one stays', () => {
  writeFileSync(file, '[openai]\nmodel = "one"\n')
  const problems: unknown[] = []
  const config = watchedConfig(file, (problem) => problems.push(problem))
  writeFileSync(file, '[openai]\nmodel = 1\n')
  expect(config().config.openai.model).toBe('one')
  expect(config().config.openai.model).toBe('one')
  expect(problems).toEqual([expect.any(ConfigError)])
})
