import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpApi } from '../client/http-api.ts'
import { CommandError } from '../errors.ts'
import type { TestDeps } from '../testing/text-deps.ts'
import { historyCommand } from './history.ts'
import { deleteAtRelay } from './history/relay-deletion.ts'
import { conversation, printedJson, trial } from './history/testing.ts'

async function run(deps: TestDeps, ...args: string[]): Promise<unknown> {
  const before = process.exitCode
  const command = historyCommand(() => ({
    ...deps,
    stdin: process.stdin,
    stdout: Object.assign(Object.create(process.stdout), {
      isTTY: false,
      write: (text: string) => deps.stdout.write(text),
    }),
    stderr: process.stderr,
  }))
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined })
  }
  try {
    await command.parseAsync(args, { from: 'user' })
    return process.exitCode
  } catch (error) {
    return error
  } finally {
    process.exitCode = before
  }
}

describe('the command line', () => {
  it('words become one query or title, flags reach their command', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'alpha beta', 'gamma')
    expect(await run(deps, 'rename', id, 'A', 'new', 'title')).toBe(0)
    expect(store.conversation(id)?.title).toBe('A new title')
    expect(await run(deps, 'search', 'alpha', 'bet', '--json', '-n', '1')).toBe(0)
    expect(printedJson(deps)).toHaveLength(1)
    expect(await run(deps, 'prune', '--older-than', '1')).toBe(0)
    expect(store.conversations()).toHaveLength(1)
  })

  it.each([
    ['prune'],
    ['prune', '--older-than', 'soon'],
    ['prune', '--older-than', '-1'],
    ['list', '--limit', 'x'],
    ['export', '--format', 'pdf'],
    ['delete'],
    ['rename', 'abc'],
    ['search'],
    ['list', '--nonsense'],
  ])('%j is a usage error', async (...args) => {
    const { deps } = trial()
    expect(await run(deps, ...args)).toMatchObject({ name: 'CommanderError' })
  })
})

const http = (deleteConversation: HttpApi['deleteConversation']) => ({
  http: () =>
    Promise.resolve({
      deleteConversation,
      getConversation: () => Promise.resolve(undefined),
      listModels: () => Promise.resolve([]),
      listCircuits: () => Promise.resolve([]),
    }),
})

describe('deleting at the relay', () => {
  it('the relay is asked by HTTP, and any failure there is why', async () => {
    const id = randomUUID()
    expect(await deleteAtRelay(http(() => Promise.resolve(true)))(id)).toBe('deleted')
    expect(await deleteAtRelay(http(() => Promise.resolve(false)))(id)).toBe('unknown')
    const failing = http(() => Promise.reject(new CommandError('relay_unreachable', 'gone')))
    expect(await deleteAtRelay(failing)(id)).toEqual({ unreachable: 'gone' })
  })
})
