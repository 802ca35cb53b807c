import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { LogFile } from './log-file.ts'

const folders: { remove(): void }[] = []
const logs: LogFile[] = []

function folder(): string {
  const made = temporaryFolder()
  folders.push(made)
  return made.path
}

function open(path: string): LogFile {
  const log = new LogFile(path)
  logs.push(log)
  return log
}

const linesOf = (log: LogFile): string[] => [...log.lines()].map(({ line }) => line)
const filesIn = (path: string): string[] => readdirSync(path).toSorted()

afterEach(() => {
  for (const log of logs.splice(0)) log.close()
  for (const each of folders.splice(0)) each.remove()
})

describe('the log of live runs', () => {
  it('L5: what was appended is there for the next process, whatever it is and however long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }),
        fc.nat({ max: 70_000 }),
        (texts, length) => {
          const lines = [...texts, '日'.repeat(length)].map((text) => JSON.stringify(text))
          const path = folder()
          const log = open(path)
          for (const line of lines) log.append(line)
          expect(linesOf(log)).toEqual(lines)
          expect(linesOf(open(path))).toEqual(lines)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('L1: a line that was being written when the process was killed does not count, and what follows does', () => {
    const path = folder()
    open(path).append('whole')
    appendFileSync(join(path, 'journal-1.log'), 'hal')
    const next = open(path)
    next.append('later')
    expect(linesOf(next)).toEqual(['whole', 'later'])
    expect(filesIn(path)).toEqual(['journal-1.log', 'journal-2.log'])
  })

  it('T134: a line that can not be written is not there, and the next one is', () => {
    const path = folder()
    symlinkSync('/dev/full', join(path, 'journal-3.log'))
    writeFileSync(join(path, 'journal-2.log'), 'before\n')
    const log = open(path)
    expect(log.block).toBe(4)
    symlinkSync('/dev/full', join(path, 'journal-4.log'))
    expect(() => {
      log.append('lost')
    }).toThrow(/ENOSPC/)
    log.append('kept')
    expect(readFileSync(join(path, 'journal-5.log'), 'utf8')).toBe('kept\n')
  })

  it('begins a new block when one is full, and drops whole blocks from the oldest', () => {
    const path = folder()
    const log = open(path)
    const line = 'x'.repeat(1024 * 1024)
    while (log.block < 3) log.append(line)
    log.append('last')
    expect(filesIn(path)).toEqual(['journal-1.log', 'journal-2.log', 'journal-3.log'])
    log.dropBefore(2)
    expect(filesIn(path)).toEqual(['journal-2.log', 'journal-3.log'])
    log.dropBefore(log.block)
    expect(linesOf(log)).toEqual(['last'])
  })

  it('is empty where nothing of it is needed, and goes on', () => {
    const path = folder()
    const log = open(path)
    log.append('secret')
    log.dropBefore(log.block + 1)
    expect(readFileSync(join(path, 'journal-1.log'), 'utf8')).toBe('')
    log.append('next')
    expect(linesOf(log)).toEqual(['next'])
  })

  it('a block that was put aside is kept beside the log, with those after it, and the log goes on', () => {
    const path = folder()
    for (const line of ['before', 'damaged', 'after']) open(path).append(line)
    const log = open(path)
    log.append('newest')
    log.putAside(2)
    log.append('next')
    expect(linesOf(log)).toEqual(['before', 'next'])
    expect(linesOf(open(path))).toEqual(['before', 'next'])
    expect(filesIn(path)).toEqual([
      'journal-1.log',
      ...[2, 3, 4].map((block): unknown =>
        expect.stringMatching(String.raw`^journal-${block}\.log\.damaged-\d{8}T\d{6}Z$`),
      ),
      'journal-5.log',
    ])
  })
})
