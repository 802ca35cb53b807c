/**
 * The vendors' SDKs as their documentation uses them, with their own `fetch` and their own parser: what the adapters, which
 * read the response's body themselves, are measured beside.
 */
import type { NetworkKind } from '../providers/vendors.ts'

/** Makes one call and tells each piece of the answer's text. `baseUrl` ends in `/v1`. */
export type SdkStream = (
  baseUrl: string,
  model: string,
  told: (text: string) => void,
) => Promise<void>

/** The APIs that are told apart; `openai-compatible` is read as `openai`. */
export type SdkKind = Exclude<NetworkKind, 'openai-compatible'>

const KEY = 'not-a-key'
const QUESTION = { role: 'user', content: 'Go.' } as const
/** The APIs' roots that two of the SDKs expect end before the version. */
const withoutVersion = (baseUrl: string): string => baseUrl.replace(/\/v1$/, '')

export const SDK_STREAMS: Readonly<Record<SdkKind, SdkStream>> = {
  async openai(baseURL, model, told) {
    const { OpenAI } = await import('openai')
    const client = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0 })
    const stream = await client.chat.completions.create({
      model,
      messages: [QUESTION],
      stream: true,
    })
    for await (const { choices } of stream) told(choices[0]?.delta.content ?? '')
  },

  async 'openai-responses'(baseURL, model, told) {
    const { OpenAI } = await import('openai')
    const client = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0 })
    const stream = await client.responses.create({ model, input: [QUESTION], stream: true })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') told(event.delta)
    }
  },

  async anthropic(baseUrl, model, told) {
    const { Anthropic } = await import('@anthropic-ai/sdk')
    const baseURL = withoutVersion(baseUrl)
    const client = new Anthropic({ baseURL, apiKey: KEY, maxRetries: 0 })
    const stream = await client.messages.create({
      model,
      max_tokens: 10_000,
      messages: [QUESTION],
      stream: true,
    })
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
        told(event.delta.text)
      }
    }
  },

  async google(baseUrl, model, told) {
    const { GoogleGenAI } = await import('@google/genai/web')
    const client = new GoogleGenAI({
      apiKey: KEY,
      httpOptions: { baseUrl: withoutVersion(baseUrl) },
    })
    const stream = await client.models.generateContentStream({ model, contents: QUESTION.content })
    for await (const chunk of stream) told(chunk.text ?? '')
  },
}
