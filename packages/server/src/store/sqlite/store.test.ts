import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterEach, expect, it } from 'vitest'
import { StoreOpenError } from '../errors.ts'
import type { Store } from '../store.ts'
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

/** The key of a run that has begun. */
async function begin(store: Store): Promise<number> {
  const outcome = await store.startRun(request())
  if (outcome.kind !== 'started') throw new Error(outcome.kind)
  return outcome.run.key
}

function finish(store: Store, run: number): Promise<void> {
  return store.endRun({
    run,
    end: endOf(''),
    endSeq: 2,
    answer: { text: '', reasoning: '', refusal: '' },
    rest: [],
    now: 0,
  })
}

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

it('a log that was damaged by a loss of power is put aside; what is before the damage, and in segments, is kept', async () => {
  const path = folder()
  const store = openSqliteStore(path)
  const run = await begin(store)
  const kept = { run, seq: 1, data: '"kept"' }
  await store.addSegment({ run, chunks: [{ seq: 1, delta: 'kept' }], checkpoint: kept })
  store.append([logged(run, { seq: 2, delta: 'before' })])
  appendFileSync(join(path, 'journal-1.log'), '\0'.repeat(100) + '\n')
  store.append([logged(run, { seq: 3, delta: 'lost' })], [{ run, seq: 3, data: '"lost"' }])
  await store.close()
  const reopened = openSqliteStore(path)
  const [unfinished] = await reopened.unfinishedRuns()
  expect(unfinished?.chunks).toEqual([
    { seq: 1, delta: 'kept' },
    { seq: 2, delta: 'before' },
  ])
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
    const run = await begin(store)
    await store.endRun({
      run,
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

it('the log keeps what a run needs, of a relay before this one too, and nothing once none does', async () => {
  const path = folder()
  const log = (): string =>
    readdirSync(path)
      .filter((name) => name.endsWith('.log'))
      .map((name) => readFileSync(join(path, name), 'utf8'))
      .join('')
  const before = openSqliteStore(path)
  const old = await begin(before)
  before.append([logged(old, { seq: 1, delta: 'old' })])
  await before.close()
  const store = openSqliteStore(path)
  await store.unfinishedRuns()
  const young = await begin(store)
  store.append([logged(young, { seq: 1, delta: 'young' })])
  await store.addSegment({ run: young, chunks: [{ seq: 1, delta: 'young' }] })
  await finish(store, young)
  expect(log()).toContain('old')
  await finish(store, old)
  expect(log()).toBe('')
  await store.close()
})

it('T134: a full store fails as such, with no half row, and works again when there is room', async () => {
  const store = openMemoryStore()
  const run = await begin(store)
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
