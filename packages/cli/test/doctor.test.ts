/** `doctor` and `relay` as processes, beside a relay of this machine's own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  type MockUpstream,
  startMockUpstream,
  temporaryFolder,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { version } from '../src/version.ts'
import { type Outcome, runProgram } from './fixtures/program.ts'

const Report = z.object({
  ok: z.boolean(),
  version: z.string(),
  checks: z.array(
    z.object({
      id: z.string(),
      status: z.enum(['ok', 'info', 'warning', 'problem']),
      detail: z.string(),
      fix: z.string().optional(),
      facts: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})
type Check = z.infer<typeof Report>['checks'][number]

const KEY = 'sk-test-0123456789abcdef0123456789abcdef'

let home: TemporaryFolder
let upstream: MockUpstream
beforeAll(async () => {
  upstream = await startMockUpstream()
})
afterAll(() => upstream.stop())
beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await run(['relay', 'stop', '--force'])
  await upstream.reset()
  home.remove()
})

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return runProgram(args, {
    SPEAK_CODE_HOME: join(home.path, 'home'),
    XDG_RUNTIME_DIR: join(home.path, 'run'),
    ...env,
  })
}

interface Diagnosis {
  readonly code: number | null
  readonly text: string
  readonly check: (id: string) => Check | undefined
}

async function diagnose(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<Diagnosis> {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args], env)
  const report = Report.parse(JSON.parse(stdout))
  expect(report.ok).toBe(code === 0)
  return {
    code,
    text: stdout + stderr,
    check: (id) => report.checks.find((check) => check.id === id),
  }
}

function writeConfig(text: string): void {
  mkdirSync(join(home.path, 'home'), { recursive: true })
  writeFileSync(join(home.path, 'home', 'config.toml'), text)
}

/** A port that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

const models = (body: string, status = 200) =>
  upstream.script({ status, headers: { 'content-type': 'application/json' }, body: [body] })

describe('a model that keeps failing', () => {
  it('is left alone by the relay for a while, and the doctor says so', async () => {
    writeConfig('[run]\nmax_attempts = 1\n')
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: upstream.url }
    for (let count = 0; count < 5; count += 1) {
      await models('{"error":{"message":"busy"}}', 503)
      expect((await run(['ask', '--no-save', '-m', 'openai/gpt-x', 'Hello?'], env)).code).toBe(1)
    }
    await models('{"object":"list","data":[]}')
    const { code, check } = await diagnose(env)
    expect(code).toBe(0)
    expect(check('circuit:openai/gpt-x')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('kept failing'),
    })
  })
})

describe('all is well', () => {
  it('without a key the demo answers: a chat works', async () => {
    const { code, check } = await diagnose()
    expect(code).toBe(0)
    expect(check('node')?.status).toBe('ok')
    expect(check('config')).toMatchObject({ status: 'ok', facts: { exists: false } })
    expect(check('provider:openai')).toMatchObject({
      status: 'info',
      fix: expect.stringContaining('export OPENAI_API_KEY='),
    })
    expect(check('provider:demo')?.status).toBe('info')
  })

  it('the relay’s pid, version, socket and log are those of `relay status`', async () => {
    const { check } = await diagnose()
    const status: unknown = JSON.parse((await run(['relay', 'status', '--json'])).stdout)
    const { configured, defaultModel, ...facts } = check('relay')?.facts ?? {}
    expect({ configured, defaultModel }).toEqual({ configured: false, defaultModel: 'demo/demo' })
    expect(status).toMatchObject({ running: true, version: version(), ...facts })
    expect(Object.keys(facts).toSorted()).toEqual(['log', 'pid', 'socket', 'version'])
  })

  it('L10: a key that works is told of, and never shown', async () => {
    await models('{"object":"list","data":[]}')
    const { code, text, check } = await diagnose({
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: upstream.url,
    })
    expect(code).toBe(0)
    expect(text).not.toContain(KEY)
    expect(check('provider:openai')).toMatchObject({
      status: 'ok',
      facts: { hasKey: true, isDefault: true, baseUrl: upstream.url },
    })
    const [call] = await upstream.calls()
    expect(call).toMatchObject({
      method: 'GET',
      path: '/v1/models',
      headers: { authorization: `Bearer ${KEY}` },
    })
  })

  it('a provider that lists no models is reachable', async () => {
    await models('not found', 404)
    expect((await diagnose({ OPENAI_BASE_URL: upstream.url })).code).toBe(0)
  })
})

describe('a provider', () => {
  it('401: the key is wrong, what to type, exit code 1', async () => {
    await models(`{"error":{"message":"Incorrect API key provided: ${KEY}"}}`, 401)
    const { code, text, check } = await diagnose({
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: upstream.url,
    })
    expect(code).toBe(1)
    expect(text).not.toContain(KEY)
    expect(check('provider:openai')).toMatchObject({
      status: 'problem',
      detail: expect.stringMatching(/refused the key \(HTTP 401\)/),
      fix: expect.stringContaining('export OPENAI_API_KEY='),
    })
  })

  it('a closed port: exit code 1', async () => {
    const port = await closedPort()
    const { code, check } = await diagnose({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` })
    expect(code).toBe(1)
    expect(check('provider:openai')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining(`127.0.0.1:${port}: nothing listens there (ECONNREFUSED)`),
      fix: expect.stringContaining('base URL'),
    })
  })

  it('HTML where an API should be: exit code 1', async () => {
    await models('<html><title>Sign in</title></html>')
    const { code, check } = await diagnose({ OPENAI_BASE_URL: upstream.url })
    expect(code).toBe(1)
    expect(check('provider:openai')?.detail).toContain('no API')
  })

  it('that is not asked by default is a warning', async () => {
    const port = await closedPort()
    writeConfig(
      `[providers.spare]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:${port}/v1"\nmodels = ["x"]\n`,
    )
    await models('{"data":[]}')
    const { code, check } = await diagnose({ OPENAI_BASE_URL: upstream.url })
    expect(code).toBe(0)
    expect(check('provider:spare')?.status).toBe('warning')
  })
})

describe('folders and files', () => {
  it('a data folder that cannot be written: exit code 1, and the others are still told', async () => {
    mkdirSync(home.path, { recursive: true })
    writeFileSync(join(home.path, 'file'), '')
    const data = join(home.path, 'file', 'data')
    const { code, check } = await diagnose({
      SPEAK_CODE_HOME: '',
      HOME: home.path,
      XDG_DATA_HOME: data,
    })
    expect(code).toBe(1)
    expect(check('data')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining(data),
      fix: expect.stringContaining('XDG_DATA_HOME'),
    })
    expect(check('state')?.status).toBe('ok')
    expect(check('relay')?.status).toBe('problem')
  })

  it('a configuration that cannot be used: exit code 1, with file, key and line', async () => {
    writeConfig('[openai]\nnonsense = 1\n')
    const { code, check } = await diagnose()
    expect(code).toBe(1)
    expect(check('config')?.status).toBe('problem')
    expect(check('config')?.detail).toMatch(/config\.toml.*2|2.*config\.toml/)
    expect(check('config')?.detail).toContain('nonsense')
  })

  it('a history that is no database is a warning, and stays as it is', async () => {
    mkdirSync(join(home.path, 'home'))
    const history = join(home.path, 'home', 'history.db')
    const bytes = 'no database at all'.repeat(100)
    writeFileSync(history, bytes)
    const { code, check } = await diagnose()
    expect(code).toBe(0)
    expect(check('history')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('not a database'),
    })
    expect(readFileSync(history, 'utf8')).toBe(bytes)
  })

  it('leaves no folder of the client behind where there was none', async () => {
    const { check } = await diagnose({}, '--server', 'ws://127.0.0.1:1')
    expect(check('data')?.status).toBe('ok')
    expect(() => {
      mkdirSync(join(home.path, 'home'))
    }).not.toThrow()
  })
})

describe('a configured relay', () => {
  it('nobody there: exit code 1, its address, and no relay is started', async () => {
    const url = `ws://127.0.0.1:${await closedPort()}/ws/chat`
    const { code, check } = await diagnose({ SPEAK_CODE_SERVER: url })
    expect(code).toBe(1)
    expect(check('relay')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining(url),
      facts: { configured: true, url },
    })
    expect((await run(['relay', 'status'])).stdout).toContain('not running')
  })

  it('something that is no relay: exit code 1', async () => {
    const { code, check } = await diagnose({
      SPEAK_CODE_SERVER: upstream.url.replace('http', 'ws'),
    })
    expect(code).toBe(1)
    expect(check('relay')?.status).toBe('problem')
  })

  it('an address that is none: exit code 1', async () => {
    const { code, check } = await diagnose({ SPEAK_CODE_SERVER: 'localhost:3000' })
    expect(code).toBe(1)
    expect(check('relay')?.detail).toContain('SPEAK_CODE_SERVER')
  })
})

it('for people: a line for each, what to do, and the upshot', async () => {
  const { code, stdout } = await run(['doctor'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ok +node: Node\.js v/)
  expect(stdout).toMatch(/pid \d+, version .*socket .*relay-[0-9a-f]{8}\.sock; log .*\.log/)
  expect(stdout).toMatch(/\n\nA chat works\.\n$/)
})
