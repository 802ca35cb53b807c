/** More models than one, as processes: through this machine's own relay, to a mock provider under three names. */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type MockRecord,
  type MockUpstream,
  startMockUpstream,
  temporaryFolder,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { Terminal } from '@speak-code/testkit/terminal'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest'
import { z } from 'zod'
import type { LocalMessage } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { ask, chatCommand } from './fixtures/chat-ground.ts'
import {
  type Outcome,
  outcomeOf,
  type Program,
  runProgram,
  startProgram,
} from './fixtures/program.ts'

const KEY = 'sk-test-0123456789abcdef0123456789abcdef'

let upstream: MockUpstream
let home: TemporaryFolder

beforeAll(async () => {
  upstream = await startMockUpstream()
})
afterAll(() => upstream.stop())

beforeEach(() => {
  home = temporaryFolder()
  mkdirSync(join(home.path, 'home'))
  writeFileSync(
    join(home.path, 'home', 'config.toml'),
    `
    [run]
    max_attempts = 1
    [providers.fast]
    kind = "openai-compatible"
    base_url = "${upstream.url}"
    models = ["quick", "short"]
    [providers.slow]
    kind = "openai-compatible"
    base_url = "${upstream.url}"
    models = ["thorough"]
    [fallback]
    "fast/short" = ["slow/thorough"]
    [catalogue."slow/thorough".price]
    input = 1
    output = 2
    currency = "USD"
    `,
  )
})

afterEach(async () => {
  await run(['relay', 'stop', '--force'])
  await upstream.reset()
  home.remove()
})

const env = (): NodeJS.ProcessEnv => ({
  SPEAK_CODE_HOME: join(home.path, 'home'),
  XDG_RUNTIME_DIR: join(home.path, 'run'),
})

const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
  runProgram(args, { ...env(), ...more })

const asked = (...args: readonly string[]): Promise<Outcome> => run(['ask', ...args, 'Why?'])

const BOTH = ['-m', 'slow/thorough', '-m', 'fast/quick'] as const
const says = (model: string, ...texts: string[]) =>
  upstream.script({ deltas: { texts } }, { model })
const isBusy = (model: string) =>
  upstream.script({ status: 503, body: ['{"error":{"message":"busy"}}'] }, { model })
/** Half an answer, then nothing. */
const breaksOff = (model: string) =>
  upstream.script({ deltas: { texts: ['half'], finishReason: null, done: false } }, { model })
/** Says one word, and the rest when the gate is opened. */
const waits = (model: string) =>
  upstream.script({ before: [{ gate: model }], deltas: { texts: [`from ${model}`] } }, { model })

const Lines = z.array(z.record(z.string(), z.unknown()))
const linesOf = (text: string) =>
  Lines.parse(
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  )

function kept(): LocalMessage[] {
  const store = openLocalStore(join(home.path, 'home', 'history.db'))
  try {
    return store.conversations().flatMap(({ id }) => store.messages(id))
  } finally {
    store.close()
  }
}

const areClosed = ({ calls }: MockRecord): boolean =>
  calls.length === 2 && calls.every(({ closedAt }) => closedAt !== undefined)

/** Two questions that both wait for their models. */
async function waiting(...args: readonly string[]): Promise<Program> {
  await waits('thorough')
  await waits('quick')
  const program = startProgram(['ask', ...BOTH, ...args, 'Why?'], env())
  await upstream.until(({ open }) => open === 2)
  return program
}

describe('ask -m … -m …', () => {
  it('asks at once and prints in order, however fast each is', async () => {
    await waits('thorough')
    await says('quick', 'from quick')
    const program = startProgram(['ask', ...BOTH, 'Why?'], env())
    await upstream.until(
      ({ calls, open }) => open === 1 && calls.some(({ finishedAt }) => finishedAt !== undefined),
    )
    await upstream.open('thorough')
    expect(await outcomeOf(program)).toEqual({
      code: 0,
      stdout: '# slow/thorough\nfrom thorough\n\n# fast/quick\nfrom quick\n',
      stderr: '',
    })
  })

  it('one that fails takes nothing from the other; JSON has an object for each', async () => {
    await isBusy('thorough')
    await says('quick', 'from quick')
    const { code, stdout, stderr } = await asked(...BOTH, '--json')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: slow\/thorough: /)
    expect(linesOf(stdout)).toMatchObject([
      { index: 0, provider: 'slow', model: 'thorough', text: '', status: 'failed' },
      { index: 1, provider: 'fast', model: 'quick', text: 'from quick', status: 'completed' },
    ])
  })

  it('stream-json: each line tells whose it is, one answer after the other', async () => {
    await says('thorough', 'a', 'b')
    await says('quick', 'c')
    const { stdout } = await asked(...BOTH, '--output-format', 'stream-json')
    expect(linesOf(stdout).map(({ index, type }) => `${String(index)} ${String(type)}`)).toEqual([
      '0 start',
      '0 delta',
      '0 delta',
      '0 end',
      '1 start',
      '1 delta',
      '1 end',
    ])
  })

  it('the answers are branches of one question, and -c goes on with the first model’s', async () => {
    await says('thorough', 'from thorough')
    await says('quick', 'from quick')
    await asked(...BOTH)
    const [question, ...answers] = kept()
    expect(question).toMatchObject({ role: 'user', content: 'Why?' })
    expect(answers.map(({ parentId }) => parentId)).toEqual([question?.id, question?.id])
    expect(new Set(answers.map(({ provider, model }) => `${provider}/${model}`))).toEqual(
      new Set(['slow/thorough', 'fast/quick']),
    )
    await upstream.take('thorough')
    await asked('-c')
    expect((await upstream.take('thorough')).map(({ body }) => body)).toMatchObject([
      {
        messages: [
          { role: 'user', content: 'Why?' },
          { role: 'assistant', content: 'from thorough' },
          { role: 'user', content: 'Why?' },
        ],
      },
    ])
  })

  it('Ctrl-C cancels all: 130', async () => {
    const program = await waiting()
    const left = once(program, 'exit')
    program.kill('SIGINT')
    await left
    expect(program.exitCode).toBe(130)
    await upstream.until(areClosed)
  })

  it('--timeout holds for each: 7', async () => {
    const program = await waiting('--timeout', '3')
    const { code, stderr } = await outcomeOf(program)
    expect(code).toBe(7)
    expect(stderr.match(/not complete after 3 seconds/g)).toHaveLength(2)
    await upstream.until(areClosed)
  })
})

describe('another model than the one that was asked speaks', () => {
  it('ask says so while it waits and at the end, with the cost; the history keeps it', async () => {
    await isBusy('short')
    await says('thorough', 'from thorough')
    const { code, stdout, stderr } = await asked('-m', 'fast/short', '-u')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'from thorough\n' })
    expect(stderr).toBe(
      [
        'the model is overloaded, asking slow/thorough instead',
        'tokens: 7 in, 1 out, 8 in all, 0.000009 USD (slow/thorough in place of fast/short)',
        '',
      ].join('\n'),
    )
    const cost = { amount: 0.000009, currency: 'USD' }
    const spoke = { model: 'thorough', provider: 'slow', cost }
    expect(kept().at(-1)).toMatchObject(spoke)
    const shown = JSON.parse((await run(['history', 'show', '--json'])).stdout)
    expect(shown.messages.at(-1)).toMatchObject(spoke)
  })

  it('JSON names who spoke; the cost is absent where the price is unknown', async () => {
    await isBusy('short')
    await says('thorough', 'from thorough')
    const replaced = await asked('-m', 'fast/short', '--output-format', 'stream-json', '-q')
    expect(replaced.stderr).toBe('')
    expect(linesOf(replaced.stdout)).toMatchObject([
      { type: 'start', provider: 'fast', model: 'short' },
      { type: 'notice', code: 'fallback', model: 'slow/thorough' },
      { type: 'delta' },
      { type: 'end', provider: 'slow', model: 'thorough', cost: { currency: 'USD' } },
    ])
    await says('quick', 'from quick')
    const [unpriced] = linesOf((await asked('-m', 'fast/quick', '--json')).stdout)
    expect(unpriced).toMatchObject({ provider: 'fast', model: 'quick' })
    expect(unpriced).not.toHaveProperty('cost')
  })

  it('L5: after the first delta it fails, and the next model of the chain is named', async () => {
    await breaksOff('short')
    const { code, stdout, stderr } = await asked('-m', 'fast/short')
    expect({ code, stdout }).toEqual({ code: 8, stdout: 'half\n' })
    expect(stderr).toContain('The next model of its fallback chain is slow/thorough.')
    expect(await upstream.calls()).toHaveLength(1)
  })
})

describe('chat', () => {
  it('names who spoke in place of whom, and offers the next model where an answer breaks off', async () => {
    const chat = new Terminal({
      columns: 120,
      args: [...chatCommand().slice(1), '-m', 'fast/short'],
      env: { PATH: process.env['PATH'] ?? '', ...env() },
    })
    onTestFinished(() => {
      chat.close()
    })
    await chat.until('Connected')
    await isBusy('short')
    await says('thorough', 'from thorough')
    await ask(chat, 'Why?')
    expect(chat.text).toContain('slow/thorough answered in place of fast/short.')
    expect(chat.text).toMatch(/^slow\/thorough · 1 token .*· under 0\.0001 USD/m)
    await breaksOff('short')
    await ask(chat, 'And why not?')
    expect(chat.text).toContain('The next model of its fallback chain is slow/thorough.')
    expect(chat.text).toContain('/retry asks again, /retry MODEL another model.')
    await ask(chat, '/retry slow/thorough')
    expect((await upstream.calls()).map(({ body }) => body)).toMatchObject([
      { model: 'short' },
      { model: 'thorough' },
      { model: 'short' },
      { model: 'thorough' },
    ])
  })
})

const Report = z.object({
  checks: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      detail: z.string(),
      fix: z.string().optional(),
      facts: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})

const chats = async () =>
  (await upstream.calls()).filter(({ path }) => path === '/v1/chat/completions')

describe('doctor --providers', () => {
  const LIST = '{"object":"list","data":[]}'
  async function diagnose(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const models = { headers: { 'content-type': 'application/json' }, body: [LIST] }
    await upstream.script(models, { path: '/v1/models' })
    const outcome = await run(['doctor', '--json', ...args], more)
    const { checks } = Report.parse(JSON.parse(outcome.stdout))
    return { ...outcome, check: (id: string) => checks.find((check) => check.id === id) }
  }

  it('asks a model of each one short question, keeps nothing, and says what it took', async () => {
    await says('quick', 'OK')
    await says('thorough', 'OK')
    writeFileSync(
      join(home.path, 'home', 'config.toml'),
      `[openai]\nbase_url = "${upstream.url}"\nmodel = "quick"\napi_key_env = "OPENAI_API_KEY"\n
      [providers.slow]\nkind = "openai-compatible"\nbase_url = "${upstream.url}"\nmodels = ["thorough", "other"]\n
      [providers.absent]\nkind = "anthropic"\napi_key_env = "ABSENT_KEY"\nmodels = ["unheard"]\n`,
    )
    const { code, stdout, stderr, check } = await diagnose(['--providers'], {
      OPENAI_API_KEY: KEY,
    })
    expect(code).toBe(0)
    expect(stderr).toBe(
      'Asking openai/quick, slow/thorough one short question each: a request that may cost something.\n',
    )
    expect(check('answer:openai')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^openai\/quick answered after [\d.]+ s \(\d+ tokens\)$/),
      facts: { model: 'openai/quick', latencyMs: expect.any(Number) },
    })
    expect(check('answer:slow')?.status).toBe('ok')
    expect(check('provider:absent')?.fix).toContain('export ABSENT_KEY=')
    expect(check('provider:anthropic')).toMatchObject({
      status: 'info',
      fix: expect.stringContaining('export ANTHROPIC_API_KEY='),
    })
    expect(stdout).not.toContain(KEY)
    expect((await chats()).map(({ body }) => body)).toMatchObject([
      { max_completion_tokens: 256 },
      { max_tokens: 256 },
    ])
    expect(kept()).toEqual([])
  })

  it('what does not answer is told with its code and what to do: 1 where it is the default', async () => {
    await upstream.script({ status: 401, body: ['{"error":{"message":"no"}}'] }, { model: 'quick' })
    await isBusy('thorough')
    const { code, check } = await diagnose(['--providers'])
    expect(code).toBe(1)
    expect(check('answer:fast')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('(upstream_auth)'),
      facts: { code: 'upstream_auth' },
    })
    expect(check('answer:slow')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('(upstream_overloaded)'),
    })
  })

  it('asks nobody without the flag', async () => {
    await diagnose([])
    expect(await chats()).toEqual([])
  })
})

it('models --provider: those of one, and a sentence and 3 where there is none', async () => {
  const { code, stdout } = await run(['models', '--provider', 'slow'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/slow\/thorough +slow +- +1 USD +2 USD +chat/)
  expect(stdout).not.toContain('fast/')
  const none = await run(['models', '--provider', 'nobody'])
  expect(none).toMatchObject({ code: 3, stdout: '' })
  expect(none.stderr).toMatch(/^error: The relay has no models of a provider "nobody"\.\n.*slow/)
})
