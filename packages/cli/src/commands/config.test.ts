import { mkdtempSync, readFileSync, rmSync, existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '@speak-code/server/config'
import type { CommonFlags } from '../deps.ts'
import { CommandError } from '../errors.ts'
import { pathsOf } from '../paths.ts'
import {
  configCommand,
  runConfigGet,
  runConfigList,
  runConfigPath,
  runConfigSet,
  type ConfigDeps,
} from './config.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'speak-code-config-command-'))
  file = join(folder, 'sub', 'config.toml')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

interface Trial {
  readonly deps: ConfigDeps
  readonly stdout: () => string
  readonly notes: readonly string[]
}

function trial(text?: string, env: NodeJS.ProcessEnv = {}): Trial {
  if (text !== undefined) {
    file = join(folder, 'config.toml')
    writeFileSync(file, text)
  }
  let out = ''
  const notes: string[] = []
  return {
    deps: {
      env,
      paths: pathsOf({ SPEAK_CODE_HOME: folder }, file),
      config: () => loadConfig(file),
      note: (note) => notes.push(note),
      stdout: { write: (chunk) => (out += chunk) },
    },
    stdout: () => out,
    notes,
  }
}

async function setIn(text: string | undefined, key: string, value: string): Promise<string> {
  const { deps } = trial(text)
  expect(await runConfigSet({ key, value }, deps)).toBe(0)
  return readFileSync(file, 'utf8')
}

async function parse(args: readonly string[], deps: ConfigDeps): Promise<CommonFlags> {
  const flags: CommonFlags[] = []
  const command = configCommand((given) => {
    flags.push(given)
    return deps
  })
  const before = process.exitCode
  await command.exitOverride().parseAsync(args, { from: 'user' })
  process.exitCode = before
  return flags[0] ?? {}
}

describe('the command line', () => {
  test('common flags are known before and after the subcommand', async () => {
    const { deps, stdout } = trial('')
    expect(await parse(['--config', 'x.toml', 'path'], deps)).toMatchObject({ config: 'x.toml' })
    expect(await parse(['path', '--config', 'x.toml', '-q'], deps)).toMatchObject({
      config: 'x.toml',
      quiet: true,
    })
    expect(stdout()).toBe(`${file}\n${file}\n`)
  })

  test('set, get and list', async () => {
    const { deps, stdout } = trial('')
    await parse(['set', 'listen.port', '8080'], deps)
    await parse(['get', 'listen.port'], deps)
    await parse(['get', 'listen.port', '--json'], deps)
    await parse(['list'], deps)
    expect(stdout()).toMatch(/^8080\n8080\n# openai\.base_url is not set\n/)
    expect(stdout()).toContain('\nlisten.port = 8080 # file\n')
  })
})

describe('config path', () => {
  test('prints the path, also of a broken or missing file', async () => {
    const { deps, stdout } = trial('= broken')
    expect(await runConfigPath(deps)).toBe(0)
    expect(stdout()).toBe(`${file}\n`)
  })
})

describe('config list', () => {
  test('shows each value and where it comes from', async () => {
    const { deps, stdout } = trial('[openai]\nmodel = "m"\n[providers.lab]\nkind = "demo"\n', {
      SPEAK_CODE_SERVER: 'ws://other/ws/chat',
    })
    expect(await runConfigList({}, deps)).toBe(0)
    const lines = stdout().split('\n')
    expect(lines).toContain('openai.model = "m" # file')
    expect(lines).toContain('openai.api_key_env = "OPENAI_API_KEY" # default')
    expect(lines).toContain('# openai.temperature is not set')
    expect(lines).toContain('providers.lab.kind = "demo" # file')
    expect(lines).toContain('providers.lab.lax_done = false # default')
    expect(lines).toContain('server.url = "ws://other/ws/chat" # SPEAK_CODE_SERVER')
    expect(lines).toContain('listen.origins = [] # default')
  })

  test('--json has the same as an array', async () => {
    const { deps, stdout } = trial('[listen]\nport = 8080\n', { OPENAI_MODEL: 'e' })
    await runConfigList({ json: true }, deps)
    const items: unknown = JSON.parse(stdout())
    expect(items).toContainEqual({ key: 'listen.port', value: 8080, source: 'file' })
    expect(items).toContainEqual({ key: 'run.drain_secs', value: 30, source: 'default' })
    expect(items).toContainEqual({ key: 'openai.max_tokens', value: null, source: 'unset' })
    expect(items).toContainEqual({
      key: 'openai.model',
      value: 'e',
      source: 'environment',
      variable: 'OPENAI_MODEL',
    })
  })

  test('L10: keys of the environment, values of headers and passwords in URLs do not occur', async () => {
    const text =
      '[openai]\nbase_url = "https://me:hunter2@proxy/v1"\nheaders = { Authorization = "hunter2" }\n'
    const { deps, stdout } = trial(text, { OPENAI_API_KEY: 'hunter2' })
    await runConfigList({ json: true }, deps)
    await runConfigList({}, deps)
    expect(stdout()).toContain('openai.headers.Authorization = "(hidden)"')
    expect(stdout()).toContain('https://me:hidden@proxy/v1')
    expect(stdout()).not.toContain('hunter2')
  })

  test('a file that cannot be used is an error', async () => {
    const { deps } = trial('[openai]\nmodell = 1\n')
    await expect(runConfigList({}, deps)).rejects.toThrow(`${file}, line 2: openai.modell`)
  })
})

describe('config get', () => {
  test.each([
    ['openai.model', 'a "b"\n'],
    ['listen.port', '3000\n'],
    ['openai.lax_done', 'false\n'],
    ['openai.models', '["x","y"]\n'],
    ['openai.headers.A', 'b\n'],
    ['relay', 'relay.idle_exit_secs = 600 # default\n'],
  ])('%s', async (key, printed) => {
    const { deps, stdout } = trial(
      `[openai]\nmodel = 'a "b"'\nmodels = ["x", "y"]\nheaders.A = "b"\n`,
    )
    expect(await runConfigGet({ key }, deps)).toBe(0)
    expect(stdout()).toBe(printed)
  })

  test('--json prints the value as JSON', async () => {
    const { deps, stdout } = trial('[openai]\nmodel = "m"\n')
    await runConfigGet({ key: 'openai.model', json: true }, deps)
    expect(stdout()).toBe('"m"\n')
  })

  test('the environment goes over the file, with a note', async () => {
    const { deps, stdout, notes } = trial('[openai]\nmodel = "m"\n', { OPENAI_MODEL: 'e' })
    await runConfigGet({ key: 'openai.model' }, deps)
    expect(stdout()).toBe('e\n')
    expect(notes).toEqual(['From OPENAI_MODEL.'])
  })

  test.each(['openai.model', 'providers.lab.kind', 'providers'])(
    '%s, which is not set, prints nothing and exits 1',
    async (key) => {
      const { deps, stdout } = trial('')
      const failure = runConfigGet({ key }, deps)
      await expect(failure).rejects.toBeInstanceOf(CommandError)
      await expect(failure).rejects.toMatchObject({
        exitCode: 1,
        message: `${key} is not set in ${file} and has no default.`,
      })
      expect(stdout()).toBe('')
    },
  )

  test('an unknown key names the nearest', async () => {
    const { deps } = trial('')
    await expect(runConfigGet({ key: 'openai.modell' }, deps)).rejects.toThrow(
      new ConfigError('openai.modell is an unknown key (did you mean openai.model?).'),
    )
    await expect(runConfigGet({ key: 'a = b' }, deps)).rejects.toThrow(ConfigError)
  })
})

describe('config set', () => {
  test('makes file and folder where there are none', async () => {
    expect(await setIn(undefined, 'openai.model', 'gpt-5')).toBe('[openai]\nmodel = "gpt-5"\n')
  })

  test('changes one line and keeps the rest', async () => {
    const text = '# mine\n[listen]\nport = 1 # why\n\n[chat] # x\nsystem = """\na"""\n'
    expect(await setIn(text, 'listen.port', '8080')).toBe(text.replace('= 1', '= 8080'))
  })

  test.each([
    ['openai.model', 'gpt 5', '"gpt 5"'],
    ['openai.model', '5', '"5"'],
    ['openai.model', '"5"', '"5"'],
    ['openai.model', `'C:\\x'`, `'C:\\x'`],
    ['openai.model', '"unclosed', String.raw`"\"unclosed"`],
    ['chat.system', 'a\nb\t"c"', String.raw`"a\nb\t\"c\""`],
    ['chat.system', '1979-05-27', '"1979-05-27"'],
    ['run.drain_secs', '0.5', '0.5'],
    ['run.drain_secs', '1_000', '1_000'],
    ['openai.lax_done', 'true', 'true'],
    ['openai.models', '["a", "b"]', '["a", "b"]'],
    ['openai.models', 'gpt-5', '[ "gpt-5" ]'],
    ['openai.headers.X-Team', 'physics', '"physics"'],
  ])('%s %s is written as %s', async (key, value, written) => {
    const name = key.split('.').at(-1)
    expect(await setIn('', key, value)).toContain(`\n${name} = ${written}\n`)
  })

  test('a table is set key by key, so that what belongs together is checked together', async () => {
    const value = '{ kind = "openai-compatible", base_url = "http://h/v1", headers = { A = "b" } }'
    expect(await setIn('# mine\n', 'providers.lab', value)).toBe(
      '# mine\n\n[providers.lab]\nkind = "openai-compatible"\nbase_url = "http://h/v1"\n\n[providers.lab.headers]\nA = "b"\n',
    )
  })

  test('a value may be repaired', async () => {
    expect(await setIn('[listen]\nport = "x"\n', 'listen.port', '80')).toBe('[listen]\nport = 80\n')
  })

  test.each([
    ['listen.port', 'high', 'listen.port must be a whole number from 0 to 65535, not a string'],
    ['listen.port', '70000', 'listen.port must be a whole number from 0 to 65535'],
    ['listen.port', '80 # x', 'listen.port must be a whole number from 0 to 65535, not a string'],
    ['listen.port', '80\n[evil]', 'listen.port must be a whole number'],
    ['openai.base_url', 'nowhere', 'openai.base_url must be an http or https URL'],
    ['openai.models', '[{ a = 1 }]', 'openai.models[0] must be a string that is not empty'],
    ['providers.lab.kind', 'openai-compatible', 'providers.lab.base_url is missing'],
    ['providers.a b.kind', 'demo', 'is not a key'],
    ['openai.modell', 'x', 'openai.modell is an unknown key (did you mean openai.model?)'],
    ['openai', 'x', 'openai is a table: set one of its keys (base_url, '],
    ['openai', '{ modell = "x" }', 'openai.modell is an unknown key'],
    ['openai', '{}', 'There is nothing to set'],
  ])('%s %s is refused and the file stays', async (key, value, problem) => {
    const text = '# mine\n[listen]\nport = 1\n'
    const { deps } = trial(text)
    await expect(runConfigSet({ key, value }, deps)).rejects.toThrow(ConfigError)
    await expect(runConfigSet({ key, value }, deps)).rejects.toThrow(problem)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test.each([
    ['[listen\n', 'line 1: this is not valid TOML'],
    ['[listen]\n\nprot = 1\n', 'line 3: listen.prot is an unknown key'],
    ['openai = 3\n', 'line 1: openai must be a table'],
  ])('what was wrong before is said with its line: %j', async (text, problem) => {
    const { deps } = trial(text)
    await expect(runConfigSet({ key: 'openai.model', value: 'm' }, deps)).rejects.toThrow(problem)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('says what it did, and what goes over it', async () => {
    const { deps, notes } = trial('', { OPENAI_MODEL: 'e' })
    await runConfigSet({ key: 'openai.model', value: 'm' }, deps)
    expect(notes).toEqual([
      `openai.model is set in ${file}.`,
      'OPENAI_MODEL in the environment goes over it.',
    ])
  })

  test('a file that cannot be written is an error of its own', async () => {
    writeFileSync(join(folder, 'sub'), 'a file where the folder should be')
    const { deps } = trial()
    await expect(runConfigSet({ key: 'openai.model', value: 'm' }, deps)).rejects.toThrow(
      CommandError,
    )
    expect(existsSync(file)).toBe(false)
  })
})
