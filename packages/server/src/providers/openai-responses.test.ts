/** The Responses API through the real provider: what is sent, how the ends are told apart, and every cut. */
import { event, type MockUpstream, type Reply, startMockUpstream } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OpenAiResponsesOptions } from './openai-responses.ts'
import type { PromptMessage, Provider, ProviderDelta, ProviderEnd } from './provider.ts'
import { COMPLETED, failed, listen, responsesAt, type Told } from './testing.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())
afterEach(() => {
  vi.unstubAllEnvs()
})

const PATH = '/v1/responses'

const named = (type: string, rest: object): string => `event: ${type}\n${event({ type, ...rest })}`
const say = (...texts: string[]): string =>
  texts.map((delta) => named('response.output_text.delta', { delta })).join('')
const ended = (status: string, rest: object = {}): string =>
  named(`response.${status}`, { response: { status, ...rest } })
const DONE = ended('completed')
const itemDone = (item: object): string => named('response.output_item.done', { item })

async function play(reply: Reply, options: Partial<OpenAiResponsesOptions> = {}): Promise<Told> {
  await mock.script(reply)
  return listen(responsesAt(mock.url, options))
}

describe('the request', () => {
  test('key, model, messages and parameters go to the base URL', async () => {
    await listen(responsesAt(mock.url, { headers: { 'X-Team': 'physics' } }), {
      params: { maxTokens: 5, stop: 'x' },
    })
    const [call] = await mock.calls()
    expect(call).toMatchObject({
      method: 'POST',
      path: PATH,
      headers: { authorization: 'Bearer sk-test-0123456789', 'x-team': 'physics' },
    })
    expect(call?.body).toEqual({
      model: 'test-model',
      input: [{ role: 'user', content: 'Hello?' }],
      stream: true,
      store: false,
      max_output_tokens: 5,
    })
  })

  test('L10 a call without a key has none, and nothing of this process’s environment is sent', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-env')
    vi.stubEnv('OPENAI_ORG_ID', 'org-env')
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-env')
    vi.stubEnv('OPENAI_BASE_URL', 'http://env.invalid/v1')
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-secret: env\nauthorization: Bearer env')
    await listen(responsesAt(mock.url, { apiKey: undefined }))
    const [call] = await mock.calls()
    expect(call?.path).toBe(PATH)
    expect(JSON.stringify(call)).not.toMatch(/env/)
    expect(call?.headers).not.toHaveProperty('authorization')
  })

  test('T54 one call for each question, whatever comes of it', async () => {
    for (const status of [408, 429, 500, 503])
      await play({ status, headers: { 'x-should-retry': 'true' } })
    await play({ body: [], end: 'reset' })
    expect(await mock.calls()).toHaveLength(5)
  })

  test('what the model does not take is told and not sent', async () => {
    const dropped: string[] = []
    await listen(responsesAt(mock.url), {
      model: 'o3',
      params: { stop: 'x', temperature: 1, maxTokens: 9 },
      dropped: (param) => dropped.push(param),
    })
    expect(dropped).toEqual(['stop', 'temperature'])
    const [call] = await mock.calls()
    expect(call?.body).not.toHaveProperty('temperature')
    expect(call?.body).toMatchObject({ max_output_tokens: 9 })
  })
})

/** What is sent where the answer is part of the conversation. */
async function inputOf(provider: Provider, answer: PromptMessage, model = 'test-model') {
  await mock.reset()
  await listen(provider, { model, messages: [answer, { role: 'user', content: 'Go on.' }] })
  return (await mock.calls())[0]?.body
}

describe('reasoning is carried back', () => {
  const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' }
  const message = { type: 'message', id: 'msg_1', status: 'completed', phase: 'final_answer' }

  async function answered(provider: Provider): Promise<PromptMessage> {
    await mock.script({ body: [itemDone(item), say('Hi', '!'), itemDone(message), DONE] })
    const { end, text } = await listen(provider)
    if (end.outcome !== 'finished' || end.replay === undefined) throw new Error('nothing kept')
    return { role: 'assistant', content: text, replay: end.replay }
  }

  const plain = [
    { role: 'assistant', content: 'Hi!' },
    { role: 'user', content: 'Go on.' },
  ]

  test('before the message that it led to, as the API gave them', async () => {
    const provider = responsesAt(mock.url)
    expect(await inputOf(provider, await answered(provider))).toMatchObject({
      input: [
        item,
        {
          ...message,
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Hi!', annotations: [] }],
        },
        { role: 'user', content: 'Go on.' },
      ],
    })
  })

  test('not to another account or model, which cannot read it', async () => {
    const answer = await answered(responsesAt(mock.url))
    expect(answer.replay?.data).not.toContain('sk-test')
    const other = responsesAt(mock.url, { apiKey: 'sk-test-another' })
    expect(await inputOf(other, answer)).toMatchObject({ input: plain })
    const same = responsesAt(mock.url)
    expect(await inputOf(same, answer, 'gpt-5')).toMatchObject({ input: plain })
  })
})

describe('termination', () => {
  const completed = { ...COMPLETED, nativeFinishReason: 'completed' }

  test('the provider’s own end, with its usage', async () => {
    const usage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 }
    const told = await play({ body: [say('a', 'b'), ended('completed', { usage })] })
    expect(told.text).toBe('ab')
    expect(told.end).toEqual({ ...completed, usage: { promptTokens: 3, completionTokens: 2 } })
  })

  test('T38 what follows the end is ignored, and the end does not wait for it', async () => {
    const { text, end } = await play({ body: [say('a'), DONE, say('b')], end: 'never' })
    expect(text).toBe('a')
    expect(end).toEqual(completed)
    await mock.until(({ open }) => open === 0)
  })

  test('an end that repeats the whole answer, with its reasoning, may be long', async () => {
    const output = [{ type: 'reasoning', encrypted_content: 'x'.repeat(2_000_000) }]
    const told = await play({ body: [say('a'), ended('completed', { output })] })
    expect(told.end).toEqual(completed)
  })

  test('T41 [DONE] alone is no end of a response', async () => {
    const reply = { body: [say('a'), event('[DONE]')] }
    const unknown = { outcome: 'finished', finishReason: 'unknown', certainty: 'end_mark' }
    expect((await play(reply)).end).toEqual({ ...unknown, status: 'incomplete' })
    expect((await play(reply, { laxDone: true })).end).toEqual({ ...unknown, status: 'completed' })
  })

  test.each(['complete', 'close', 'reset'] as const)(
    'T42 T43 a body that ends by %s without it keeps its part',
    async (end) => {
      const done = itemDone({ type: 'message', id: 'msg_1', status: 'completed' })
      const told = await play({ body: [say('a', 'b'), done, 'data: {"type":"resp'], end })
      expect(told.text).toBe('ab')
      expect(told.end).toMatchObject(failed('upstream_eof', true))
    },
  )

  test('T44 a reset after it changes nothing', async () => {
    const told = await play({ body: [say('a'), DONE], end: 'reset' })
    expect(told.end).toEqual(completed)
  })

  test.each([
    ['insufficient_quota', 'quota_exhausted', false],
    ['rate_limit_exceeded', 'upstream_rate_limited', true],
    ['context_length_exceeded', 'context_too_long', false],
    ['server_error', 'upstream_overloaded', true],
    ['invalid_prompt', 'bad_request', false],
  ])('T45 T46 %s is %s, told by an error or a failed response', async (code, ours, retryable) => {
    const error = { code, message: 'It went wrong.' }
    const nested = named('error', { error: { ...error, type: code } })
    const flat = named('error', error)
    for (const body of [
      [nested, ended('failed', { error })],
      [flat],
      [ended('failed', { error })],
    ]) {
      const first = await play({ body })
      expect(first).toMatchObject({ deltas: [], end: failed(ours, retryable) })
      expect(first.end).toMatchObject({ error: { message: 'testing: It went wrong.' } })
      const mid = await play({ body: [say('a'), ...body] })
      expect(mid).toMatchObject({ text: 'a', end: failed(ours, retryable) })
    }
  })

  test('a failed response that does not say why', async () => {
    const told = await play({ body: [say('a'), ended('failed', { error: null })] })
    expect(told).toMatchObject({ text: 'a', end: failed('upstream_overloaded', true) })
  })

  test('a filter told in the stream is an incomplete answer', async () => {
    const error = { code: 'content_filter', message: 'no' }
    for (const body of [
      ended('failed', { error }),
      ended('incomplete', { incomplete_details: { reason: 'content_filter' } }),
    ]) {
      expect((await play({ body: [say('a'), body] })).end).toMatchObject({
        outcome: 'finished',
        status: 'incomplete',
        finishReason: 'content_filter',
      })
    }
  })

  test('T49 of a refused key their words are not shown', async () => {
    const told = await play({
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: ['{"error":{"message":"Incorrect: sk-test-0123456789"}}'],
    })
    expect(told.end).toMatchObject({
      error: { message: 'testing refused the key (HTTP 401). export TEST_KEY=your-key' },
    })
  })

  test('T97 an abort closes the connection and ends the call', async () => {
    await mock.script({ body: [say('a')], end: 'never' })
    const abort = new AbortController()
    const told: ProviderDelta[] = []
    const end: ProviderEnd = await responsesAt(mock.url).stream(
      { model: 'm', messages: [], params: {}, signal: abort.signal },
      (delta) => {
        told.push(delta)
        abort.abort()
      },
    )
    expect(end).toEqual({ outcome: 'aborted' })
    expect(told).toHaveLength(1)
    await mock.until(({ open }) => open === 0)
  })
})

describe('any cut of any body tells the same', () => {
  const added = (place: number, item: object): string =>
    named('response.output_item.added', { output_index: place, item })
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => say(text)),
    fc.string({ unit: 'binary' }).map((text) => say(`${text}\uD83D`)),
    fc.constantFrom(
      ': ping\n\n',
      'data: keep-alive\r\n\r\n',
      named('response.reasoning_summary_text.delta', { delta: 'hm' }),
      named('response.refusal.delta', { delta: 'no' }).replaceAll('\n', '\r\n'),
      added(1, { type: 'function_call', call_id: 'c', name: 'f', arguments: '' }),
      named('response.function_call_arguments.delta', { output_index: 1, delta: '{"名"' }),
      DONE,
      ended('incomplete', { incomplete_details: { reason: 'max_output_tokens' } }),
      ended('failed', { error: { code: 'server_error', message: 'x' } }),
      'data: {"type":"response.comp',
      '<html>\n',
    ),
  )

  test('whole, byte by byte and at random', async () => {
    const provider = responsesAt(mock.url)
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('complete', 'close', 'reset'),
        fc.nat(),
        async (body, end, seed) => {
          await mock.script([
            { body, end },
            { body, end, cut: 'bytes' },
            { body, end, cut: { seed, longest: 20 } },
          ])
          const whole = await listen(provider)
          expect(await listen(provider)).toEqual(whole)
          expect(await listen(provider)).toEqual(whole)
        },
      ),
      { numRuns: 60 },
    )
  })
})
