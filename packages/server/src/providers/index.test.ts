import { SpeakCodeError } from '@speak-code/protocol'
import { type MockUpstream, startMockUpstream } from '@speak-code/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Config } from '../config/index.ts'
import { createProviders, networkSettings } from './index.ts'
import type { Providers } from './provider.ts'
import { listen } from './testing.ts'

const make = (
  config: unknown = {},
  env: Readonly<Record<string, string | undefined>> = {},
): Providers => createProviders(Config.parse(config), env)

function named(providers: Providers, name?: string): string {
  const { provider, model } = providers.resolve(name)
  return `${provider.name}/${model}`
}

const KEY = { OPENAI_API_KEY: 'sk-env' }
const lab = { kind: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1' }

describe('which model is the default (§4)', () => {
  test.each([
    ['nothing is configured', {}, {}, 'demo/demo'],
    ['an empty key counts as none', {}, { OPENAI_API_KEY: ' ' }, 'demo/demo'],
    ['a key', {}, KEY, 'openai/gpt-5-mini'],
    ['a base URL without a key', {}, { OPENAI_BASE_URL: 'http://x/v1' }, 'openai/gpt-5-mini'],
    ['OPENAI_MODEL', { openai: { model: 'file' } }, { ...KEY, OPENAI_MODEL: 'env' }, 'openai/env'],
    ['OPENAI_MODEL with slashes', {}, { ...KEY, OPENAI_MODEL: 'meta/llama' }, 'openai/meta/llama'],
    ['[openai] model', { openai: { model: 'file' } }, KEY, 'openai/file'],
    ['a model of openai that cannot be asked', { openai: { model: 'file' } }, {}, 'demo/demo'],
    [
      'a model of another provider',
      { openai: { model: 'lab/q' }, providers: { lab } },
      {},
      'lab/q',
    ],
    ['the first of openai’s list', { openai: { models: ['a', 'b'] } }, KEY, 'openai/a'],
    ['the first configured', { providers: { lab: { ...lab, models: ['q', 'r'] } } }, {}, 'lab/q'],
    [
      'openai before others',
      { providers: { lab: { ...lab, models: ['q'] } } },
      KEY,
      'openai/gpt-5-mini',
    ],
    ['a provider that lists nothing', { providers: { lab } }, {}, 'demo/demo'],
    ['a key of Anthropic', {}, { ANTHROPIC_API_KEY: 'k' }, 'anthropic/claude-sonnet-5'],
    ['either key of Google', {}, { GOOGLE_API_KEY: 'k' }, 'google/gemini-3.8-flash'],
    [
      'openai, anthropic, google in this order',
      {},
      { GEMINI_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://x' },
      'anthropic/claude-sonnet-5',
    ],
    ['OLLAMA_HOST', {}, { OLLAMA_HOST: 'gpu' }, 'ollama/llama3.2'],
    [
      'OLLAMA_HOST is the last',
      { providers: { lab: { ...lab, models: ['q'] } } },
      { OLLAMA_HOST: 'gpu' },
      'lab/q',
    ],
    [
      'an alias',
      { models: { fast: 'lab/q' }, openai: { model: 'fast' }, providers: { lab } },
      {},
      'lab/q',
    ],
  ])('%s', (_, config, env: Record<string, string>, expected) => {
    const providers = make(config, env)
    expect(providers.defaultModel).toBe(expected)
    expect(named(providers)).toBe(expected)
    expect(providers.list()[0]?.id).toBe(expected)
  })
})

describe('what a model’s name means (§5)', () => {
  const providers = make(
    {
      providers: {
        lab: { ...lab, models: ['qwen3', 'org/gemma'] },
        any: { ...lab, base_url: 'http://127.0.0.1:2/v1' },
      },
    },
    KEY,
  )

  test.each([
    ['lab/qwen3', 'lab/qwen3'],
    ['any/whatever/it/is', 'any/whatever/it/is'],
    ['openai/some-model', 'openai/some-model'],
    ['qwen3', 'lab/qwen3'],
    ['org/gemma', 'lab/org/gemma'],
    ['lab/org/gemma', 'lab/org/gemma'],
    ['gpt-7', 'openai/gpt-7'],
    ['o3-mini', 'openai/o3-mini'],
    ['chatgpt-latest', 'openai/chatgpt-latest'],
    ['claude-opus-5', 'anthropic/claude-opus-5'],
    ['gemini-4', 'google/gemini-4'],
    ['ollama/llama3.2:1b', 'ollama/llama3.2:1b'],
    ['demo', 'demo/demo'],
    ['demo/demo', 'demo/demo'],
  ])('%s is %s', (name, expected) => {
    expect(named(providers, name)).toBe(expected)
  })

  test.each(['nobody', 'lab/nobody', 'demo/nobody', 'ollama3', 'nobody/qwen3', 'lab/', '/'])(
    '%s is unknown',
    (name) => {
      expect(() => providers.resolve(name)).toThrow(SpeakCodeError)
      expect(() => providers.resolve(name)).toThrow(
        expect.objectContaining({ code: 'model_not_found' }),
      )
    },
  )

  test('the nearest names are told', () => {
    expect(() => providers.resolve('qwne3')).toThrow(
      'There is no model “qwne3” here. The nearest: lab/qwen3, ',
    )
    expect(() => providers.resolve('x'.repeat(1_000_000))).toThrow(/“x{100}…”/)
  })

  test('a bare id goes to the only provider with a base URL in the file', () => {
    expect(named(make({ providers: { lab } }, KEY), 'llama')).toBe('lab/llama')
    expect(named(make({ openai: { base_url: 'http://x/v1' } }), 'llama')).toBe('openai/llama')
    expect(() => make({}, { OPENAI_BASE_URL: 'http://x/v1' }).resolve('llama')).toThrow('no model')
  })

  test('an id that two providers list must be written in full', () => {
    const two = make({ providers: { a: { ...lab, models: ['q'] }, b: { ...lab, models: ['q'] } } })
    expect(() => two.resolve('q')).toThrow('a/q, b/q')
    expect(named(two, 'b/q')).toBe('b/q')
  })

  describe('a name that nobody claims', () => {
    let mock: MockUpstream
    beforeAll(async () => {
      mock = await startMockUpstream()
    })
    afterAll(() => mock.stop())
    beforeEach(() => mock.reset())

    const body = JSON.stringify({ data: [{ id: 'llama3.2:latest' }, { id: 'org/own' }] })
    const listing = { headers: { 'content-type': 'application/json' }, body: [body] }
    const found = async (name?: string, config: unknown = {}): Promise<string> => {
      await mock.script(listing, { path: '/v1/models' })
      const local = make(config, { OLLAMA_HOST: mock.url.replace(/\/v1$/, '') })
      const { provider, model, fallbacks } = await local.find(name)
      const names = [{ provider, model }, ...(fallbacks ?? [])]
      return names.map((one) => `${one.provider.name}/${one.model}`).join(' ')
    }

    test.each([
      ['llama3.2', 'ollama/llama3.2'],
      ['llama3.2:latest', 'ollama/llama3.2:latest'],
      ['org/own', 'ollama/org/own'],
    ])('%s is Ollama’s where it lists it', async (name, expected) => {
      expect(await found(name)).toBe(expected)
    })

    test('it has the fallbacks of its whole name', async () => {
      const config = { providers: { lab }, fallback: { 'ollama/org/own': ['lab/q'] } }
      const two = { ...config, providers: { lab, other: lab } }
      expect(await found('org/own', two)).toBe('ollama/org/own lab/q')
    })

    test('is unknown where Ollama does not list it either; its names are among the nearest', async () => {
      await expect(found('llama3.3')).rejects.toThrow('The nearest: ollama/llama3.2')
      await expect(found('llama3.2:1b')).rejects.toThrow('There is no model “llama3.2:1b” here')
    })

    test.each([
      [undefined, 'ollama/llama3.2'],
      ['gpt-oss:20b', 'openai/gpt-oss:20b'],
      ['ollama/any', 'ollama/any'],
      ['a1', 'lab/org/own'],
      ['org/own', 'lab/org/own'],
    ])('%s is claimed, and Ollama is not asked', async (name, expected) => {
      const config = {
        providers: { lab: { ...lab, models: ['org/own'] } },
        models: { a1: 'org/own' },
      }
      const claimed = name === undefined ? {} : config
      expect(await found(name, claimed)).toBe(expected)
      expect(await mock.calls()).toEqual([])
    })

    test('a model that a known provider does not have is not looked for', async () => {
      const config = { providers: { lab: { ...lab, models: ['q'] } } }
      await expect(found('lab/llama3.2', config)).rejects.toThrow('no model')
      expect(await mock.calls()).toEqual([])
    })
  })

  test('aliases, and fallbacks of a model, of an alias or of all others', () => {
    const set = make(
      {
        models: { fast: 'lab/q', quick: 'fast' },
        fallback: { quick: ['gpt-5', 'lab/q', 'claude-x'], default: ['fast', 'openai/gpt-5'] },
        providers: { lab },
      },
      KEY,
    )
    const chain = (name: string): unknown =>
      set.resolve(name).fallbacks?.map(({ provider, model }) => `${provider.name}/${model}`)
    expect(named(set, 'quick')).toBe('lab/q')
    // Not itself, nor who has no key.
    expect(chain('lab/q')).toEqual(['openai/gpt-5'])
    expect(chain('quick')).toEqual(['openai/gpt-5'])
    expect(chain('gpt-5')).toEqual(['lab/q'])
    expect(chain('gpt-6')).toEqual(['lab/q', 'openai/gpt-5'])
    expect(make({}, KEY).resolve('gpt-5').fallbacks).toEqual([])
  })

  test('max_tokens and temperature belong to openai', () => {
    const set = make({ openai: { max_tokens: 5, temperature: 0 }, providers: { lab } }, KEY)
    expect(set.resolve('gpt-5').defaults).toEqual({ maxTokens: 5, temperature: 0 })
    expect(set.resolve('lab/q').defaults).toEqual({})
    expect(providers.resolve('gpt-5').defaults).toEqual({})
  })

  test('the list has what is named, once', () => {
    expect(providers.list()).toEqual([
      { id: 'openai/gpt-5-mini', provider: 'openai' },
      { id: 'lab/qwen3', provider: 'lab' },
      { id: 'lab/org/gemma', provider: 'lab' },
      { id: 'demo/demo', provider: 'demo' },
    ])
    expect(make().list()).toEqual([{ id: 'demo/demo', provider: 'demo' }])
    expect(
      make({ openai: { model: 'm' } }, { ...KEY, OPENAI_MODEL: 'n' })
        .list()
        .map(({ id }) => id),
    ).toEqual(['openai/n', 'openai/m', 'openai/gpt-5-mini', 'demo/demo'])
  })

  test('a demo under another name', async () => {
    const own = make({ providers: { play: { kind: 'demo' } } })
    expect(named(own, 'play/demo')).toBe('play/demo')
    const { end } = await listen(own.resolve('play/demo').provider, { params: { maxTokens: 1 } })
    expect(end).toMatchObject({ outcome: 'finished', finishReason: 'length' })
  })
})

describe('L10 which key goes where', () => {
  let mock: MockUpstream
  beforeAll(async () => {
    mock = await startMockUpstream()
  })
  afterAll(() => mock.stop())
  beforeEach(() => mock.reset())

  async function keySent(
    config: unknown,
    env: Record<string, string>,
    model: string,
  ): Promise<unknown> {
    await listen(make(config, env).resolve(model).provider, { model })
    const [call] = await mock.calls()
    expect(call, 'a call came').toBeDefined()
    return call?.headers['authorization']
  }

  test('the environment’s base URL gets the environment’s key', async () => {
    const env = { ...KEY, OPENAI_BASE_URL: mock.url }
    expect(await keySent({}, env, 'gpt-5')).toBe('Bearer sk-env')
  })

  test('the environment’s base URL goes over the file’s', async () => {
    const env = { ...KEY, OPENAI_BASE_URL: mock.url }
    expect(await keySent({ openai: { base_url: 'http://127.0.0.1:1/v1' } }, env, 'gpt-5')).toBe(
      'Bearer sk-env',
    )
  })

  test('but not with a key that the file named for its own', async () => {
    const openai = { base_url: 'http://127.0.0.1:1/v1', api_key_env: 'FILE_KEY' }
    const env = { FILE_KEY: 'sk-file', OPENAI_BASE_URL: mock.url }
    expect(await keySent({ openai }, env, 'gpt-5')).toBeUndefined()
  })

  test('the file’s base URL gets the variable that its api_key_env names, no other', async () => {
    const openai = { base_url: mock.url, api_key_env: 'FILE_KEY' }
    expect(await keySent({ openai }, { ...KEY, FILE_KEY: 'sk-file' }, 'gpt-5')).toBe(
      'Bearer sk-file',
    )
    await mock.reset()
    expect(await keySent({ openai }, KEY, 'gpt-5')).toBeUndefined()
  })

  test('a provider of the file gets its own variable or no key', async () => {
    const own = { kind: 'openai-compatible', base_url: mock.url }
    expect(await keySent({ providers: { lab: own } }, KEY, 'lab/q')).toBeUndefined()
    await mock.reset()
    const keyed = { ...own, api_key_env: 'LAB_KEY' }
    expect(
      await keySent({ providers: { lab: keyed } }, { ...KEY, LAB_KEY: 'k-lab' }, 'lab/q'),
    ).toBe('Bearer k-lab')
  })

  test('the kind decides on the name of the token limit', async () => {
    const own = { kind: 'openai-compatible', base_url: mock.url }
    const providers = make({ providers: { lab: own, ai: { ...own, kind: 'openai' } } })
    await listen(providers.resolve('lab/q').provider, { params: { maxTokens: 4 } })
    await listen(providers.resolve('ai/q').provider, { params: { maxTokens: 4 } })
    const [first, second] = await mock.calls()
    expect(first?.body).toMatchObject({ max_tokens: 4 })
    expect(second?.body).toMatchObject({ max_completion_tokens: 4 })
  })

  test('[providers.openai] is the built-in name: the environment is its own', async () => {
    const openai = { kind: 'openai-compatible', models: ['q'] }
    const env = { ...KEY, OPENAI_BASE_URL: mock.url }
    expect(await keySent({ providers: { openai } }, env, 'openai/q')).toBe('Bearer sk-env')
  })
})

async function ends(providers: Providers, model: string): Promise<unknown> {
  return (await listen(providers.resolve(model).provider)).end
}

describe('L10 the other vendors', () => {
  const file = { base_url: 'http://file/v1' }

  test.each([
    ['anthropic', { ANTHROPIC_API_KEY: 'k' }, {}, 'k', 'https://api.anthropic.com'],
    ['google', { GOOGLE_API_KEY: 'g' }, {}, 'g', 'https://generativelanguage.googleapis.com'],
    [
      'google',
      { GEMINI_API_KEY: 'k', GOOGLE_API_KEY: 'g', GOOGLE_GEMINI_BASE_URL: 'http://own' },
      {},
      'k',
      'http://own',
    ],
    // A file's base URL gets the variable that its own api_key_env names, or none.
    ['anthropic', { ANTHROPIC_API_KEY: 'k' }, file, undefined, 'http://file/v1'],
    [
      'anthropic',
      { FILE_KEY: 'f', ANTHROPIC_API_KEY: 'k' },
      { ...file, api_key_env: 'FILE_KEY' },
      'f',
      'http://file/v1',
    ],
    // The environment's base URL goes over it, with the environment's key.
    [
      'anthropic',
      { FILE_KEY: 'f', ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://own' },
      { ...file, api_key_env: 'FILE_KEY' },
      'k',
      'http://own',
    ],
    [
      'anthropic',
      { OPENAI_API_KEY: 'o', ANTHROPIC_BASE_URL: 'http://own' },
      {},
      undefined,
      'http://own',
    ],
  ])('%s with %j and %j', (name, env: Record<string, string>, keys, apiKey, baseUrl) => {
    const table = Object.keys(keys).length === 0 ? {} : { [name]: { kind: name, ...keys } }
    const settings = networkSettings(Config.parse({ providers: table }), env)
    const own = settings.find(({ options }) => options.name === name)
    expect(own).toMatchObject({ kind: name, usable: true, options: { apiKey, baseUrl } })
  })

  test('another provider of a vendor’s kind gets nothing of the environment', () => {
    const work = { kind: 'anthropic', base_url: 'http://work' }
    const env = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://own' }
    const settings = networkSettings(Config.parse({ providers: { work } }), env)
    expect(settings.find(({ options }) => options.name === 'work')).toMatchObject({
      options: { apiKey: undefined, baseUrl: 'http://work' },
    })
  })

  test.each(['anthropic/claude-x', 'google/gemini-x'])(
    '%s without a key: the line to type',
    async (model) => {
      expect(await ends(make(), model)).toMatchObject({
        outcome: 'failed',
        error: {
          code: 'upstream_auth',
          message: expect.stringMatching(/\n  export [A-Z]+_API_KEY=your-key$/),
        },
      })
    },
  )
})

describe('what cannot be asked', () => {
  test('openai without a key: upstream_auth, with the line to type', async () => {
    expect(await ends(make(), 'gpt-5')).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'upstream_auth',
        message: expect.stringContaining('\n  export OPENAI_API_KEY=your-key'),
      },
    })
    expect(await ends(make({ openai: { api_key_env: 'WORK_KEY' } }, KEY), 'gpt-5')).toMatchObject({
      error: { message: expect.stringContaining('export WORK_KEY=') },
    })
  })

  test('another provider of OpenAI’s address without a key', async () => {
    const providers = make({ providers: { work: { kind: 'openai', api_key_env: 'WORK_KEY' } } })
    expect(await ends(providers, 'work/gpt-5')).toMatchObject({
      error: { code: 'upstream_auth', message: expect.stringContaining('export WORK_KEY=') },
    })
  })

  test('a base URL that is none', async () => {
    expect(await ends(make({}, { OPENAI_BASE_URL: 'localhost:8000' }), 'gpt-5')).toMatchObject({
      error: { code: 'bad_request', message: 'OPENAI_BASE_URL is not an http or https URL' },
    })
  })
})
