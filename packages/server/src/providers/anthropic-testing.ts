/** For the tests of Anthropic's Messages: a provider, and the events of a stream. */
import { anthropicProvider, type AnthropicOptions } from './anthropic.ts'
import type { Provider } from './provider.ts'
import { limits } from './testing.ts'

export const KEY = 'sk-ant-test-0123456789'

/** A provider at this address, with generous time-outs unless told otherwise. */
export function anthropicAt(baseUrl: string, options: Partial<AnthropicOptions> = {}): Provider {
  return anthropicProvider({
    name: 'testing',
    baseUrl,
    apiKey: KEY,
    keyHint: 'export TEST_KEY=your-key',
    headers: {},
    ...limits({}),
    ...options,
  })
}

/** Payloads as the API sends them: each with its type as the event's name. */
export function events(...payloads: readonly { readonly type: string }[]): string {
  return payloads
    .map((payload) => `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`)
    .join('')
}

export const messageStart = (usage: object = { input_tokens: 3, output_tokens: 1 }) => ({
  type: 'message_start',
  message: { type: 'message', role: 'assistant', content: [], stop_reason: null, usage },
})

export const blockStart = (index: number, block: object) => ({
  type: 'content_block_start',
  index,
  content_block: block,
})

export const blockDelta = (index: number, delta: object) => ({
  type: 'content_block_delta',
  index,
  delta,
})

export const blockStop = (index: number) => ({ type: 'content_block_stop', index })

export const textDelta = (index: number, text: string) =>
  blockDelta(index, { type: 'text_delta', text })

/** A whole block of text in one delta. */
export const textBlock = (index: number, text: string) => [
  blockStart(index, { type: 'text', text: '' }),
  textDelta(index, text),
  blockStop(index),
]

/** A whole block of signed thinking in one delta. */
export const thinkingBlock = (index: number, thinking: string, signature = 'c2lnbmVk') => [
  blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
  blockDelta(index, { type: 'thinking_delta', thinking }),
  blockDelta(index, { type: 'signature_delta', signature }),
  blockStop(index),
]

export const messageDelta = (
  reason: string | null,
  usage: object = { output_tokens: 2 },
  details: object | null = null,
) => ({
  type: 'message_delta',
  delta: { stop_reason: reason, stop_sequence: null, stop_details: details },
  usage,
})

export const MESSAGE_STOP = { type: 'message_stop' }

export const PING = { type: 'ping' }

export const errorEvent = (type: string, message: string) => ({
  type: 'error',
  error: { details: null, type, message },
  request_id: 'req_011CExample',
})
