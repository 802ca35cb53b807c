import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorInfo } from '@speak-code/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../errors.ts'
import { answerWith, ASK_OPTIONS, jsonLines } from '../../testing/ask-options.ts'
import { testDeps } from '../../testing/text-deps.ts'
import { runAsk } from './run.ts'

describe('JSON', () => {
  test('one object of exactly this shape', async () => {
    const deps = testDeps()
    answerWith(deps, 'a', 'b')
    expect(await runAsk({ ...ASK_OPTIONS, outputFormat: 'json' }, deps)).toBe(0)
    const [sent] = deps.chatClient.sent
    const [object] = jsonLines(deps.stdout.text)
    const durationMs: unknown = expect.any(Number)
    expect(object).toEqual({
      version: 1,
      id: sent?.id,
      conversationId: sent?.conversationId,
      model: 'model',
      provider: 'mock',
      text: 'ab',
      status: 'completed',
      finishReason: 'stop',
      usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5, source: 'provider' },
      durationMs,
    })
  })

  test('where nothing ran: ids null, status failed, the error', async () => {
    const deps = testDeps()
    const failing = { ...ASK_OPTIONS, file: ['/nonexistent'], outputFormat: 'json' } as const
    expect(await runAsk(failing, deps)).toBe(2)
    expect(jsonLines(deps.stdout.text)).toMatchObject([
      {
        version: 1,
        id: null,
        conversationId: null,
        status: 'failed',
        error: { code: 'bad_request' },
      },
    ])
    expect(deps.stderr.text).toMatch(/^error: /)
  })

  test('relay_unreachable is the client’s own code', async () => {
    const deps = testDeps()
    deps.chatClient.onConnect = () => undefined
    deps.chatClient.onSend = () => {
      deps.chatClient.setStatus({ failure: { code: 'relay_unreachable', message: 'refused' } })
    }
    expect(await runAsk({ ...ASK_OPTIONS, outputFormat: 'json' }, deps)).toBe(6)
    expect(jsonLines(deps.stdout.text)).toMatchObject([{ error: { code: 'relay_unreachable' } }])
  })

  test('stream-json: start, deltas with their channel, notices, the end', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      const notice = { code: 'retrying', message: 'Trying again.', attempt: 2 } as const
      chatClient.emit({ type: 'notice', notice: { type: 'notice', id: chat.id, ...notice } })
      chatClient.delta(chat.id, 1, 'hm', 'reasoning')
      chatClient.delta(chat.id, 2, 'a')
      chatClient.end(chat.id, 3)
    }
    expect(await runAsk({ ...ASK_OPTIONS, outputFormat: 'stream-json' }, deps)).toBe(0)
    const [sent] = chatClient.sent
    expect(jsonLines(deps.stdout.text)).toEqual([
      {
        v: 1,
        type: 'start',
        id: sent?.id,
        conversationId: sent?.conversationId,
        model: 'model',
        provider: 'mock',
      },
      { v: 1, type: 'notice', code: 'retrying', message: 'Trying again.', attempt: 2 },
      { v: 1, type: 'delta', seq: 1, delta: 'hm', channel: 'reasoning' },
      { v: 1, type: 'delta', seq: 2, delta: 'a' },
      {
        v: 1,
        type: 'end',
        seq: 3,
        status: 'completed',
        finishReason: 'stop',
        model: 'model',
        provider: 'mock',
        usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5, source: 'provider' },
      },
    ])
  })

  test('the end names who spoke and the cost; the start who was asked', async () => {
    const cost = { amount: 0.5, currency: 'USD' }
    const spoke = { model: 'spare', provider: 'other', cost }
    const linesAs = async (outputFormat: 'json' | 'stream-json'): Promise<unknown[]> => {
      const deps = testDeps()
      const { chatClient } = deps
      chatClient.onSend = (chat) => {
        chatClient.accept(chat)
        chatClient.end(chat.id, 1, spoke)
      }
      await runAsk({ ...ASK_OPTIONS, outputFormat }, deps)
      return jsonLines(deps.stdout.text)
    }
    expect(await linesAs('json')).toMatchObject([spoke])
    expect(await linesAs('stream-json')).toMatchObject([
      { type: 'start', model: 'model', provider: 'mock' },
      { type: 'end', ...spoke },
    ])
  })

  test('-x with JSON is a usage error', async () => {
    const options = { ...ASK_OPTIONS, extract: true, outputFormat: 'json' } as const
    await expect(runAsk(options, testDeps())).rejects.toThrow(UsageError)
  })
})

describe('-x and -o', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ask-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('-x prints the first block only', async () => {
    const deps = testDeps()
    answerWith(deps, 'Here:\n``', '`\nls -l\n```\nbye')
    expect(await runAsk({ ...ASK_OPTIONS, extract: true }, deps)).toBe(0)
    expect(deps.stdout.text).toBe('ls -l\n')
  })

  test('-x with no block: 3', async () => {
    const deps = testDeps()
    answerWith(deps, 'no code')
    expect(await runAsk({ ...ASK_OPTIONS, extract: true }, deps)).toBe(3)
    expect(deps.stdout.text).toBe('')
  })

  test('-o writes the file and leaves stdout empty', async () => {
    const deps = testDeps()
    answerWith(deps, 'text')
    const output = join(folder, 'answer.md')
    expect(await runAsk({ ...ASK_OPTIONS, output }, deps)).toBe(0)
    expect(readFileSync(output, 'utf8')).toBe('text\n')
    expect(deps.stdout.text).toBe('')
    expect(readdirSync(folder)).toEqual(['answer.md'])
  })

  test('-o leaves the file as it was where there is no text', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = ({ id }) => {
      chatClient.emit({ type: 'refused', runId: id, error: errorInfo('forbidden', 'No.') })
    }
    const output = join(folder, 'answer.md')
    writeFileSync(output, 'before')
    expect(await runAsk({ ...ASK_OPTIONS, output }, deps)).toBe(4)
    expect(readFileSync(output, 'utf8')).toBe('before')
    expect(readdirSync(folder)).toEqual(['answer.md'])
  })

  test('-o is checked before the call: 1, and nothing is asked', async () => {
    const deps = testDeps()
    answerWith(deps, 'text')
    const output = join(folder, 'missing', 'answer.md')
    expect(await runAsk({ ...ASK_OPTIONS, output }, deps)).toBe(1)
    expect(await runAsk({ ...ASK_OPTIONS, output: folder }, deps)).toBe(1)
    expect(deps.chatClient.sent).toEqual([])
  })
})
