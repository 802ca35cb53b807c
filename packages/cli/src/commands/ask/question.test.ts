import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CommandError, UsageError } from '../../errors.ts'
import { quietTerminal } from '../../testing/text-deps.ts'
import { assembleQuestion, readQuestion } from './question.ts'
import { readInput, SILENT_PIPE_MS } from './stdin.ts'
import { MAX_QUESTION_BYTES } from './text-bytes.ts'

const noNote = (): void => {
  throw new Error('nothing was to be left')
}

const readFiles = (...files: readonly string[]): Promise<string> =>
  readQuestion({ prompt: ['why?'], files }, { stdin: quietTerminal(), note: () => undefined })

describe('assembling: files, then stdin, then the argument, a blank line between', () => {
  const files = [
    { name: 'a.ts', text: 'let a\n' },
    { name: 'b.ts', text: 'let b' },
  ]
  test('each file after a line with its name', () => {
    expect(assembleQuestion({ files, stdin: 'piped\n', argument: 'why?' })).toBe(
      'a.ts\nlet a\n\nb.ts\nlet b\n\npiped\n\nwhy?',
    )
  })

  test('what is empty leaves no trace', () => {
    expect(assembleQuestion({ files: [], stdin: ' \n', argument: 'why?' })).toBe('why?')
    expect(assembleQuestion({ files: [], stdin: 'piped', argument: '' })).toBe('piped')
  })

  test('one part alone stays byte for byte', () => {
    expect(assembleQuestion({ files: [], stdin: '  x\n\n', argument: '' })).toBe('  x\n\n')
  })
})

describe('standard input', () => {
  test('is read to its end, characters cut anywhere', async () => {
    const input = new PassThrough()
    const reading = readInput(input, { silentMs: undefined, onLeft: noNote })
    for (const byte of Buffer.from('世界 👩‍💻')) input.write(Buffer.from([byte]))
    input.end()
    expect(await reading).toBe('世界 👩‍💻')
  })

  test('silent for 3 s it is left; after its first byte it is read to the end', async () => {
    vi.useFakeTimers()
    try {
      let left = 0
      const onLeft = (): void => {
        left += 1
      }
      const silent = readInput(new PassThrough(), { silentMs: SILENT_PIPE_MS, onLeft })
      const slow = new PassThrough()
      const read = readInput(slow, { silentMs: SILENT_PIPE_MS, onLeft })
      await vi.advanceTimersByTimeAsync(SILENT_PIPE_MS - 1)
      expect(left).toBe(0)
      slow.write('slow')
      await vi.advanceTimersByTimeAsync(10 * SILENT_PIPE_MS)
      slow.end('er')
      expect(await silent).toBe('')
      expect(await read).toBe('slower')
      expect(left).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test.each([
    ['bad UTF-8', Buffer.from([0x61, 0xff])],
    ['a cut character', Buffer.from('é').subarray(0, 1)],
    ['a NUL', Buffer.from('a\0b')],
  ])('%s is refused with a sentence', async (_name, bytes) => {
    const input = new PassThrough()
    input.end(bytes)
    await expect(readInput(input, { silentMs: undefined, onLeft: noNote })).rejects.toThrow(
      'Standard input is not text in UTF-8.',
    )
  })

  test('one without an end is left at the bound: too_large', async () => {
    const input = new PassThrough({ highWaterMark: MAX_QUESTION_BYTES * 2 })
    const reading = readInput(input, { silentMs: undefined, onLeft: noNote })
    const piece = Buffer.alloc(MAX_QUESTION_BYTES / 4, 'y')
    for (let i = 0; i < 5; i++) input.write(piece)
    await expect(reading).rejects.toMatchObject({ code: 'too_large' })
  })
})

describe('files', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'question-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  test('a byte order mark is no part of the text', async () => {
    const path = join(folder, 'bom.txt')
    writeFileSync(path, '\uFEFFtext')
    expect(await readFiles(path)).toBe(`${path}\ntext\n\nwhy?`)
  })

  test('a binary file, a directory and a missing one are usage errors', async () => {
    const binary = join(folder, 'binary')
    writeFileSync(binary, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]))
    await expect(readFiles(binary)).rejects.toThrow(/binary/)
    await expect(readFiles(folder)).rejects.toThrow(/directory/)
    await expect(readFiles(join(folder, 'none'))).rejects.toThrow(/no such file/)
    await expect(readFiles(binary)).rejects.toThrow(UsageError)
  })

  test('one beyond every bound: too_large, exit code 1', async () => {
    const path = join(folder, 'huge')
    writeFileSync(path, Buffer.alloc(MAX_QUESTION_BYTES + 1, 'x'))
    const failure = await readFiles(path).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CommandError)
    expect(failure).toMatchObject({ code: 'too_large', exitCode: 1 })
  })
})

test('nothing to ask is a usage error', async () => {
  const deps = { stdin: quietTerminal(), note: () => undefined }
  await expect(readQuestion({ prompt: [' '], files: [] }, deps)).rejects.toThrow(UsageError)
})
