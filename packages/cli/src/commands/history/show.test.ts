import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ConversationView,
  ConversationWithMessages,
  type EndChunk,
  type MessageView,
} from '@speak-code/protocol'
import { temporaryFolder } from '@speak-code/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { UsageError } from '../../errors.ts'
import { accept, converse, endOf, question } from '../../store/testing/history.ts'
import { runExport, runShow } from './show.ts'
import { conversation, depsWith, printedJson, trial } from './testing.ts'

const idOf = (start: string): string => start + randomUUID().slice(start.length)

function folderPath(): string {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  return folder.path
}

describe('which conversation', () => {
  it('an id by a unique beginning or end in any case; without one the latest', async () => {
    const { store } = trial()
    const older = conversation(store, 'older', 'x')
    const latest = conversation(store, 'latest', 'y')
    const shown = async (id?: string): Promise<string> => {
      const deps = depsWith(store)
      await runShow({ id, json: true }, deps)
      return ConversationView.parse(printedJson(deps)).id
    }
    expect(await shown()).toBe(latest)
    expect(await shown(older)).toBe(older)
    expect(await shown(older.slice(-8).toUpperCase())).toBe(older)
    expect(await shown(older.slice(0, 10))).toBe(older)
  })

  it('none is not_found (3)', async () => {
    const { deps } = trial()
    await expect(runShow({}, deps)).rejects.toMatchObject({ exitCode: 3, code: 'not_found' })
    await expect(runShow({ id: 'abc' }, deps)).rejects.toMatchObject({
      exitCode: 3,
      message: 'There is no conversation whose id begins or ends with "abc".',
    })
  })

  it('several are a usage error (2) that lists them', async () => {
    const { store, deps } = trial()
    const ids = [idOf('019abcde'), idOf('019abcde')]
    for (const [index, conversationId] of ids.entries()) {
      converse(store, question(`number ${index}`, { conversationId }), 'x')
    }
    const failure: unknown = await runShow({ id: '019abc' }, deps).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    if (!(failure instanceof UsageError)) return
    expect(failure.exitCode).toBe(2)
    for (const text of [...ids, 'number 0', 'number 1']) expect(failure.hint).toContain(text)
  })
})

/** The last line of what is shown of an answer that ended so. */
const said = async (end: Partial<EndChunk>): Promise<string> => {
  const { store, deps } = trial()
  conversation(store, 'q', 'answer', end)
  await runShow({}, deps)
  return deps.stdout.text.trimEnd().split('\n').at(-1) ?? ''
}

const Messages = z.object({ messages: z.array(z.record(z.string(), z.unknown())) })
const messagesIn = (json: unknown) => Messages.parse(json).messages

describe('history show', () => {
  it('is the newest branch, with what is to be said of each answer', async () => {
    const { store, deps } = trial()
    const chat = question('tell me')
    converse(store, chat, 'first answer')
    const retry = { ...chat, id: randomUUID() }
    store.recordSend(retry)
    accept(store, retry)
    store.recordChunks([{ runId: retry.id, seq: 1, delta: 'second ans' }])
    const error = { code: 'upstream_eof', message: 'It just stopped.', retryable: true } as const
    store.recordEnd(
      retry.id,
      endOf(retry.id, 2, 'second ans', { status: 'failed', finishReason: null, error }),
    )
    expect(await runShow({}, deps)).toBe(0)
    expect(deps.stdout.text).toBe(
      [
        'tell me',
        `${chat.conversationId} · provider-1/model-1 · 3 messages · 14 tokens · just now`,
        '',
        'You · just now',
        'tell me',
        '',
        'provider-1/model-1 · just now',
        'second ans',
        '[It just stopped.]',
        '',
      ].join('\n'),
    )
    expect(deps.notes).toEqual(['1 message is on other branches; --json shows all.'])
  })

  it('a part is never shown as the whole', async () => {
    expect(await said({})).toBe('answer')
    expect(await said({ status: 'incomplete', finishReason: 'length' })).toBe(
      '[Cut short (length).]',
    )
    expect(await said({ status: 'cancelled', finishReason: null })).toBe('[Stopped.]')
    expect(await said({ finishReason: 'refusal' })).toBe('[The model refused.]')
    const { store, deps } = trial()
    const chat = question('q')
    store.recordSend(chat)
    accept(store, chat)
    await runShow({}, deps)
    expect(deps.stdout.text).toContain('[The end of this answer has not been seen.]')
  })

  it('--json is the conversation with all its messages as in CONTRACT.md §3', async () => {
    const { store, deps } = trial()
    const chat = question('tell me')
    converse(store, chat, 'one')
    converse(store, { ...chat, id: randomUUID() }, 'two')
    await runShow({ json: true }, deps)
    const shown = ConversationWithMessages.strict().parse(printedJson(deps))
    expect(shown.messages.map(({ content }) => content)).toEqual(['tell me', 'one', 'two'])
    const keys: (keyof MessageView | 'provider')[] = [
      'id',
      'parentId',
      'role',
      'content',
      'status',
      'finishReason',
      'usage',
      'model',
      'createdAt',
    ]
    for (const message of messagesIn(printedJson(deps))) {
      const own = message['role'] === 'assistant' ? [...keys, 'provider'] : keys
      expect(Object.keys(message)).toEqual(own)
    }
  })

  it('names who spoke, and the cost where it is known', async () => {
    const { store, deps } = trial()
    const cost = { amount: 0.0012, currency: 'USD' }
    conversation(store, 'q', 'a', { model: 'spare', provider: 'other', cost })
    await runShow({}, deps)
    expect(deps.stdout.text).toContain('other/spare · just now · 0.0012 USD\n')
    const json = depsWith(store)
    await runShow({ json: true }, json)
    expect(messagesIn(printedJson(json))[1]).toMatchObject({
      model: 'spare',
      provider: 'other',
      cost,
    })
  })

  it('what answers say is harmless on a terminal, as it is in a pipe', async () => {
    const { store, deps } = trial()
    conversation(store, 'q', 'clear \u001b[2J\u009b31m\r\n\tthe screen')
    const terminal = depsWith(store, { terminal: true })
    await runShow({}, terminal)
    expect(terminal.stdout.text).toContain('clear ␛[2J�31m\n\tthe screen')
    await runShow({}, deps)
    expect(deps.stdout.text).toContain('clear \u001b[2J\u009b31m\r\n\tthe screen')
  })
})

describe('history export', () => {
  it('md is the newest branch as it was written', async () => {
    const { store, deps } = trial()
    const id = conversation(store, 'show code', '```ts\nlet x = 1\n```', {
      status: 'incomplete',
      finishReason: 'length',
    })
    await runExport({ format: 'md' }, deps)
    const { createdAt } = store.conversation(id) ?? { createdAt: '' }
    expect(deps.stdout.text).toBe(`# show code

- Conversation: ${id}
- Model: provider-1/model-1
- Begun: ${createdAt}

## You

show code

## provider-1/model-1

\`\`\`ts
let x = 1
\`\`\`

> Cut short (length).
`)
  })

  it('json is what show --json is; --json is the same', async () => {
    const { store, deps: shown } = trial()
    conversation(store, 'q', 'a')
    const [byFormat, byFlag] = [1, 2].map(() => depsWith(store))
    if (byFormat === undefined || byFlag === undefined) throw new Error('no deps')
    await runShow({ json: true }, shown)
    await runExport({ format: 'json' }, byFormat)
    await runExport({ format: 'md', json: true }, byFlag)
    expect(byFormat.stdout.text).toBe(shown.stdout.text)
    expect(byFlag.stdout.text).toBe(shown.stdout.text)
  })

  it('-o takes the place of a file, whole, and leaves nothing beside it', async () => {
    const folder = folderPath()
    const file = join(folder, 'out.md')
    writeFileSync(file, 'what was there', { mode: 0o640 })
    const { store, deps } = trial()
    conversation(store, 'exported', 'a')
    expect(await runExport({ format: 'md', output: file }, deps)).toBe(0)
    expect(readFileSync(file, 'utf8')).toMatch(/^# exported\n/)
    expect((statSync(file).mode & 0o777).toString(8)).toBe('640')
    expect(readdirSync(folder)).toEqual(['out.md'])
    expect(deps.stdout.text).toBe('')
  })

  it('-o that cannot be written is exit 1, with a sentence', async () => {
    const { store, deps } = trial()
    conversation(store, 'q', 'a')
    const output = join(folderPath(), 'missing', 'out.md')
    await expect(runExport({ format: 'md', output }, deps)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(output),
    })
  })
})
