/** Rules of the repository that no other tool holds. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const repository = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(repository, file), 'utf8')
const lines = (file: string): number => read(file).trimEnd().split('\n').length

test('the lock file names no host', () => {
  expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\/|\btarball:/)
})

test('no script has the name of one of pnpm’s own commands', () => {
  const own = new Set(['add', 'install', 'pack', 'publish', 'audit', 'doctor', 'list', 'exec', 'v'])
  const { scripts } = JSON.parse(read('package.json'))
  expect(Object.keys(scripts).filter((name) => own.has(name))).toEqual([])
})

test('the floor of the benchmark stays a floor: at most 60 lines', () => {
  expect(lines('bench/src/floor.ts')).toBeLessThanOrEqual(60)
})

test('no source file has more than 500 lines', () => {
  const sources = globSync('{packages/*,bench}/{src,scripts}/**/*.{ts,tsx}', {
    cwd: repository,
  }).filter((file) => !file.includes('.test.'))
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.filter((file) => lines(file) > 500)).toEqual([])
})

test('what is tested is what is built: no test is narrowed to itself', () => {
  const tests = globSync(['{packages/*,bench}/{src,test}/**/*.test.{ts,tsx}', 'test/*.test.ts'], {
    cwd: repository,
  })
  expect(tests.filter((file) => /\b(?:test|it|describe)\.only\(/.test(read(file)))).toEqual([])
})
