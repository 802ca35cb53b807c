/** `ask` and `attach` as processes, through a real relay, to a mock provider. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import {
  deltaEvent,
  DONE_EVENT,
  finishEvent,
  startMockUpstream,
  temporaryFolder,
  type MockUpstream,
  type Piece,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LocalMessage } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { bareEnvironment, type Outcome } from './fixtures/program.ts'

const MAIN = fileURLToPath(new URL('./fixtures/cli-main.ts', import.meta.url))

type Process = ChildProcessWithoutNullStreams

let mock: MockUpstream
let relayHome: TemporaryFolder
let relay: Process
let url = ''
let home: TemporaryFolder
let started: Process[]

function start(args: readonly string[], env: NodeJS.ProcessEnv): Process {
  return spawn(process.execPath, ['--conditions=@speak-code/source', MAIN, ...args], {
    env: { ...bareEnvironment(), ...env },
  })
}

/** The program with the test's own history; its standard input is a silent pipe until it is ended. */
function client(...args: readonly string[]): Process {
  const child = start(args, { SPEAK_CODE_HOME: home.path, SPEAK_CODE_SERVER: url })
  // A program that does not read may be gone before it is written to.
  child.stdin.on('error', () => undefined)
  started.push(child)
  return child
}

async function outcomeOf(child: Process): Promise<Outcome> {
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  return { code: child.exitCode, stdout, stderr }
}

/** Runs the program with this standard input to its end. */
function run(args: readonly string[], input: string | Uint8Array = ''): Promise<Outcome> {
  const child = client(...args)
  child.stdin.end(input)
  return outcomeOf(child)
}

const ask = (...args: readonly string[]): Promise<Outcome> => run(['ask', '-q', ...args])

/** The provider answers with these pieces of text, or pauses, and completes. */
function answer(...pieces: readonly Piece[]): Promise<void> {
  const body = pieces.map((piece) => (typeof piece === 'string' ? deltaEvent('m', piece) : piece))
  return mock.script({ body: [...body, finishEvent('m', 'stop'), DONE_EVENT] })
}

/** What the provider was asked with last. */
async function lastPrompt(): Promise<unknown> {
  return (await mock.calls()).at(-1)?.body
}

/** The messages of the only conversation in the test's history. */
function kept(): LocalMessage[] {
  const store = openLocalStore(join(home.path, 'history.db'))
  try {
    return store.conversations().flatMap(({ id }) => store.messages(id))
  } finally {
    store.close()
  }
}

/** Resolves when this much has come out; what comes after it waits for whoever reads next. */
function output({ stdout }: Process, wanted: string): Promise<void> {
  let seen = ''
  return new Promise((resolve) => {
    const read = (piece: Buffer): void => {
      seen += piece.toString()
      if (!seen.includes(wanted)) return
      stdout.off('data', read).pause()
      resolve()
    }
    stdout.on('data', read)
  })
}

/** An answer that stays open after its first piece. */
async function streaming(...args: readonly string[]): Promise<Process> {
  await answer('part', { gate: 'rest' }, ' and rest')
  const child = client('ask', '-q', ...args, 'hi')
  child.stdin.end()
  await output(child, 'part')
  return child
}

beforeAll(async () => {
  mock = await startMockUpstream()
  relayHome = temporaryFolder()
  relay = start(['serve', '--port', '0'], {
    SPEAK_CODE_HOME: relayHome.path,
    OPENAI_API_KEY: 'test-key',
    OPENAI_BASE_URL: mock.url,
    OPENAI_MODEL: 'm',
  })
  for await (const line of createInterface({ input: relay.stdout })) {
    url = line.replace(/^listening on /, '')
    break
  }
})

afterAll(async () => {
  relay.kill('SIGKILL')
  await mock.stop()
  relayHome.remove()
})

beforeEach(() => {
  home = temporaryFolder()
  started = []
})

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  home.remove()
  await mock.reset()
})

describe('in a pipe', () => {
  it('L12: the bytes of the answer exactly, a final newline, nothing on stderr', async () => {
    await answer('He', 'llo \u001B[1m世', '界 👩‍💻\r\n', '\tend')
    expect(await ask('hi')).toEqual({
      code: 0,
      stdout: 'Hello \u001B[1m世界 👩‍💻\r\n\tend\n',
      stderr: '',
    })
  })

  it('§4: the question is files, stdin, the argument, a blank line between', async () => {
    await answer('ok')
    const file = join(home.path, 'notes.txt')
    writeFileSync(file, 'from the file\n')
    const { code } = await run(
      ['ask', '-q', '-f', file, '-s', 'Be brief.', 'the', 'question'],
      'piped',
    )
    expect(code).toBe(0)
    expect(await lastPrompt()).toMatchObject({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `${file}\nfrom the file\n\npiped\n\nthe question` },
      ],
    })
  })

  it('five megabytes of stdin arrive whole', async () => {
    await answer('ok')
    const input = 'line of text\n'.repeat(400_000)
    expect(await run(['ask', '-q'], input)).toMatchObject({ code: 0, stdout: 'ok\n' })
    expect(await lastPrompt()).toMatchObject({ messages: [{ role: 'user', content: input }] })
  })

  it('a question over the relay’s bound is told: 1', async () => {
    const outcome = await run(['ask', '-q'], 'x'.repeat(9 * 1024 * 1024))
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain('larger than the relay takes')
    expect(await mock.calls()).toEqual([])
  })

  it('-c goes on with the conversation: the branch and its model', async () => {
    await answer('first answer')
    await ask('-m', 'openai/other', 'first question')
    await answer('second answer')
    expect(await ask('-c', 'second question')).toMatchObject({ code: 0, stdout: 'second answer\n' })
    expect(await lastPrompt()).toMatchObject({
      model: 'other',
      messages: [
        { role: 'user', content: 'first question' },
        { role: 'assistant', content: 'first answer' },
        { role: 'user', content: 'second question' },
      ],
    })
  })

  it('--no-save -c reads the history and never writes', async () => {
    await answer('first answer')
    await ask('first question')
    const before = kept()
    expect(before).toHaveLength(2)
    await answer('unsaved')
    expect(await ask('--no-save', '-c', 'second')).toMatchObject({ code: 0, stdout: 'unsaved\n' })
    expect(await lastPrompt()).toMatchObject({
      messages: [
        { role: 'user', content: 'first question' },
        { role: 'assistant', content: 'first answer' },
        { role: 'user', content: 'second' },
      ],
    })
    expect(kept()).toEqual(before)
  })

  it('--no-save leaves nothing on disk', async () => {
    await answer('unsaved')
    expect(await ask('--no-save', 'hi')).toMatchObject({ code: 0 })
    expect(readdirSync(home.path)).toEqual([])
  })
})

describe('exit codes', () => {
  it.each([
    ['a wrong key', { status: 401 }, 4],
    ['a limit', { status: 429, headers: { 'retry-after': '60' } }, 5],
    [
      'HTML where a stream should be',
      { headers: { 'content-type': 'text/html' }, body: ['<p>'] },
      1,
    ],
  ] as const)('%s', async (_name, reply, code) => {
    await mock.script(reply)
    const outcome = await ask('hi')
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(/^error: /)
    expect(outcome.stderr).not.toMatch(/^\s+at /m)
  })

  it('L4: a stream that just stops is 8, its text kept', async () => {
    await mock.script({ body: [deltaEvent('m', 'part')], end: 'close' })
    expect(await ask('hi')).toMatchObject({ code: 8, stdout: 'part\n' })
  })

  it('a length stop is 8, a content filter 9', async () => {
    await mock.script({ body: [deltaEvent('m', 'part'), finishEvent('m', 'length'), DONE_EVENT] })
    expect(await ask('hi')).toMatchObject({ code: 8, stdout: 'part\n' })
    await mock.script({
      body: [deltaEvent('m', 'part'), finishEvent('m', 'content_filter'), DONE_EVENT],
    })
    expect(await ask('hi')).toMatchObject({ code: 9 })
  })

  it('nothing to continue is 3, an unknown model too', async () => {
    expect(await ask('-c', 'hi')).toMatchObject({ code: 3 })
    expect(await ask('-m', 'nowhere/none', 'hi')).toMatchObject({ code: 3 })
  })

  it('usage, an unreadable file, invalid UTF-8 and nothing to ask are 2', async () => {
    expect(await ask('--nope')).toMatchObject({ code: 2, stdout: '' })
    expect(await ask('-f', home.path, 'hi')).toMatchObject({ code: 2 })
    const binary = join(home.path, 'picture.png')
    writeFileSync(binary, Buffer.from('89504e470d0a1a0a00', 'hex'))
    expect(await ask('-f', binary, 'hi')).toMatchObject({ code: 2 })
    expect(await run(['ask'], Buffer.from([0xff, 0xfe]))).toMatchObject({ code: 2 })
    expect(await run(['ask'], ' \n')).toMatchObject({ code: 2 })
    expect(await mock.calls()).toEqual([])
  })

  it('--timeout cancels upstream: 7, with JSON', async () => {
    await mock.script({ body: [deltaEvent('m', 'part')], end: 'never' })
    const { code, stdout } = await ask('--timeout', '0.5', '--json', 'hi')
    expect(code).toBe(7)
    expect(JSON.parse(stdout)).toMatchObject({
      text: 'part',
      status: 'cancelled',
      error: { code: 'client_timeout' },
    })
    await mock.until(({ calls }) => calls[0]?.closedAt !== undefined)
  })

  it('an unreachable relay is 6, with JSON', async () => {
    writeFileSync(join(home.path, 'config.toml'), '[server]\nmax_reconnect_attempts = 1\n')
    const { code, stdout } = await ask('--server', 'ws://127.0.0.1:1', '--json', 'hi')
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      id: null,
      status: 'failed',
      error: { code: 'relay_unreachable' },
    })
  })
})

describe('JSON', () => {
  it('--json: one object', async () => {
    await answer('a', 'b')
    const { code, stdout } = await ask('--json', 'hi')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      model: 'm',
      provider: 'openai',
      text: 'ab',
      status: 'completed',
      finishReason: 'stop',
    })
  })

  it('stream-json: start, deltas numbered from 1 without holes, the end', async () => {
    await answer('a', 'b', 'c')
    const { stdout } = await ask('--output-format', 'stream-json', 'hi')
    const lines: unknown[] = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines).toMatchObject([
      { v: 1, type: 'start', model: 'm', provider: 'openai' },
      { v: 1, type: 'delta', seq: 1, delta: 'a' },
      { v: 1, type: 'delta', seq: 2, delta: 'b' },
      { v: 1, type: 'delta', seq: 3, delta: 'c' },
      { v: 1, type: 'end', seq: 4, status: 'completed', finishReason: 'stop' },
    ])
  })
})

describe('leaving', () => {
  it('SIGINT cancels upstream and keeps the partial: 130', async () => {
    const child = await streaming()
    child.kill('SIGINT')
    expect(await outcomeOf(child)).toMatchObject({ code: 130, stdout: '\n' })
    await mock.until(({ calls }) => calls[0]?.closedAt !== undefined)
    expect(kept()).toMatchObject([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'part', status: 'cancelled' },
    ])
  })

  it('a closed pipe cancels upstream: 0, not a word', async () => {
    const child = await streaming()
    child.stdout.destroy()
    const told = text(child.stderr)
    await mock.open('rest')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    expect(await told).toBe('')
  })

  it('L6: SIGTERM leaves the run to the relay (143); attach follows it, -c finds it', async () => {
    const child = await streaming()
    child.kill('SIGTERM')
    expect(await outcomeOf(child)).toMatchObject({ code: 143 })
    const attached = client('attach')
    await output(attached, 'part')
    await mock.open('rest')
    expect(await outcomeOf(attached)).toMatchObject({ code: 0, stdout: ' and rest\n' })
    await answer('next')
    expect(await ask('-c', 'again')).toMatchObject({ code: 0, stdout: 'next\n' })
    expect(await lastPrompt()).toMatchObject({
      messages: [
        { content: 'hi' },
        { role: 'assistant', content: 'part and rest' },
        { content: 'again' },
      ],
    })
  })

  it('attach with nothing live: 3', async () => {
    await answer('done')
    await ask('hi')
    expect(await run(['attach'])).toMatchObject({ code: 3, stdout: '' })
  })
})

it('-o writes beside and renames; stdout stays empty', async () => {
  await answer('text')
  const file = join(home.path, 'answer.md')
  expect(await ask('-o', file, 'hi')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(readFileSync(file, 'utf8')).toBe('text\n')
})

it('several models: each answer under its name, in order', async () => {
  await mock.script(
    { body: [deltaEvent('x', 'from x'), finishEvent('x', 'stop'), DONE_EVENT] },
    { model: 'x' },
  )
  await mock.script({ status: 401 }, { model: 'y' })
  const outcome = await ask('-m', 'openai/x', '-m', 'openai/y', 'hi')
  expect(outcome).toMatchObject({ code: 4, stdout: '# openai/x\nfrom x\n\n# openai/y\n' })
  expect(outcome.stderr).toMatch(/^error: openai\/y: /)
})

it('models lists what the relay has', async () => {
  const { code, stdout } = await run(['models', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({ id: 'openai/m', provider: 'openai' }),
  )
})
