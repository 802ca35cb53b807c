import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, expect, it } from 'vitest'
import { StoreOpenError } from '../errors.ts'
import { endOf, logged, request, storeContract } from '../store.contract.ts'
import { STORE_MIGRATIONS } from './migrations.ts'
import { openMemoryStore, openSqliteStore } from './open.ts'

const folders: string[] = []

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'speak-code-store-'))
  folders.push(path)
  return path
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
})

storeContract('the SQLite store', true, async () => {
  const path = folder()
  const store = openSqliteStore(path)
  return {
    store,
    reopen: async () => {
      await store.close()
      return openSqliteStore(path)
    },
    remove: async () => {},
  }
})

storeContract('the store in memory', false, async () => ({
  store: openMemoryStore(),
  remove: async () => {},
}))

it('a data folder belongs to one process at a time', async () => {
  const path = folder()
  const store = openSqliteStore(path)
  expect(() => openSqliteStore(path)).toThrow(/in use by another relay/)
  await store.close()
  await openSqliteStore(path).close()
})

it('a log that was damaged by a loss of power is put aside; what is in segments is kept', async () => {
  const path = folder()
  const store = openSqliteStore(path)
  const outcome = await store.startRun(request())
  if (outcome.kind !== 'started') throw new Error(outcome.kind)
  const { key: run } = outcome.run
  const kept = { run, seq: 1, data: '"kept"' }
  await store.addSegment({ run, chunks: [{ seq: 1, delta: 'kept' }], checkpoint: kept })
  store.append([logged(run, { seq: 2, delta: 'lost' })], [{ run, seq: 2, data: '"lost"' }])
  await store.close()
  writeFileSync(join(path, 'journal.db'), 'not a database, whatever it was')
  const reopened = openSqliteStore(path)
  const [unfinished] = await reopened.unfinishedRuns()
  expect(unfinished?.chunks).toEqual([{ seq: 1, delta: 'kept' }])
  expect(unfinished?.checkpoint).toEqual(kept)
  await reopened.close()
  expect(readdirSync(path).filter((name) => name.includes('.damaged-'))).toHaveLength(1)
})

it('a store of a newer version is refused with a sentence', async () => {
  const path = folder()
  await openSqliteStore(path).close()
  const db = new SqliteDatabase(join(path, 'relay.db'))
  db.pragma('user_version = 99')
  db.close()
  expect(() => openSqliteStore(path)).toThrow(
    new StoreOpenError(
      'newer',
      `The store was written by a newer version of speak-code (schema 99, this one knows ${STORE_MIGRATIONS.length}). Update speak-code, or use another data folder.`,
    ),
  )
})

it('L11: what a run cost is kept with its usage, null where it is not known; older files learn it', async () => {
  const path = folder()
  const db = new SqliteDatabase(join(path, 'relay.db'))
  db.exec(STORE_MIGRATIONS[0] ?? '')
  db.exec(`
    INSERT INTO usage (run, user_id, provider, model, status, prompt_tokens, completion_tokens,
      total_tokens, source, ended_at)
    VALUES (-1, 'local', 'test', 'old', 'completed', 1, 1, 2, 'provider', 0)`)
  db.pragma('user_version = 1')
  db.close()
  const store = openSqliteStore(path)
  for (const cost of [{ amount: 0.25, currency: 'EUR' }, undefined]) {
    const outcome = await store.startRun(request())
    if (outcome.kind !== 'started') throw new Error(outcome.kind)
    await store.endRun({
      run: outcome.run.key,
      end: endOf('x', cost === undefined ? {} : { cost }),
      endSeq: 2,
      answer: { text: 'x', reasoning: '', refusal: '' },
      rest: [{ seq: 1, delta: 'x' }],
      now: 1,
    })
  }
  await store.close()
  const kept = new SqliteDatabase(join(path, 'relay.db'), { readonly: true })
  expect(kept.prepare('SELECT cost, currency FROM usage ORDER BY run').raw().all()).toEqual([
    [null, null],
    [0.25, 'EUR'],
    [null, null],
  ])
  kept.close()
})

it('the log is pruned as runs are gathered into segments', async () => {
  const path = folder()
  const store = openSqliteStore(path)
  const outcome = await store.startRun(request())
  if (outcome.kind !== 'started') throw new Error(outcome.kind)
  const { key: run } = outcome.run
  for (let block = 0; block < 10; block += 1) {
    const chunks = Array.from({ length: 300 }, (_, index) => ({
      seq: block * 300 + index + 1,
      delta: 'x',
    }))
    for (const chunk of chunks) store.append([logged(run, chunk)])
    await store.addSegment({ run, chunks })
  }
  await store.endRun({
    run,
    end: endOf(''),
    endSeq: 3001,
    answer: { text: '', reasoning: '', refusal: '' },
    rest: [],
    now: 0,
  })
  await store.close()
  const db = new SqliteDatabase(join(path, 'journal.db'))
  const rows = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM log').get()
  db.close()
  expect(rows?.n).toBeLessThan(1024)
})

it('T134: a full store fails as such, with no half row, and works again when there is room', async () => {
  const store = openMemoryStore()
  const outcome = await store.startRun(request())
  if (outcome.kind !== 'started') throw new Error(outcome.kind)
  const { key: run } = outcome.run
  const huge = 'x'.repeat(80 * 1024 * 1024)
  const entries = [1, 2].map((seq) => logged(run, { seq, delta: huge }))
  expect(() => {
    store.append(entries)
  }).toThrow(expect.objectContaining({ name: 'StoreFailure', reason: 'full' }))
  expect((await store.unfinishedRuns())[0]?.chunks).toEqual([])
  store.append([logged(run, { seq: 1, delta: 'small' })])
  expect((await store.unfinishedRuns())[0]?.chunks).toEqual([{ seq: 1, delta: 'small' }])
  await store.close()
})
