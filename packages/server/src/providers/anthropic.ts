/**
 * Anthropic's Messages. The official SDK makes the request; the body is read from the raw stream, because the SDK
 * cannot tell a finished answer from a cut one.
 */
import type Anthropic from '@anthropic-ai/sdk'
import { requestPlan } from './anthropic-map.ts'
import { AnthropicReader } from './anthropic-reader.ts'
import { connectionError } from './connection-errors.ts'
import type { OpenAiClientOptions } from './openai-client.ts'
import type { Provider } from './provider.ts'
import { streamCall } from './stream-call.ts'
import { upstreamFetch } from './upstream.ts'
import type { ErrorAudience, UpstreamErrorSource } from './upstream-errors.ts'

export interface AnthropicOptions extends Omit<OpenAiClientOptions, 'baseUrl'> {
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

/** The SDK's own time-out, as long as a timer can be: ours are kept here. */
const NEVER_MS = 2 ** 31 - 1

/** A provider of Messages. Nothing is imported or connected before the first call. */
export function anthropicProvider(options: AnthropicOptions): Provider {
  let client: Promise<Anthropic> | undefined
  const baseUrl = options.baseUrl ?? ANTHROPIC_URL
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : 'its base_url'
  const audience: ErrorAudience = {
    provider: options.name,
    keyHint: options.keyHint,
    secrets: [options.apiKey ?? '', ...Object.values(options.headers)],
  }
  const headers = requestHeaders(options)
  return {
    name: options.name,
    models: options.models,
    async stream(call, emit) {
      if (call.signal.aborted) return { outcome: 'aborted' }
      if (options.obstacle !== undefined) return { outcome: 'failed', error: options.obstacle }
      try {
        client ??= createClient(options, baseUrl)
        const sdk = await client
        const { body, dropped, origin } = requestPlan(
          call,
          call.maxOutput ?? options.maxTokensOf?.(call.model),
        )
        for (const param of dropped) call.dropped?.(param)
        return await streamCall(
          {
            audience,
            host,
            limits: options.limits,
            request: (signal) => sdk.messages.create(body, { signal, headers }).asResponse(),
            refusal: refusalOf,
            reader: (told) => new AnthropicReader(told, origin),
            warn: options.warn,
          },
          call,
          emit,
        )
      } catch (error) {
        client = undefined
        const { connectMs } = options.limits
        return { outcome: 'failed', error: connectionError(error, options.name, host, connectMs) }
      }
    },
  }
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

/** The provider's answer, where that is what the SDK threw for. */
async function refusalOf(thrown: unknown): Promise<UpstreamErrorSource | undefined> {
  const { APIError, APIConnectionError } = await import('@anthropic-ai/sdk')
  if (!(thrown instanceof APIError) || thrown instanceof APIConnectionError) return undefined
  const { status, headers, error, message } = thrown
  // Where the body is no JSON the SDK keeps it in the message, after the status.
  const body: unknown = error ?? message.replace(/^\d+ (?:status code \(no body\))?/, '')
  return { status, headers, body }
}
