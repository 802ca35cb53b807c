/** What is known of models, at work in a relay over real sockets: costs, windows, parameters, lists. */
import { join } from 'node:path'
import { EndChunk, ModelList, type ChatRequest } from '@speak-code/protocol'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config/index.ts'
import { RelayClient } from './testing/relay-client.ts'
import { httpOf, RelayGround } from './testing/relay-ground.ts'
import { chatRequest } from './testing/session-client.ts'

const ground = new RelayGround()

const USAGE = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  prompt_tokens_details: { cached_tokens: 400 },
  completion_tokens_details: { reasoning_tokens: 150 },
}

async function open(toml = ''): Promise<{ client: RelayClient; url: string }> {
  const config = parseConfig(toml, 'test.toml')
  const url = await ground.start({ config: () => config })
  return { client: await RelayClient.open(url), url }
}

async function ended(client: RelayClient): Promise<EndChunk> {
  return EndChunk.parse(await client.wait('chunk', (chunk) => chunk.done))
}

/** A branch of questions and answers of `length` characters each, and a short question at its end. */
function longTalk(turns: number, length: number): ChatRequest['messages'] {
  const old = Array.from({ length: 2 * turns }, (_, at) => ({
    ...messageOf('x'.repeat(length)),
    role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
  }))
  return [...old, messageOf('Why?')]
}

const messageOf = (content: string): ChatRequest['messages'][number] => {
  const [message] = chatRequest().messages
  if (message === undefined) throw new Error('no message')
  return { ...message, content }
}

describe('the cost of a run', () => {
  it('is in its end and in the store, cached tokens priced apart', async () => {
    await ground.upstream.script({ deltas: { texts: ['Because.'], usage: USAGE } })
    const { client } = await open()
    client.send({ ...chatRequest(), model: 'gpt-5-mini-2025-08-07' })
    const { cost } = await ended(client)
    expect(cost?.currency).toBe('USD')
    expect(cost?.amount).toBeCloseTo((600 * 0.25 + 400 * 0.025 + 200 * 2) / 1e6, 10)
    await ground.relay?.stop()
    const store = new SqliteDatabase(join(ground.folder, 'relay.db'), { readonly: true })
    expect(store.prepare('SELECT cost, currency FROM usage').all()).toEqual([
      { cost: cost?.amount, currency: 'USD' },
    ])
    store.close()
  })

  it('is not there where the price is unknown, and null in the store', async () => {
    await ground.upstream.script({ deltas: { texts: ['Because.'], usage: USAGE } })
    const { client } = await open()
    client.send({ ...chatRequest(), model: 'openai/nobodys-model' })
    expect(await ended(client)).not.toHaveProperty('cost')
    await ground.relay?.stop()
    const store = new SqliteDatabase(join(ground.folder, 'relay.db'), { readonly: true })
    expect(store.prepare('SELECT cost, currency FROM usage').all()).toEqual([
      { cost: null, currency: null },
    ])
    store.close()
  })

  it('is by [catalogue], and by an estimate where nobody counted', async () => {
    await ground.upstream.script({ deltas: { texts: ['12345678'], usage: null } })
    const { client } = await open(
      '[catalogue."openai/own"]\nprice = { input = 1000000, output = 2000000, currency = "EUR" }',
    )
    client.send({ ...chatRequest(), model: 'openai/own' })
    expect(await ended(client)).toMatchObject({
      usage: { promptTokens: 1, completionTokens: 2, source: 'estimated' },
      cost: { amount: 5, currency: 'EUR' },
    })
  })

  it('of a call that was refused is not known', async () => {
    await ground.upstream.script({ status: 400, body: ['{"error":{"message":"no"}}'] })
    const { client } = await open()
    client.send({ ...chatRequest(), model: 'gpt-5-mini' })
    const end = await ended(client)
    expect(end.status).toBe('failed')
    expect(end).not.toHaveProperty('cost')
  })
})

describe('the window of a model', () => {
  const WINDOW = '[catalogue."openai/small"]\ncontext_window = 100\nmax_output = 20'

  it('leaves out the oldest messages, with a notice; usage counts what was sent', async () => {
    await ground.upstream.script({ deltas: { texts: ['Because.'], usage: null } })
    const { client } = await open(WINDOW)
    client.send({ ...chatRequest(), model: 'openai/small', messages: longTalk(3, 60) })
    expect(await ended(client)).toMatchObject({ status: 'completed', usage: { promptTokens: 61 } })
    expect(await client.wait('notice')).toMatchObject({
      code: 'trimmed',
      message: "2 earlier messages were left out to fit the model's window",
    })
    const { calls } = await ground.upstream.record()
    expect(calls[0]?.body).toHaveProperty('messages.length', 5)
    expect(calls[0]?.body).toHaveProperty('messages.0.role', 'user')
  })

  it('that not even the question fits fails the run before any call', async () => {
    const { client } = await open(WINDOW)
    client.send({ ...chatRequest(), model: 'openai/small', messages: [messageOf('x'.repeat(404))] })
    expect(await ended(client)).toMatchObject({
      status: 'failed',
      finishReason: null,
      error: { code: 'context_too_long', retryable: false },
    })
    expect((await ground.upstream.record()).calls).toEqual([])
  })
})

describe('parameters', () => {
  it('T67: an API that insists on a length gets what the model’s window leaves room for', async () => {
    const { upstream } = ground
    const url = await ground.start({
      env: { ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: upstream.url.replace(/\/v1$/, '') },
    })
    const client = await RelayClient.open(url)
    client.send({ ...chatRequest(), model: 'claude-haiku-4-5' })
    await ended(client)
    const { calls } = await upstream.record()
    expect(calls[0]).toMatchObject({ path: '/v1/messages', body: { max_tokens: 50_000 } })
  })

  it('that a model does not take are left out, with a notice each', async () => {
    const { client } = await open('[openai]\ntemperature = 0.5\nmax_tokens = 9')
    const params = { topP: 0.5, topK: 5, reasoningEffort: 'low' as const }
    client.send({ ...chatRequest(), model: 'gpt-5-mini', params })
    expect((await ended(client)).status).toBe('completed')
    const { calls } = await ground.upstream.record()
    expect(calls[0]?.body).toMatchObject({ reasoning_effort: 'low', max_completion_tokens: 9 })
    for (const name of ['temperature', 'top_p', 'top_k'])
      expect(calls[0]?.body).not.toHaveProperty(name)
    const told = client.of('notice').map(({ code, message }) => [code, message])
    expect(told).toEqual([
      ['dropped_param', 'openai/gpt-5-mini does not take topP; it was left out'],
      ['dropped_param', 'openai/gpt-5-mini does not take topK; it was left out'],
    ])
  })

  it('topK has no place in OpenAI’s own API, whatever the model', async () => {
    const { client } = await open()
    client.send({ ...chatRequest(), model: 'gpt-4o', params: { topK: 5, temperature: 1 } })
    await ended(client)
    const { calls } = await ground.upstream.record()
    expect(calls[0]?.body).toMatchObject({ temperature: 1 })
    expect(calls[0]?.body).not.toHaveProperty('top_k')
    expect(client.of('notice')).toMatchObject([{ code: 'dropped_param' }])
  })
})

it('a model of a running Ollama is found by its bare name', async () => {
  const { upstream } = ground
  const body = [JSON.stringify({ data: [{ id: 'llama3.2:latest' }] })]
  await upstream.script({ body }, { path: '/v1/models' })
  const url = await ground.start({ env: { OLLAMA_HOST: upstream.url.replace(/\/v1$/, '') } })
  const client = await RelayClient.open(url)
  client.send({ ...chatRequest(), model: 'llama3.2' })
  expect(await client.wait('accepted')).toMatchObject({ provider: 'ollama', model: 'llama3.2' })
  expect(await ended(client)).toMatchObject({ status: 'completed', provider: 'ollama' })
  client.send({ ...chatRequest(), model: 'nobodys' })
  expect(await client.wait('error')).toMatchObject({
    code: 'model_not_found',
    message: expect.stringContaining('ollama/llama3.2:latest'),
  })
})

describe('GET /api/models', () => {
  it('has what is configured, and what the provider lists, with what is known of it', async () => {
    const body = [JSON.stringify({ data: [{ id: 'gpt-4o' }, { id: 'own' }] })]
    await ground.upstream.script({ body }, { path: '/v1/models' })
    const { url } = await open()
    const { items } = ModelList.parse(await (await fetch(`${httpOf(url)}/api/models`)).json())
    expect(items.slice(0, 3).map(({ id }) => id)).toEqual([
      'openai/gpt-5-mini',
      'demo/demo',
      'openai/gpt-4o',
    ])
    expect(items).toContainEqual({
      id: 'openai/gpt-4o',
      provider: 'openai',
      contextWindow: 128_000,
      price: { input: 2.5, output: 10, currency: 'USD' },
      capabilities: ['chat', 'streaming', 'tools', 'vision'],
    })
    expect(items).toContainEqual(expect.objectContaining({ id: 'openai/own', price: null }))
  })
})
