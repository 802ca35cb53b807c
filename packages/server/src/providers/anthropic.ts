/** Anthropic's Messages. */
import type Anthropic from '@anthropic-ai/sdk'
import { requestPlan } from './anthropic-map.ts'
import { AnthropicReader } from './anthropic-reader.ts'
import type { Provider } from './provider.ts'
import { answerIn, NEVER_MS, sdkProvider, type SdkProviderOptions } from './sdk-provider.ts'
import { upstreamFetch } from './upstream.ts'

export interface AnthropicOptions extends SdkProviderOptions {
  /** The API's root, with or without the `/v1` at its end; the vendor's unless given. */
  readonly baseUrl?: string | undefined
  /** How many tokens an answer of the model may have where the request doesn't say. */
  readonly maxTokensOf?: ((model: string) => number | undefined) | undefined
}

const ANTHROPIC_URL = 'https://api.anthropic.com'

/** The version before 2026-10-21, which refuses temperature even for the models that take it; gateways speak this one too. */
const API_VERSION = '2023-06-01'

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SENT_HEADERS = ['accept', 'anthropic-version', 'content-type', 'user-agent', 'x-api-key']

/** A provider of Messages. Nothing is imported or connected before the first call. */
export function anthropicProvider(options: AnthropicOptions): Provider {
  const baseUrl = options.baseUrl ?? ANTHROPIC_URL
  const headers = requestHeaders(options)
  return sdkProvider(options, {
    baseUrl,
    load: () => createClient(options, baseUrl),
    call(sdk, call) {
      const maxTokens = call.maxOutput ?? options.maxTokensOf?.(call.model)
      const { body, dropped, origin } = requestPlan(call, maxTokens)
      for (const param of dropped) call.dropped?.(param)
      return {
        request: (signal) => sdk.messages.create(body, { signal, headers }).asResponse(),
        reader: (told) => new AnthropicReader(told, origin),
      }
    },
    async refusal(thrown) {
      const { APIError, APIConnectionError } = await import('@anthropic-ai/sdk')
      const isAnswer = thrown instanceof APIError && !(thrown instanceof APIConnectionError)
      return isAnswer ? answerIn(thrown) : undefined
    },
  })
}

/** Set for each request, because only these go over what the SDK takes from the environment (ANTHROPIC_CUSTOM_HEADERS). */
function requestHeaders({ apiKey, headers }: AnthropicOptions): Record<string, string | null> {
  return {
    accept: 'application/json',
    'anthropic-version': API_VERSION,
    // Where the SDK puts the key; this version of the API and its gateways have it in a header of its own.
    authorization: null,
    'user-agent': 'speak-code',
    'x-api-key': apiKey ?? null,
    ...Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  }
}

async function createClient(options: AnthropicOptions, baseUrl: string): Promise<Anthropic> {
  const { Anthropic: Client } = await import('@anthropic-ai/sdk')
  const configured = Object.keys(options.headers).map((name) => name.toLowerCase())
  return new Client({
    // Without one the SDK looks for credentials in the environment and on the disk.
    apiKey: options.apiKey ?? 'none',
    // It puts `/v1` before every path.
    baseURL: baseUrl.replace(/\/+$/, '').replace(/\/v1$/, ''),
    // Nothing that this process's environment holds may reach a provider by way of the SDK.
    webhookKey: null,
    openTelemetry: false,
    logLevel: 'off',
    maxRetries: 0,
    timeout: NEVER_MS,
    fetch: upstreamFetch(options.limits.connectMs, new Set([...SENT_HEADERS, ...configured])),
  })
}
