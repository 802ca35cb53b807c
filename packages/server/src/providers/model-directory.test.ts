import { startMockUpstream, type MockUpstream } from '@speak-code/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Config } from '../config/index.ts'
import { networkSettings } from './index.ts'
import { ModelDirectory } from './model-directory.ts'

let upstream: MockUpstream
beforeAll(async () => {
  upstream = await startMockUpstream()
})
afterAll(() => upstream.stop())
beforeEach(() => upstream.reset())

const MINUTE = 60_000
let now = 0

/** Providers at the mock, each under a path of its own. */
function directory(
  providers: object,
  env: Record<string, string> = {},
  found = {},
): ModelDirectory {
  const config = Config.parse({ providers, ...found })
  return new ModelDirectory({
    config,
    settings: networkSettings(config, env),
    findOllama: false,
    now: () => now,
  })
}

const at = (path: string): string => upstream.url.replace(/\/v1$/, path)

function list(body: unknown, path: string): Promise<void> {
  return upstream.script(
    { headers: { 'content-type': 'application/json' }, body: [JSON.stringify(body)] },
    { path },
  )
}

const LAB = { kind: 'openai-compatible', api_key_env: 'LAB_KEY' }
const paths = async (): Promise<string[]> => (await upstream.calls()).map(({ path }) => path)

describe('ModelDirectory', () => {
  test('lists what is configured first, then what each provider lists, each kind in its own way', async () => {
    await list({ data: [{ id: 'b', context_length: 99 }, { id: 'a' }] }, '/lab/models')
    await list({ data: [{ id: 'claude-haiku-4-5' }] }, '/v1/models')
    await list({ models: [{ name: 'models/g', inputTokenLimit: 5 }] }, '/v1beta/models')
    const models = await directory(
      { lab: { ...LAB, base_url: at('/lab') } },
      {
        LAB_KEY: 'lab-key',
        ANTHROPIC_API_KEY: 'anthropic-key',
        ANTHROPIC_BASE_URL: at(''),
        GEMINI_API_KEY: 'google-key',
        GOOGLE_GEMINI_BASE_URL: at(''),
      },
    ).models(['lab/a', 'demo/demo'])
    expect(models.map(({ id }) => id)).toEqual([
      'lab/a',
      'demo/demo',
      'anthropic/claude-haiku-4-5',
      'google/g',
      'lab/b',
    ])
    expect(models.find(({ id }) => id === 'lab/b')).toEqual({
      id: 'lab/b',
      provider: 'lab',
      contextWindow: 99,
      price: null,
      capabilities: ['chat', 'streaming'],
    })
    expect(models.find(({ id }) => id === 'anthropic/claude-haiku-4-5')).toMatchObject({
      contextWindow: 200_000,
      price: { input: 1, output: 5, currency: 'USD' },
    })
  })

  test('L10: each key goes to its own address, and no other', async () => {
    await directory(
      { lab: { ...LAB, base_url: at('/lab') }, bare: { kind: LAB.kind, base_url: at('/bare') } },
      { LAB_KEY: 'lab-key', ANTHROPIC_API_KEY: 'anthropic-key', ANTHROPIC_BASE_URL: at('') },
    ).models([])
    const calls = await upstream.calls()
    const keys = Object.fromEntries(
      calls.map(({ path, headers }) => [path, [headers['authorization'], headers['x-api-key']]]),
    )
    expect(keys).toEqual({
      '/lab/models': ['Bearer lab-key', undefined],
      '/bare/models': [undefined, undefined],
      '/v1/models': [undefined, 'anthropic-key'],
    })
    expect(calls.every(({ method }) => method === 'GET')).toBe(true)
  })

  test('a list is asked for once in ten minutes, also by two at once', async () => {
    await list({ data: [{ id: 'a' }] }, '/lab/models')
    const lab = directory({ lab: { ...LAB, base_url: at('/lab') } })
    const [one, other] = await Promise.all([lab.models([]), lab.models([])])
    expect(one).toEqual(other)
    now += 10 * MINUTE - 1
    await lab.models([])
    expect(await paths()).toEqual(['/lab/models'])
    now += 1
    await lab.models([])
    expect(await paths()).toHaveLength(2)
  })

  test('while a provider fails its last list counts, and it is asked again after a minute', async () => {
    await list({ data: [{ id: 'a' }] }, '/lab/models')
    const lab = directory({ lab: { ...LAB, base_url: at('/lab') } })
    await lab.models([])
    now += 10 * MINUTE
    await upstream.script({ status: 500, body: ['{"error":"down"}'] }, { path: '/lab/models' })
    expect((await lab.models([])).map(({ id }) => id)).toEqual(['lab/a'])
    await lab.models([])
    expect(await paths()).toHaveLength(2)
    now += MINUTE
    await list({ data: [{ id: 'c' }] }, '/lab/models')
    expect((await lab.models([])).map(({ id }) => id)).toEqual(['lab/c'])
  })

  test.each([
    ['an error', { status: 401, body: ['{"error":{"message":"no"}}'] }],
    ['a page', { headers: { 'content-type': 'text/html' }, body: ['<html>'] }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
    ['a reset', { end: 'reset' as const }],
    ['another JSON', { body: ['{"ok":true}'] }],
  ])('%s instead of a list is no failure', async (_what, reply) => {
    await upstream.script(reply, { path: '/lab/models' })
    const lab = directory({ lab: { ...LAB, base_url: at('/lab') } })
    expect((await lab.models(['lab/known'])).map(({ id }) => id)).toEqual(['lab/known'])
  })

  test('an endless list is left, and so is a provider that stays silent', async () => {
    await upstream.script({ body: ['x'.repeat(65_536)], end: 'endless' }, { path: '/long/models' })
    await upstream.script({ silent: true }, { path: '/silent/models' })
    const before = performance.now()
    const models = await directory({
      long: { ...LAB, base_url: at('/long') },
      silent: { ...LAB, base_url: at('/silent') },
    }).models([])
    expect(models).toEqual([])
    expect(performance.now() - before).toBeLessThan(4000)
    await upstream.until(({ open }) => open === 0)
  })

  test('a configured list of models says it all: nobody is asked', async () => {
    const models = await directory(
      { lab: { ...LAB, base_url: at('/lab'), models: ['x', 'y'] } },
      {},
      { catalogue: { 'lab/x': { context_window: 7, price: { input: 1, output: 2 } } } },
    ).models(['lab/x'])
    expect(models).toMatchObject([
      { id: 'lab/x', contextWindow: 7, price: { input: 1, output: 2, currency: 'USD' } },
      { id: 'lab/y', contextWindow: null, price: null },
    ])
    expect(await paths()).toEqual([])
  })

  test('an Ollama that nobody wrote down is listed only where it is looked for', async () => {
    await list({ data: [{ id: 'llama3.2' }] }, '/v1/models')
    const config = Config.parse({})
    const settings = networkSettings(config, { OLLAMA_HOST: at('') }).map((one) => ({
      ...one,
      usable: false,
    }))
    const looking = (findOllama: boolean): ModelDirectory =>
      new ModelDirectory({ config, settings, findOllama, now: () => now })
    expect(await looking(false).models([])).toEqual([])
    expect(await looking(false).ollamaModels()).toEqual([])
    expect(await paths()).toEqual([])
    expect(await looking(true).models([])).toMatchObject([{ id: 'ollama/llama3.2' }])
    expect(await looking(true).ollamaModels()).toEqual(['llama3.2'])
  })

  test('for a single name Ollama’s list may be no older than some seconds', async () => {
    const ollama = directory({}, { OLLAMA_HOST: at('') })
    await list({ data: [{ id: 'a' }] }, '/v1/models')
    await ollama.models([])
    await list({ data: [{ id: 'b' }] }, '/v1/models')
    now += 4999
    expect(await ollama.ollamaModels()).toEqual(['a'])
    now += 1
    expect(await ollama.ollamaModels()).toEqual(['b'])
    expect((await ollama.models([])).map(({ id }) => id)).toEqual(['ollama/b'])
    expect(await paths()).toHaveLength(2)
  })
})
