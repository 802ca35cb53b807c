import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import { CommandError, UsageError } from '../../errors.ts'
import type { LocalStore } from '../../store/local-store.ts'
import { StoreError } from '../../store/store-error.ts'
import { bytesOnDisk, historyPath, openHistory } from '../../store/testing/history.ts'
import { runDelete, runPrune, runRename } from './change.ts'
import { conversation, depsWith, printedJson, trial } from './testing.ts'

const unreached: DeleteAtRelay = () => Promise.reject(new Error('the relay was asked'))

describe('history rename', () => {
  it('a given title wins; --json is the conversation', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'q', 'a')
    expect(await runRename({ id: id.slice(-8), title: 'My title', json: true }, deps)).toBe(0)
    expect(printedJson(deps)).toEqual(store.conversation(id))
    expect(store.conversation(id)?.title).toBe('My title')
  })

  it('a blank title is a usage error', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'q', 'a')
    await expect(runRename({ id, title: ' ' }, deps)).rejects.toBeInstanceOf(UsageError)
  })
})

describe('history delete', () => {
  it('erases the bytes here, and then deletes at the relay', async () => {
    const { store, deps, path } = trial()
    const id = conversation(store, 'secretquestion', 'secretanswer')
    const asked: string[] = []
    const atRelay: DeleteAtRelay = (conversationId) => {
      expect(store.conversation(conversationId)).toBeUndefined()
      asked.push(conversationId)
      return Promise.resolve('deleted')
    }
    expect(await runDelete({ ids: [id.slice(-8)], yes: true }, deps, atRelay)).toBe(0)
    expect(asked).toEqual([id])
    expect(bytesOnDisk(path).includes('secret')).toBe(false)
    expect(deps.notes).toEqual([`${id.slice(-8)} is deleted, at the relay too.`])
  })

  it('says where it could not, and is no failure: all without a relay', async () => {
    const { store, deps } = trial()
    const ids = [conversation(store, 'a', 'x'), conversation(store, 'b', 'y')]
    const answers: Awaited<ReturnType<DeleteAtRelay>>[] = [
      { unreachable: 'nobody answered' },
      'unknown',
    ]
    const atRelay: DeleteAtRelay = () => Promise.resolve(answers.shift() ?? 'deleted')
    expect(await runDelete({ ids, yes: true, json: true }, deps, atRelay)).toBe(0)
    expect(printedJson(deps)).toEqual([
      { id: ids[0], relay: 'unreachable', error: 'nobody answered' },
      { id: ids[1], relay: 'unknown' },
    ])
    expect(deps.stderr.text).toBe(
      `${ids[0]?.slice(-8)} is deleted here, but not at the relay: nobody answered\n`,
    )
    expect(store.conversations()).toEqual([])
  })

  it('in a pipe without --yes it is a usage error (2) and deletes nothing', async () => {
    const { store, deps } = trial({ stdin: new PassThrough() })
    const id = conversation(store, 'a', 'x')
    await expect(runDelete({ ids: [id] }, deps, unreached)).rejects.toMatchObject({ exitCode: 2 })
    expect(store.conversations()).toHaveLength(1)
  })

  it.each([
    ['y\n', true],
    ['Yes\n', true],
    ['n\n', false],
    ['\n', false],
  ])('on a terminal it asks: %j', async (typed, deleted) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const { store, deps } = trial({ stdin })
    const id = conversation(store, 'the title', 'x')
    const done = runDelete({ ids: [id] }, deps, () => Promise.resolve('unknown'))
    stdin.write(typed)
    expect(await done).toBe(deleted ? 0 : 1)
    expect(store.conversations()).toHaveLength(deleted ? 0 : 1)
    expect(deps.stderr.text).toContain(`${id.slice(-8)}  the title (2 messages)`)
    expect(deps.stdout.text).toBe('')
  })

  it('the end of input is a no, Ctrl-C is exit 130', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    const { store, deps } = trial({ stdin })
    const id = conversation(store, 'a', 'x')
    const done = runDelete({ ids: [id] }, deps, unreached)
    stdin.end()
    expect(await done).toBe(1)
    const again = Object.assign(new PassThrough(), { isTTY: true })
    const terminal = depsWith(store, { terminal: true, stdin: again })
    const stopped = runDelete({ ids: [id] }, terminal, unreached)
    again.write('\u0003')
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', exitCode: 130 })
    expect(store.conversations()).toHaveLength(1)
  })

  it('one id that is not clear, and nothing is deleted; one named twice is deleted once', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'a', 'x')
    const both = runDelete({ ids: [id, 'zzz'], yes: true }, deps, unreached)
    await expect(both).rejects.toBeInstanceOf(CommandError)
    expect(store.conversations()).toHaveLength(1)
    let asked = 0
    await runDelete({ ids: [id, id.slice(-8)], yes: true }, deps, () => {
      asked++
      return Promise.resolve('deleted')
    })
    expect(asked).toBe(1)
  })

  it('a history that cannot be written keeps its conversation at the relay as well', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'a', 'x')
    const full: LocalStore = Object.assign(Object.create(store), {
      conversation: () => store.conversation(id),
      matchingConversations: () => store.matchingConversations(id),
      delete: () => {
        throw new StoreError('The disk is full.')
      },
    })
    const broken = depsWith(full)
    const done = runDelete({ ids: [id], yes: true }, broken, unreached)
    await expect(done).rejects.toThrow('The disk is full.')
    expect(deps.stdout.text).toBe('')
  })
})

describe('history prune', () => {
  it('erases what is older, and tells how many', async () => {
    const path = historyPath()
    let now = Date.now() - 10 * 86_400_000
    const store = openHistory(path, { now: () => now })
    const old = conversation(store, 'old', 'x')
    now = Date.now()
    const fresh = conversation(store, 'fresh', 'y')
    const deps = depsWith(store)
    expect(await runPrune({ olderThan: 30 }, deps)).toBe(0)
    expect(await runPrune({ olderThan: 7, json: true }, deps)).toBe(0)
    expect(printedJson(deps)).toEqual([old])
    expect(store.conversations().map(({ id }) => id)).toEqual([fresh])
    expect(deps.notes).toEqual(['0 conversations are deleted.'])
  })
})
