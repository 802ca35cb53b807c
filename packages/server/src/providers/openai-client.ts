/** Calls by way of OpenAI's official SDK, whichever of its APIs. */
import type OpenAI from 'openai'
import type { Provider, ProviderCall, ProviderDelta } from './provider.ts'
import {
  answerIn,
  NEVER_MS,
  type SdkBackground,
  sdkProvider,
  type SdkProviderOptions,
} from './sdk-provider.ts'
import type { StreamReader } from './stream-reader.ts'
import { upstreamFetch } from './upstream.ts'

export interface OpenAiClientOptions extends SdkProviderOptions {
  /** Ending in `/v1` or whatever the API's root is. */
  readonly baseUrl: string
}

/** One of the SDK's APIs: how it is asked, and what reads its stream. */
export interface OpenAiApi {
  request(client: OpenAI, call: ProviderCall, signal: AbortSignal): Promise<Response>
  reader(call: ProviderCall, emit: (delta: ProviderDelta) => void): StreamReader
  /** As in {@link StreamCallOptions}. */
  lingerMs?(call: ProviderCall): number | undefined
  readonly background?: SdkBackground<OpenAI>
}

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SDK_HEADERS = ['accept', 'authorization', 'content-type', 'user-agent']

/** A provider that is asked through the SDK. Nothing is imported or connected before the first call. */
export function openAiClientProvider(options: OpenAiClientOptions, api: OpenAiApi): Provider {
  return sdkProvider(options, {
    baseUrl: options.baseUrl,
    load: () => createClient(options),
    call: (client, call) => ({
      request: (signal) => api.request(client, call, signal),
      reader: (told) => api.reader(call, told),
      lingerMs: api.lingerMs?.(call),
    }),
    background: api.background,
    async refusal(thrown) {
      const { APIError, APIConnectionError } = await import('openai')
      const isAnswer = thrown instanceof APIError && !(thrown instanceof APIConnectionError)
      return isAnswer ? answerIn(thrown) : undefined
    },
  })
}

async function createClient(options: OpenAiClientOptions): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai')
  const configured = Object.keys(options.headers).map((name) => name.toLowerCase())
  return new Client({
    // The SDK insists on a key; without one of ours its header is taken away again.
    apiKey: options.apiKey ?? 'none',
    baseURL: options.baseUrl,
    // Nothing that this process's environment holds may reach a provider by way of the SDK.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: NEVER_MS,
    fetch: upstreamFetch(options.limits.connectMs, new Set([...SDK_HEADERS, ...configured])),
    defaultHeaders: {
      authorization: options.apiKey === undefined ? null : `Bearer ${options.apiKey}`,
      ...options.headers,
    },
  })
}
