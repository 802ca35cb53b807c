import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { followLog, lastLines } from './log-view.ts'

let home: TemporaryFolder
let log: string
beforeEach(() => {
  home = temporaryFolder()
  log = join(home.path, 'relay.log')
})
afterEach(() => {
  home.remove()
})

it('the last lines, also of a line that is not finished', () => {
  writeFileSync(log, 'one\ntwo\nthree')
  expect(lastLines(log, 2)).toEqual({ text: 'two\nthree\n', end: 13 })
  expect(lastLines(log, 9).text).toBe('one\ntwo\nthree\n')
  expect(lastLines(log, 0).text).toBe('')
})

it('nothing of a log that is not there', () => {
  expect(lastLines(log, 5)).toEqual({ text: '', end: 0 })
})

it('follows what is appended, and starts over where the log was emptied', async () => {
  writeFileSync(log, 'before\n')
  const stop = new AbortController()
  let seen = ''
  const following = followLog(log, 7, (text) => (seen += text), stop.signal)
  appendFileSync(log, 'élan\n')
  await vi.waitUntil(() => seen === 'élan\n')
  truncateSync(log, 0)
  appendFileSync(log, 'new\n')
  await vi.waitUntil(() => seen === 'élan\nnew\n')
  stop.abort()
  await expect(following).rejects.toThrow('aborted')
})
