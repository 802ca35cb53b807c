import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { loadConfig, parseConfig } from './load.ts'
import { Config } from './schema.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'speak-code-config-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function sentenceOf(source: string): string {
  try {
    parseConfig(source, '/home/me/config.toml')
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error(`accepted: ${source}`)
}

const inBackground = (kind: string): string =>
  `[providers.lab]\nkind = "${kind}"\nbase_url = "http://x/v1"\nbackground = true`

describe('loadConfig', () => {
  test('a file that is not there acts like an empty one', () => {
    const path = join(folder, 'none', 'config.toml')
    const loaded = loadConfig(path)
    expect(loaded.config).toEqual(Config.parse({}))
    expect(loaded).toMatchObject({ path, exists: false })
    expect(loaded.written('openai')).toBe(false)
  })

  test('an empty file is the same, and exists', () => {
    const path = join(folder, 'empty.toml')
    writeFileSync(path, '')
    expect(loadConfig(path)).toMatchObject({ config: Config.parse({}), exists: true })
  })

  test('the file goes over the defaults', () => {
    const path = join(folder, 'some.toml')
    writeFileSync(path, '\uFEFF[openai]\r\nmodel = "m"\r\n[listen]\r\nport = 1_024\r\n')
    const { config } = loadConfig(path)
    expect(config.openai).toMatchObject({ model: 'm', api_key_env: 'OPENAI_API_KEY' })
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 1024, origins: [] })
  })

  test('written tells what the file itself has', () => {
    const loaded = parseConfig(
      'server.url = "ws://h/ws/chat"\n[providers.lab]\nkind = "demo"\n[openai.headers]\n"X.Y" = "1"',
      'f',
    )
    expect(loaded.written('server.url')).toBe(true)
    expect(loaded.written('server')).toBe(true)
    expect(loaded.written('providers.lab.kind')).toBe(true)
    expect(loaded.written('openai.headers."X.Y"')).toBe(true)
    expect(loaded.written('server.max_reconnect_attempts')).toBe(false)
    expect(loaded.written('providers.lab.models')).toBe(false)
    expect(loaded.written('providers.constructor')).toBe(false)
    expect(loaded.written('openai.model')).toBe(false)
  })

  test('a folder in its place is said to be one', () => {
    const path = join(folder, 'folder.toml')
    mkdirSync(path)
    expect(() => loadConfig(path)).toThrow(`${path} cannot be read: it is a folder.`)
  })

  test.skipIf(process.getuid?.() === 0)('a file without permission is an error', () => {
    const path = join(folder, 'secret.toml')
    writeFileSync(path, '')
    chmodSync(path, 0)
    expect(() => loadConfig(path)).toThrow(`${path} cannot be read: you have no permission.`)
  })

  test('bytes that are no UTF-8 are an error', () => {
    const path = join(folder, 'latin1.toml')
    writeFileSync(path, Buffer.from('[chat]\nsystem = "caf\xe9"', 'latin1'))
    expect(() => loadConfig(path)).toThrow(`${path} is not a text file in UTF-8.`)
  })
})

describe('an error is one sentence with key, file and line', () => {
  const FILE = '/home/me/config.toml'

  test.each([
    ['[chat]\n\nsystem = "a', 3, 'system is not valid TOML: unfinished string'],
    [
      '[openai]\nmodel = gpt-5',
      2,
      'model is not valid TOML: invalid value (a string needs quotes)',
    ],
    ['[openai\n', 1, 'this is not valid TOML'],
    [
      '[run]\ndrain_secs = 1\ndrain_secs = 2',
      3,
      'drain_secs is not valid TOML: trying to redefine',
    ],
    ['\n__proto__ = 1', 2, '__proto__ is not valid TOML: document contains an unsafe property'],
  ])('syntax: %j', (source, line, problem) => {
    expect(sentenceOf(source)).toContain(`${FILE}, line ${line}: ${problem}`)
  })

  test.each([
    ['[openai]\nmodell = "x"', 2, 'openai.modell is an unknown key (did you mean openai.model?).'],
    ['[openia]', 1, 'openia is an unknown key (did you mean openai?).'],
    ['modle = "x"', 1, 'modle is an unknown key (did you mean models?).'],
    ['[server]\nmodel = "x"', 2, 'server.model is an unknown key (did you mean openai.model?).'],
    [
      '[openai]\napi_key = "x"',
      2,
      'openai.api_key is an unknown key (did you mean openai.api_key_env?).',
    ],
    [
      '[openai]\nmaxTokens = 1',
      2,
      'openai.maxTokens is an unknown key (did you mean openai.max_tokens?).',
    ],
    [
      '[providers.x]\nkind = "demo"\nmodel = "x"',
      3,
      'providers.x.model is an unknown key (did you mean providers.x.models?).',
    ],
    ['[relay]\nzzzzzzzzz = 1', 2, 'relay.zzzzzzzzz is an unknown key (relay has idle_exit_secs).'],
    [
      'openai = { models = ["a"],\n  modell = 1 }',
      2,
      'openai.modell is an unknown key (did you mean openai.model?).',
    ],
  ])('unknown key: %j', (source, line, problem) => {
    expect(sentenceOf(source)).toBe(`${FILE}, line ${line}: ${problem}`)
  })

  test.each([
    [
      '[listen]\nport = "3000"',
      2,
      'listen.port must be a whole number from 0 to 65535, not a string.',
    ],
    ['[listen]\nport = 3.5', 2, 'listen.port must be a whole number from 0 to 65535.'],
    ['[openai]\nlax_done = "yes"', 2, 'openai.lax_done must be true or false, not a string.'],
    ['[openai]\nmodel = true', 2, 'openai.model must be a string that is not empty, not true.'],
    ['[[openai]]', 1, 'openai must be a table, not a list.'],
    ['openai = "x"', 1, 'openai must be a table, not a string.'],
    ['[listen]\norigins = "https://a.b"', 2, 'listen.origins must be a list, not a string.'],
    ['[listen]\norigins = [\n  "https://a.b",\n  3,\n]', 4, 'listen.origins[1] must be an origin'],
    [
      '[openai.model]\nname = "x"',
      1,
      'openai.model must be a string that is not empty, not a table.',
    ],
    ['[providers]\nlab = 3', 2, 'providers.lab must be a table, not a number.'],
  ])('wrong type: %j', (source, line, problem) => {
    expect(sentenceOf(source)).toContain(`${FILE}, line ${line}: ${problem}`)
  })

  test.each([
    [
      '[openai]\nmodel = 1979-05-27',
      'openai.model must be a string that is not empty, not a date or time.',
    ],
    [
      '[listen]\nport = 07:32:00',
      'listen.port must be a whole number from 0 to 65535, not a date or time.',
    ],
    ['\nopenai = 1979-05-27T07:32:00Z', 'openai must be a table, not a date or time.'],
    ['\nproviders.x = 1979-05-27', 'providers.x must be a table, not a date or time.'],
    [
      '[listen]\nport = 9223372036854775807',
      'listen.port must be a whole number from 0 to 65535, not a number so large.',
    ],
  ])('dates and huge integers: %j', (source, problem) => {
    expect(sentenceOf(source)).toBe(`${FILE}, line 2: ${problem}`)
  })

  test.each([
    ['[listen]\nport = 65536', 'listen.port must be a whole number from 0 to 65535.'],
    ['[listen]\nport = -1', 'listen.port must be a whole number from 0 to 65535.'],
    ['[listen]\nhost = "http://0.0.0.0"', 'listen.host must be a host name or an IP address'],
    ['[listen]\norigins = ["*"]', 'listen.origins[0] must be an origin as browsers send it'],
    ['[openai]\ntemperature = 2.1', 'openai.temperature must be a number from 0 to 2.'],
    ['[openai]\nmax_tokens = 0', 'openai.max_tokens must be a whole number, 1 or more.'],
    ['[openai]\nmodel = ""', 'openai.model must be a string that is not empty.'],
    ['[openai]\nmodels = []', 'openai.models must be a list of at least one model id.'],
    ['[openai]\nbase_url = "ftp://x"', 'openai.base_url must be an http or https URL.'],
    [
      '[openai]\napi_key_env = "sk-123"',
      'openai.api_key_env must be the name of an environment variable',
    ],
    ['[server]\nurl = "http://x"', 'server.url must be a ws or wss URL'],
    [
      '[server]\nreconnect_interval_ms = 0',
      'server.reconnect_interval_ms must be a whole number from 1',
    ],
    ['[run]\ndrain_secs = inf', 'run.drain_secs must be a number from 0 to 2147483.'],
    ['[run]\ndrain_secs = nan', 'run.drain_secs must be a number from 0 to 2147483.'],
    [
      '[relay]\nidle_exit_secs = 2147484',
      'relay.idle_exit_secs must be a number from 0 to 2147483.',
    ],
    ['[openai.headers]\n"a b" = "x"', 'openai.headers."a b" must be the name of an HTTP header.'],
    ['[openai.headers]\na = "x\\ny"', 'openai.headers.a must be a string of one line'],
    [
      '[providers]\n"a b".kind = "demo"',
      'providers."a b" must be a name of letters, digits, "-" and "_".',
    ],
    [
      '[providers.x]\nkind = "telepathy"',
      'providers.x.kind must be one of "openai", "openai-responses", "openai-compatible", "anthropic", "google", "demo".',
    ],
  ])('out of range: %j', (source, problem) => {
    expect(sentenceOf(source)).toContain(`${FILE}, line 2: ${problem}`)
  })

  test('of several faults it names the first in the file', () => {
    expect(sentenceOf('[run]\ndrain_secs = -1\n[listen]\nport = "x"\nprot = 1')).toContain('line 2')
    expect(sentenceOf('[zzzzzz]\n[run]\ndrain_secs = -1')).toContain('line 1')
  })

  test('L10: no value appears, as it may be a secret', () => {
    for (const source of [
      '[openai]\napi_key_env = "sk-secret"',
      '[openai]\napi_key = "sk-secret"',
      '[openai.headers]\nAuthorization = "sk-secret\\n"',
      '[openai]\napi_key_env = sk-secret',
      '[openai]\napi_key_env = "sk-secret',
    ])
      expect(sentenceOf(source)).not.toContain('sk-secret')
  })
})

describe('providers', () => {
  test('[openai] beside [providers.openai] is an error, either alone is none', () => {
    const both = '[openai]\nmodel = "m"\n[providers.openai]\nkind = "openai"'
    expect(sentenceOf(both)).toBe(
      '/home/me/config.toml, line 3: providers.openai is the provider that [openai] describes already: keep one of them.',
    )
    expect(parseConfig('[providers.openai]\nkind = "openai"', 'f').config.providers).toHaveProperty(
      'openai',
    )
  })

  test('kind is required', () => {
    expect(sentenceOf('\n[providers.lab]\nmodels = ["m"]')).toBe(
      '/home/me/config.toml, line 2: providers.lab.kind is missing and must be one of "openai", "openai-responses", "openai-compatible", "anthropic", "google", "demo".',
    )
  })

  test('openai-compatible needs an address', () => {
    expect(sentenceOf('[providers.lab]\nkind = "openai-compatible"')).toContain(
      'line 1: providers.lab.base_url is missing: kind "openai-compatible" needs it.',
    )
  })

  test('only openai-responses has answers in the background', () => {
    expect(parseConfig(inBackground('openai-responses'), 'f').config.providers).toHaveProperty(
      'lab.background',
      true,
    )
    for (const kind of ['openai', 'openai-compatible', 'anthropic', 'google', 'demo'])
      expect(sentenceOf(inBackground(kind))).toMatch(
        new RegExp(
          `line [34]: providers\\.lab\\.(background|base_url) means nothing with kind "${kind}"`,
        ),
      )
    expect(sentenceOf('[openai]\nbackground = true')).toContain(
      'openai.background is an unknown key',
    )
  })

  test('the name demo is the demo model’s own, and the demo model has no address or key', () => {
    expect(sentenceOf('[providers.demo]\nkind = "openai"')).toContain('built-in demo model')
    expect(sentenceOf('[providers.x]\nkind = "demo"\nbase_url = "http://x"')).toContain(
      'line 3: providers.x.base_url means nothing with kind "demo".',
    )
    expect(
      parseConfig('[providers.demo]\nkind = "demo"\nmodels = ["a"]', 'f').config.providers,
    ).toHaveProperty('demo.models', ['a'])
  })

  test('each gets the defaults of [openai], but no key', () => {
    const { config } = parseConfig('[providers.x]\nkind = "openai"', 'f')
    const { api_key_env: key, ...defaults } = Config.parse({}).openai
    expect(key).toBe('OPENAI_API_KEY')
    expect(config.providers['x']).toEqual({ ...defaults, background: false, kind: 'openai' })
  })
})
