import { ConversationView } from '@speak-code/protocol'
import { describe, expect, it } from 'vitest'
import { question } from '../../store/testing/history.ts'
import type { TestDeps } from '../../testing/text-deps.ts'
import { runList, runSearch } from './list.ts'
import { conversation, depsWith, printedJson, trial } from './testing.ts'

const lines = (deps: TestDeps): number => deps.stdout.text.trimEnd().split('\n').length

describe('history list', () => {
  it('is a table with the last 8 characters of the ids, the latest first', async () => {
    const { store, deps } = trial()
    const first = conversation(store, 'first question', 'x')
    const second = conversation(store, '東京 question', 'y')
    expect(await runList({}, deps)).toBe(0)
    expect(deps.stdout.text).toBe(
      [
        'ID        ACTIVE    MESSAGES  MODEL               TITLE',
        `${second.slice(-8)}  just now  2         provider-1/model-1  東京 question`,
        `${first.slice(-8)}  just now  2         provider-1/model-1  first question`,
        '',
      ].join('\n'),
    )
  })

  it('--json is an array of what CONTRACT.md §3 calls a conversation', async () => {
    const { store, deps } = trial()
    conversation(store, 'first', 'x')
    await runList({ json: true }, deps)
    expect(printedJson(deps)).toEqual(store.conversations())
    for (const item of store.conversations()) {
      expect(Object.keys(ConversationView.parse(item))).toEqual(Object.keys(item))
    }
  })

  it('an empty history is no failure', async () => {
    const { deps } = trial()
    expect(await runList({}, deps)).toBe(0)
    expect(deps.stdout.text).toBe('')
    expect(deps.notes).toEqual(['There is no conversation yet.'])
    expect(await runList({ json: true }, deps)).toBe(0)
    expect(printedJson(deps)).toEqual([])
  })

  it('a terminal gets a screenful and a note, a pipe and --limit 0 all', async () => {
    const { store, deps: pipe } = trial()
    for (let index = 0; index < 52; index++) store.recordSend(question(`q${index}`))
    const terminal = depsWith(store, { terminal: true })
    await runList({}, terminal)
    expect(lines(terminal)).toBe(51)
    expect(terminal.notes).toEqual(['These are the latest 50; --limit 0 shows all.'])
    await runList({}, pipe)
    expect(lines(pipe)).toBe(53)
    expect(pipe.notes).toEqual([])
  })

  it('a title is harmless on a terminal and as it is in a pipe', async () => {
    const { store, deps: pipe } = trial()
    conversation(store, 'red \u001b[31mtitle\u0007', 'x')
    const terminal = depsWith(store, { terminal: true })
    await runList({}, terminal)
    expect(terminal.stdout.text).toContain('red ␛[31mtitle␇')
    expect(terminal.stdout.text).not.toContain('\u001b')
    await runList({}, pipe)
    expect(pipe.stdout.text).toContain('red \u001b[31mtitle\u0007')
  })
})

describe('history search', () => {
  it('prints place and snippet; --json the hits of CONTRACT.md §3', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'where is it', 'the needle is here')
    expect(await runSearch({ query: 'needle' }, deps)).toBe(0)
    expect(deps.stdout.text).toBe(
      `${id.slice(-8)}  just now  answer  where is it\n    the «needle» is here\n`,
    )
    const json = depsWith(store)
    await runSearch({ query: 'needle', json: true }, json)
    expect(printedJson(json)).toEqual(store.search('needle'))
  })

  it('nothing found is not_found (3), with an empty array for JSON', async () => {
    const { deps } = trial()
    const search = runSearch({ query: 'nothing', json: true }, deps)
    await expect(search).rejects.toMatchObject({ code: 'not_found', exitCode: 3 })
    expect(printedJson(deps)).toEqual([])
  })

  it('says where there may be more, and --limit 0 shows all', async () => {
    const { store, deps } = trial()
    for (let index = 0; index < 30; index++) store.recordSend(question('needle'))
    await runSearch({ query: 'needle', json: true }, deps)
    expect(printedJson(deps)).toHaveLength(20)
    expect(deps.notes).toEqual(['These are the first 20; --limit N shows more, --limit 0 all.'])
    const all = depsWith(store)
    await runSearch({ query: 'needle', json: true, limit: 0 }, all)
    expect(printedJson(all)).toHaveLength(30)
    expect(all.notes).toEqual([])
  })
})
