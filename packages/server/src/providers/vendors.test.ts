/** The vendors of `config.example.toml`: each entry, switched on, asks as that vendor wants and reads what it sends. */
import {
  event,
  type Fixture,
  listFixtures,
  type MockCall,
  type MockUpstream,
  type Reply,
  startMockUpstream,
} from '@speak-code/testkit'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Config, parseConfig } from '../config/index.ts'
import { createProviders } from './index.ts'
import { listen, type Told } from './testing.ts'

interface Vendor {
  readonly name: string
  readonly baseUrl: string
  /** Of the URL that is asked. */
  readonly path: string
  /** The variable that holds the key; without one the call carries none. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Recorded; without one the stream is written below. */
  readonly fixture?: string
}

const VENDORS: readonly Vendor[] = [
  {
    name: 'ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    path: '/v1/chat/completions',
    fixture: 'ollama/openai-compat-reasoning',
  },
  {
    name: 'llamacpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    path: '/v1/chat/completions',
    key: 'LLAMA_API_KEY',
    fixture: 'llamacpp/text-cjk-emoji',
  },
  {
    name: 'vllm',
    baseUrl: 'http://127.0.0.1:8000/v1',
    path: '/v1/chat/completions',
    key: 'VLLM_API_KEY',
  },
  {
    name: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    path: '/api/v1/chat/completions',
    key: 'OPENROUTER_API_KEY',
    headers: { 'x-openrouter-title': 'speak-code' },
    fixture: 'openrouter/reasoning',
  },
  {
    name: 'groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    path: '/openai/v1/chat/completions',
    key: 'GROQ_API_KEY',
    fixture: 'groq/reasoning-error-in-stream',
  },
  {
    name: 'deepseek',
    baseUrl: 'https://api.deepseek.com',
    path: '/chat/completions',
    key: 'DEEPSEEK_API_KEY',
    fixture: 'deepseek/text-emoji',
  },
  {
    name: 'mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    path: '/v1/chat/completions',
    key: 'MISTRAL_API_KEY',
    fixture: 'mistral/reasoning-content-parts',
  },
  {
    name: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    path: '/v1/chat/completions',
    key: 'XAI_API_KEY',
    fixture: 'xai/text',
  },
  {
    name: 'nvidia',
    baseUrl: 'https://integrate.api.nvidia.com/v1',
    path: '/v1/chat/completions',
    key: 'NVIDIA_API_KEY',
  },
  {
    name: 'azure',
    baseUrl: 'https://YOUR-RESOURCE.openai.azure.com/openai/v1',
    path: '/openai/v1/chat/completions',
    key: 'AZURE_OPENAI_API_KEY',
    fixture: 'openai-chat/azure-filters-emoji',
  },
]

const COMMENTED_KEY = /^#[ \t]*(?=[\w.-]+[ \t]*=|\[[\w."/-]+\])/gm
const example = readFileSync(new URL('../../../../config.example.toml', import.meta.url), 'utf8')
const { config } = parseConfig(example.replaceAll(COMMENTED_KEY, ''), 'config.example.toml')
const fixtures = listFixtures()

/** Every variable that an entry names holds a key of its own, so that none can be taken for another. */
const keyOf = (variable: string): string => `key-of-${variable.toLowerCase()}`
const env = Object.fromEntries(
  VENDORS.flatMap(({ key }) => (key === undefined ? [] : [[key, keyOf(key)]])),
)

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())

function entryOf(name: string): Config['providers'][string] {
  const entry = config.providers[name]
  if (entry === undefined) throw new Error(`config.example.toml has no [providers.${name}]`)
  return entry
}

/** Asks through the entry, the mock standing where the vendor would. */
async function ask(name: string, kind = entryOf(name).kind): Promise<Told> {
  const entry = entryOf(name)
  const { pathname } = new URL(entry.base_url ?? '')
  const base_url = `${new URL(mock.url).origin}${pathname}`
  const moved = { ...config, providers: { [name]: { ...entry, kind, base_url } }, fallback: {} }
  const { provider, model } = createProviders({ ...moved, models: {} }, env).resolve(
    `${name}/maker/a-model`,
  )
  return listen(provider, { model, params: { maxTokens: 64 } })
}

/** What the mock was asked last, as far as vendors differ in it. */
async function asked(): Promise<object> {
  const call: MockCall | undefined = (await mock.calls()).at(-1)
  return {
    path: call?.path,
    authorization: call?.headers['authorization'],
    title: call?.headers['x-openrouter-title'],
  }
}

const expected = ({ path, key, headers }: Vendor): object => ({
  path,
  authorization: key === undefined ? undefined : `Bearer ${keyOf(key)}`,
  title: headers?.['x-openrouter-title'],
})

const replyOf = ({ body, meta }: Fixture): Reply => ({
  status: meta.status,
  headers: { 'content-type': 'text/event-stream', ...meta.headers },
  body: [{ base64: body.toString('base64') }],
})

describe.each(VENDORS)('$name', (vendor) => {
  const { name } = vendor

  test('is asked at its address, in its way and with its key', async () => {
    expect(entryOf(name)).toMatchObject({ kind: 'openai-compatible', base_url: vendor.baseUrl })
    const { end } = await ask(name)
    expect(end).toMatchObject({ outcome: 'finished', status: 'completed' })
    expect(await asked()).toEqual(expected(vendor))
    const [call, ...more] = await mock.calls()
    expect(more).toEqual([])
    expect(call).toMatchObject({
      method: 'POST',
      body: {
        model: 'maker/a-model',
        messages: [{ role: 'user', content: 'Hello?' }],
        stream: true,
        max_tokens: 64,
      },
    })
    expect(call?.body).not.toHaveProperty('max_completion_tokens')
  })

  test('L10 is not asked so with the settings of any other', async () => {
    for (const other of VENDORS.filter((candidate) => candidate !== vendor)) {
      await ask(other.name)
      expect(await asked(), other.name).not.toEqual(expected(vendor))
      expect(entryOf(other.name).base_url).not.toBe(vendor.baseUrl)
    }
  })
})

// Mistral tells its usage unasked; its API does not know the option.
test.each(VENDORS.filter(({ name }) => name !== 'mistral'))(
  '$name is asked for its usage',
  async ({ name }) => {
    await ask(name)
    const [call] = await mock.calls()
    expect(call?.body).toMatchObject({ stream_options: { include_usage: true } })
  },
)

describe('recorded streams', () => {
  const recorded = VENDORS.flatMap(({ name, fixture }) =>
    fixture === undefined ? [] : [{ name, fixture }],
  )

  test.skipIf(fixtures === undefined).each(recorded)('$name: $fixture', async (vendor) => {
    const fixture = fixtures?.find(({ name }) => name === vendor.fixture)
    if (fixture === undefined) throw new Error(`there is no fixture ${vendor.fixture}`)
    await mock.script(replyOf(fixture))
    const told = await ask(vendor.name)
    const { text, reasoning, finishReason } = fixture.expected
    expect(told.text).toBe(text)
    expect(told.reasoning).toBe(reasoning ?? '')
    expect(told.end).toMatchObject(
      finishReason === null
        ? { outcome: 'failed', error: { code: 'bad_request' } }
        : { outcome: 'finished', status: 'completed', finishReason, certainty: 'end_mark' },
    )
  })
})

const chunk = (more: object): string =>
  event({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'maker/a-model', ...more })
const choice = (delta: object, finish: string | null, more: object = {}): object => ({
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish, ...more }],
})

/** Streams as the vendors' documentation shows them, where none is recorded or the recorded one fails. */
describe('written streams', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
  const DONE = 'data: [DONE]\n\n'

  test.each([
    {
      name: 'vllm',
      body: [
        chunk({ ...choice({ role: 'assistant', content: '' }, null), prompt_token_ids: null }),
        chunk(choice({ reasoning: 'Hm.' }, null, { token_ids: null })),
        chunk(choice({ content: 'Grüße' }, null, { token_ids: null })),
        chunk(choice({ content: '' }, 'stop', { stop_reason: null, token_ids: null })),
        chunk({ choices: [], usage: { ...usage, prompt_tokens_details: null } }),
        DONE,
      ],
    },
    {
      name: 'nvidia',
      body: [
        chunk(choice({ role: 'assistant', content: null, reasoning_content: 'Hm.' }, null)),
        chunk(choice({ content: 'Grüße', reasoning_content: null }, null)),
        chunk({ ...choice({ content: null }, 'stop', { stop_reason: null }), usage: null }),
        chunk({ choices: [], usage }),
        DONE,
      ],
    },
    {
      name: 'groq',
      body: [
        chunk({ ...choice({ role: 'assistant', content: '' }, null), x_groq: { id: 'req_1' } }),
        chunk(choice({ reasoning: 'Hm.', channel: 'analysis' }, null)),
        chunk(choice({ content: 'Grüße' }, null)),
        chunk({ ...choice({}, 'stop'), x_groq: { id: 'req_1', usage } }),
        chunk({ choices: [], usage: { queue_time: 0.1, ...usage, total_time: 0.2 } }),
        DONE,
      ],
    },
  ])('$name', async ({ name, body }) => {
    await mock.script({ body })
    expect(await ask(name)).toMatchObject({
      text: 'Grüße',
      reasoning: 'Hm.',
      end: {
        outcome: 'finished',
        status: 'completed',
        finishReason: 'stop',
        certainty: 'end_mark',
        usage: { promptTokens: 7, completionTokens: 3 },
      },
    })
  })
})

test('Azure’s deployments of reasoning models are asked with kind "openai"', async () => {
  await ask('azure', 'openai')
  const [call] = await mock.calls()
  expect(call).toMatchObject({
    path: '/openai/v1/chat/completions',
    headers: { authorization: 'Bearer key-of-azure_openai_api_key' },
    body: { max_completion_tokens: 64 },
  })
  expect(call?.body).not.toHaveProperty('max_tokens')
})
