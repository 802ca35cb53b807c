import { errorInfo, type ModelView } from '@speak-code/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OutgoingChat } from '../../client/client.ts'
import { testDeps, type TestDeps } from '../../testing/text-deps.ts'
import { checkAnswers, unaskedProviders } from './answers.ts'

const model = (id: string): ModelView => ({
  id,
  provider: id.slice(0, id.indexOf('/')),
  contextWindow: null,
  price: null,
  capabilities: [],
})

/** A relay that has these models, and answers with what `onSend` does. */
function relayOf(ids: readonly string[], onSend: (chat: OutgoingChat, deps: TestDeps) => void) {
  const deps = testDeps({
    http: () =>
      Promise.resolve({
        getConversation: () => Promise.resolve(undefined),
        deleteConversation: () => Promise.resolve(false),
        listModels: () => Promise.resolve(ids.map(model)),
        listCircuits: () => Promise.resolve([]),
      }),
  })
  deps.chatClient.onSend = (chat) => {
    onSend(chat, deps)
  }
  return deps
}

const answers = (chat: OutgoingChat, { chatClient }: TestDeps): void => {
  chatClient.accept(chat)
  chatClient.delta(chat.id, 1, 'OK')
  chatClient.end(chat.id, 2)
}

const provider = (name: string, usable: boolean) =>
  ({ id: `provider:${name}`, status: 'ok', detail: '', facts: { usable } }) as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the first model of each provider is asked once, for little, and kept nowhere', async () => {
  const deps = relayOf(['a/x', 'b/y', 'a/z', 'demo/demo'], answers)
  const checks = await checkAnswers(deps)
  expect(checks.map(({ id, status }) => [id, status])).toEqual([
    ['answer:a', 'ok'],
    ['answer:b', 'ok'],
  ])
  expect(deps.chatClient.sent).toMatchObject([
    { model: 'a/x', ephemeral: true, params: { maxTokens: 256 } },
    { model: 'b/y', ephemeral: true, params: { maxTokens: 256 } },
  ])
  expect(deps.notes).toEqual([
    'Asking a/x, b/y one short question each: a request that may cost something.',
  ])
})

test('the latency is the time to the first word', async () => {
  const deps = relayOf(['a/x'], (chat, { chatClient }) => {
    chatClient.accept(chat)
    vi.advanceTimersByTime(1200)
    chatClient.delta(chat.id, 1, 'OK')
    vi.advanceTimersByTime(5000)
    chatClient.end(chat.id, 2, { cost: { amount: 0.0004, currency: 'USD' } })
  })
  expect(await checkAnswers(deps)).toMatchObject([
    {
      detail: 'a/x answered after 1.2 s (5 tokens, 0.0004 USD)',
      facts: { model: 'a/x', latencyMs: 1200 },
    },
  ])
})

test('an answer that is cut by our own bound is one', async () => {
  const deps = relayOf(['a/x'], (chat, { chatClient }) => {
    chatClient.accept(chat)
    chatClient.end(chat.id, 1, { status: 'incomplete', finishReason: 'length' })
  })
  expect(await checkAnswers(deps)).toMatchObject([{ status: 'ok' }])
})

test('the default that fails is a problem, another one a warning, each with its code and what to do', async () => {
  const deps = relayOf(['a/x', 'b/y'], (chat, { chatClient }) => {
    const error = errorInfo('upstream_auth', 'a refused the key.')
    chatClient.accept(chat)
    chatClient.end(chat.id, 1, { status: 'failed', finishReason: null, error })
  })
  const failed = {
    detail: expect.stringContaining(': a refused the key. (upstream_auth)'),
    fix: expect.stringContaining('export'),
    facts: expect.objectContaining({ code: 'upstream_auth' }),
  }
  expect(await checkAnswers(deps)).toMatchObject([
    { id: 'answer:a', status: 'problem', ...failed },
    { id: 'answer:b', status: 'warning', ...failed },
  ])
})

test('L4: a fallback’s answer is not passed off as the model’s', async () => {
  const deps = relayOf(['a/x'], (chat, { chatClient }) => {
    chatClient.accept(chat)
    const message = 'rate limited, asking b/y instead'
    const notice = { type: 'notice', id: chat.id, code: 'fallback', message } as const
    chatClient.emit({ type: 'notice', notice })
    chatClient.end(chat.id, 1, { provider: 'b', model: 'y' })
  })
  expect(await checkAnswers(deps)).toMatchObject([
    { status: 'problem', detail: 'a/x did not answer: rate limited, asking b/y instead' },
  ])
})

test('who says nothing is cancelled after a while', async () => {
  const deps = relayOf(['a/x'], (chat, { chatClient }) => {
    chatClient.accept(chat)
    vi.advanceTimersByTime(30_000)
    chatClient.end(chat.id, 1, { status: 'cancelled', finishReason: null, endedBy: 'user' })
  })
  expect(await checkAnswers(deps)).toMatchObject([
    {
      status: 'problem',
      detail: 'a/x: no answer within 30 s (client_timeout)',
      facts: { code: 'client_timeout' },
    },
  ])
  expect(deps.chatClient.cancelled).toHaveLength(1)
})

test('a relay that gives no list is a warning', async () => {
  expect(await checkAnswers(testDeps())).toMatchObject([{ id: 'answers', status: 'warning' }])
})

test('a provider without a known model is told of, one without a key is not', () => {
  const asked = { id: 'answer:a', status: 'ok', detail: '' } as const
  const providers = [provider('a', true), provider('b', true), provider('c', false)]
  expect(unaskedProviders(providers, [asked])).toMatchObject([
    { id: 'answer:b', status: 'info', fix: expect.stringContaining('[providers.b]') },
  ])
})
