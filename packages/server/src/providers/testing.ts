/** For the tests of providers: one call with everything that came of it. */
import { once } from 'node:events'
import type { Server } from 'node:net'
import { openAiProvider, type OpenAiOptions } from './openai.ts'
import { openAiResponsesProvider, type OpenAiResponsesOptions } from './openai-responses.ts'
import type {
  Provider,
  ProviderCall,
  ProviderDelta,
  ProviderEnd,
  ToolCall,
  ToolCallDelta,
} from './provider.ts'
import { assembleToolCalls } from './tool-calls.ts'

export interface Told {
  readonly deltas: readonly ProviderDelta[]
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: readonly ToolCall[]
  readonly end: ProviderEnd
}

/** Calls the provider and keeps what it tells. Throws where it breaks the contract's rules for `emit`. */
export async function listen(provider: Provider, call: Partial<ProviderCall> = {}): Promise<Told> {
  const deltas: ProviderDelta[] = []
  let settled = false
  const end = await provider.stream(
    {
      model: 'test-model',
      messages: [{ role: 'user', content: 'Hello?' }],
      params: {},
      signal: new AbortController().signal,
      ...call,
    },
    (delta) => {
      if (settled) throw new Error('a delta came after the end')
      if (delta.text === '' && delta.channel !== 'toolCall') throw new Error('an empty delta came')
      deltas.push(delta)
    },
  )
  settled = true
  const on = (channel: ProviderDelta['channel']): string =>
    deltas.map((delta) => (delta.channel === channel ? delta.text : '')).join('')
  const pieces = deltas.filter((delta): delta is ToolCallDelta => delta.channel === 'toolCall')
  return {
    deltas,
    text: on('text'),
    reasoning: on('reasoning'),
    refusal: on('refusal'),
    toolCalls: assembleToolCalls(pieces),
    end,
  }
}

/** A provider at this address, with generous time-outs unless told otherwise. */
export function providerAt(baseUrl: string, options: Partial<OpenAiOptions> = {}): Provider {
  return openAiProvider({
    name: 'testing',
    dialect: 'openai',
    baseUrl,
    apiKey: 'sk-test-0123456789',
    keyHint: 'export TEST_KEY=your-key',
    headers: {},
    laxDone: false,
    ...limits({}),
    ...options,
  })
}

/** A provider of the Responses API at this address, with generous time-outs unless told otherwise. */
export function responsesAt(
  baseUrl: string,
  options: Partial<OpenAiResponsesOptions> = {},
): Provider {
  return openAiResponsesProvider({
    name: 'testing',
    baseUrl,
    apiKey: 'sk-test-0123456789',
    keyHint: 'export TEST_KEY=your-key',
    headers: {},
    laxDone: false,
    ...limits({}),
    ...options,
  })
}

/** Generous time-outs, but for the given. */
export function limits(given: Partial<OpenAiOptions['limits']>): Pick<OpenAiOptions, 'limits'> {
  return { limits: { connectMs: 5000, silenceMs: 5000, firstTokenMs: 0, ...given } }
}

/** What an end is matched with. */
export const COMPLETED = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}

/** What an end is matched with that came without its end mark. */
export const UNMARKED = { ...COMPLETED, certainty: 'finish_reason' }

/** What an end is matched with. */
export function failed(code: string, retryable: boolean): object {
  return { outcome: 'failed', error: { code, retryable } }
}

/** Starts the server on a free port of loopback. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
