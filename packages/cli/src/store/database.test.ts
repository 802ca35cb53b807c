import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openLocalStore } from './sqlite-store.ts'
import { StoreError } from './store-error.ts'
import { converse, historyPath, openHistory, question } from './testing/history.ts'

const STORE = new URL('sqlite-store.ts', import.meta.url).href
const NODE_FLAGS = ['--conditions=@speak-code/source', '--input-type=module', '--eval']

const filesOf = (path: string): string[] => readdirSync(dirname(path)).toSorted()
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

function filled(path: string, conversations: number): void {
  const store = openHistory(path)
  for (let index = 0; index < conversations; index++) {
    converse(store, question(`question ${index}`), `answer ${index} `.repeat(50))
  }
  store.close()
}

function scramble(path: string, from: number, length: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0x5a, from, from + length)
  writeFileSync(path, bytes)
}

describe('the file', () => {
  it('folder and file are for this user alone, the WAL too', () => {
    const path = historyPath()
    const store = openHistory(path)
    store.addPrompt('x')
    expect(modeOf(dirname(path))).toBe('700')
    expect(filesOf(path).map((name) => modeOf(join(dirname(path), name)))).toEqual([
      '600',
      '600',
      '600',
    ])
  })

  it('a file of the first version is brought up to date, with all that is in it', () => {
    const path = historyPath()
    filled(path, 2)
    const db = new Database(path)
    db.exec(`
      ALTER TABLE conversations DROP COLUMN head;
      ALTER TABLE messages DROP COLUMN provider;
      ALTER TABLE messages DROP COLUMN cost;
      ALTER TABLE drafts DROP COLUMN attached;
    `)
    db.pragma('user_version = 1')
    db.close()
    const store = openHistory(path)
    const [latest] = store.conversations()
    expect(store.conversations()).toHaveLength(2)
    expect(store.messages(latest?.id ?? '').at(-1)).toMatchObject({ provider: null, cost: null })
    expect(store.attached(null)).toEqual([])
    expect(store.chosenHead(latest?.id ?? '')).toBeNull()
    store.chooseHead(latest?.id ?? '', 'm')
    expect(store.chosenHead(latest?.id ?? '')).toBe('m')
  })

  it('a file of a newer version is refused with a sentence, and left as it is', () => {
    const path = historyPath()
    filled(path, 1)
    const db = new Database(path)
    db.pragma('user_version = 999')
    db.close()
    const before = readFileSync(path)
    expect(() => openLocalStore(path)).toThrow(StoreError)
    expect(() => openLocalStore(path)).toThrow(/newer version of speak-code/)
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(filesOf(path).filter((name) => name.includes('corrupt'))).toEqual([])
  })

  it('many processes may make and use one history at the same moment', async () => {
    const path = historyPath()
    const script = `
      const { openLocalStore } = await import(${JSON.stringify(STORE)})
      const store = openLocalStore(process.argv[1])
      for (let index = 0; index < 20; index++) store.addPrompt(process.pid + ' ' + index)
      store.close()`
    const run = promisify(execFile)
    const started = Array.from({ length: 4 }, () =>
      run(process.execPath, [...NODE_FLAGS, script, path]),
    )
    await Promise.all(started)
    expect(openHistory(path).prompts()).toHaveLength(80)
  })
})

describe('a damaged history is kept aside, said, and never overwritten', () => {
  it.each([
    ['no database at all', (path: string) => writeFileSync(path, 'not a database, '.repeat(1000))],
    ['a broken header', (path: string) => scramble(path, 0, 64)],
    ['a broken page', (path: string) => scramble(path, 4096 * 3, 4096)],
    ['a cut file', (path: string) => truncateSync(path, statSync(path).size - 4096 * 4)],
  ])('%s', (_name, damage) => {
    const path = historyPath()
    filled(path, 30)
    damage(path)
    const bytes = readFileSync(path)
    const notes: string[] = []
    const store = openHistory(path, { note: (text) => notes.push(text) })
    expect(store.conversations()).toEqual([])
    converse(store, question('a new one'), 'works')
    const aside = filesOf(path).find((name) => name.includes('.corrupt-')) ?? ''
    expect(aside).toMatch(/^history\.db\.corrupt-\d{8}T\d{6}Z$/)
    expect(readFileSync(join(dirname(path), aside)).equals(bytes)).toBe(true)
    expect(notes).toEqual([expect.stringContaining(aside)])
    store.close()
    const again: string[] = []
    expect(openHistory(path, { note: (text) => again.push(text) }).conversations()).toHaveLength(1)
    expect(again).toEqual([])
  })

  it('the -wal of a damaged file goes along, with what only it has', () => {
    const path = historyPath()
    const crashed = `
      const { openLocalStore } = await import(${JSON.stringify(STORE)})
      openLocalStore(process.argv[1]).addPrompt('only in the WAL')
      process.kill(process.pid, 'SIGKILL')`
    filled(path, 3)
    spawnSync(process.execPath, [...NODE_FLAGS, crashed, path])
    scramble(path, 0, 100)
    openHistory(path)
    const aside = filesOf(path).filter((name) => name.includes('.corrupt-'))
    expect(aside.map((name) => name.replace(/.*Z/, ''))).toContain('-wal')
    const kept = aside.map((name) => readFileSync(join(dirname(path), name)))
    expect(Buffer.concat(kept).includes('only in the WAL')).toBe(true)
  })

  it('damage met while reading a large file is a sentence, and the next start keeps the file aside', () => {
    const path = historyPath()
    const store = openHistory(path)
    for (let index = 0; index < 12; index++) {
      converse(store, question(`question ${index}`), `${index}`.repeat(500_000))
    }
    const ids = store.conversations().map(({ id }) => id)
    store.close()
    expect(statSync(path).size).toBeGreaterThan(5 * 1024 * 1024)
    // The inner page of the conversations' or messages' tree that any reading comes through.
    scramble(path, 4096, 4096 * 12)
    const damaged = openHistory(path)
    const readAll = (): unknown => [damaged.conversations(), ids.map((id) => damaged.messages(id))]
    expect(readAll).toThrow(/is damaged\. The next start keeps it aside/)
    damaged.close()
    const notes: string[] = []
    openHistory(path, { note: (text) => notes.push(text) })
    expect(notes).toHaveLength(1)
    expect(filesOf(path).filter((name) => name.endsWith('.damaged'))).toEqual([])
  })
})

describe('a disk that does not allow it', () => {
  it('a folder that cannot be made is a sentence', () => {
    const path = historyPath()
    mkdirSync(dirname(dirname(path)), { recursive: true })
    writeFileSync(dirname(path), 'a file where the folder should be')
    expect(() => openLocalStore(path)).toThrow(StoreError)
    expect(() => openLocalStore(path)).toThrow(basename(path))
  })

  it('a full disk is a sentence; what was written before is there, and it goes on when there is room', () => {
    const path = historyPath()
    // A limit on the size of files stands in for the disk: writing beyond it fails.
    const script = `
      process.on('SIGXFSZ', () => {})
      const { openLocalStore } = await import(${JSON.stringify(STORE)})
      const store = openLocalStore(process.argv[1])
      let written = 0
      try {
        for (;;) { store.addPrompt(written + ' ' + 'x'.repeat(5000)); written++ }
      } catch (error) {
        console.log(JSON.stringify({ name: error.name, message: error.message, written, read: store.prompts(1).length }))
      }
      process.exit(0)`
    const command = `ulimit -f 600; exec "$0" "$@"`
    const output = execFileSync(
      'sh',
      ['-c', command, process.execPath, ...NODE_FLAGS, script, path],
      { encoding: 'utf8' },
    )
    const told: unknown = JSON.parse(output)
    expect(told).toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(/could not be (read or )?written/),
      read: 1,
    })
    const store = openHistory(path)
    expect(store.prompts(10_000)).toHaveLength(Number(/"written":(\d+)/.exec(output)?.[1]))
    store.addPrompt('room again')
    expect(store.prompts(1)).toEqual(['room again'])
  })
})
