import { errorInfo } from '@speak-code/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { Breakers } from './breakers.ts'
import type { Provider, ProviderCall, ProviderEnd, ResolvedModel } from './provider.ts'
import { callModels, type Notice, type PreparedCall, type RoutedCall } from './router.ts'

const BUSY: ProviderEnd = { outcome: 'failed', error: errorInfo('upstream_overloaded', 'busy') }
const FINE: ProviderEnd = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}

let calls: ProviderCall[]
let notices: Notice[]
let targets: string[]
let abort: AbortController

beforeEach(() => {
  calls = []
  notices = []
  targets = []
  abort = new AbortController()
})

/** A provider that leaves topK out and gives these ends, one for each call. */
function model(name: string, ends: ProviderEnd[], fallbacks: ResolvedModel[] = []): ResolvedModel {
  const provider: Provider = {
    name,
    models: undefined,
    async stream(call) {
      calls.push(call)
      call.dropped?.('topK')
      return ends.shift() ?? FINE
    },
  }
  return { provider, model: 'm', defaults: { temperature: 1 }, fallbacks }
}

/** The same, with a delta before each end. */
function speaking(target: ResolvedModel): ResolvedModel {
  const { provider } = target
  return {
    ...target,
    provider: {
      ...provider,
      stream(call, emit) {
        emit({ channel: 'text', text: 'a' })
        return provider.stream(call, emit)
      },
    },
  }
}

function run(first: ResolvedModel, call: Partial<RoutedCall> = {}): Promise<ProviderEnd> {
  return callModels(
    first,
    { messages: [], params: { maxTokens: 5 }, signal: abort.signal, ...call },
    {
      delta() {},
      notice: (notice) => notices.push(notice),
      async target({ provider }) {
        targets.push(provider.name)
      },
    },
    {
      limits: () => ({ maxAttempts: 2, maxWaitMs: 0 }),
      breakers: new Breakers(),
      clock: { random: () => 0, wait: async () => {} },
    },
  )
}

const prepare = async ({ provider }: ResolvedModel): Promise<PreparedCall> => ({
  messages: [{ role: 'user', content: provider.name }],
  params: {},
  notices: [],
})

describe('callModels', () => {
  test('the model’s defaults lie under the request’s parameters', async () => {
    expect(await run(model('a', [FINE]))).toBe(FINE)
    expect(calls).toMatchObject([{ params: { temperature: 1, maxTokens: 5 } }])
  })

  test('what a model does not take is told once for each model, however often it is asked', async () => {
    await run(model('a', [BUSY, BUSY], [model('b', [FINE])]))
    expect(notices.map(({ code, message }) => [code, message])).toEqual([
      ['dropped_param', 'a/m does not take topK; it was left out'],
      ['retrying', 'the model is overloaded, trying again in 1 s (2/2)'],
      ['fallback', 'the model is overloaded, asking b/m instead'],
      ['dropped_param', 'b/m does not take topK; it was left out'],
    ])
    expect(targets).toEqual(['b'])
  })

  test('the last model’s failure is the end', async () => {
    const refused: ProviderEnd = { outcome: 'failed', error: errorInfo('upstream_auth', 'key') }
    expect(await run(model('a', [BUSY, BUSY], [model('b', [refused])]))).toBe(refused)
  })

  test('L5: what fails after its first delta is not tried again, and names the model that could be', async () => {
    const broken: ProviderEnd = { outcome: 'failed', error: errorInfo('upstream_eof', 'cut off.') }
    const spare = model('b', [FINE])
    const end = await run(speaking(model('a', [broken], [spare])))
    expect(end).toEqual({
      outcome: 'failed',
      error: errorInfo('upstream_eof', 'cut off. The next model of its fallback chain is b/m.'),
    })
    expect(calls).toHaveLength(1)
    expect(await run(speaking(model('a', [broken])))).toBe(broken)
  })

  test('a call that does not fit the model is not made', async () => {
    const refused = errorInfo('context_too_long', 'too long')
    const end = await run(model('a', [FINE]), { prepare: async () => ({ refused }) })
    expect(end).toEqual({ outcome: 'failed', error: refused })
    expect(calls).toEqual([])
  })

  test('each model gets what was prepared for it', async () => {
    await run(model('a', [BUSY, BUSY], [model('b', [FINE])]), { prepare })
    expect(calls.map(({ messages }) => messages[0]?.content)).toEqual(['a', 'a', 'b'])
  })

  test('nothing is asked once it was stopped', async () => {
    abort.abort()
    expect(await run(model('a', [FINE]))).toEqual({ outcome: 'aborted' })
    expect(calls).toEqual([])
  })
})
