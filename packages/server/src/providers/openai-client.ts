/**
 * Calls by way of OpenAI's official SDK, whichever of its APIs. The SDK makes the request; the body is read from the raw
 * stream, because the SDK cannot tell a finished answer from a cut one.
 */
import type { ErrorInfo } from '@speak-code/protocol'
import type OpenAI from 'openai'
import { connectionError } from './connection-errors.ts'
import type { Provider, ProviderCall, ProviderDelta } from './provider.ts'
import { streamCall } from './stream-call.ts'
import type { StreamReader } from './stream-reader.ts'
import type { TimeOutLimits } from './time-outs.ts'
import { upstreamFetch } from './upstream.ts'
import type { ErrorAudience, UpstreamErrorSource } from './upstream-errors.ts'

export interface OpenAiClientOptions {
  /** The configured name. */
  readonly name: string
  /** Ending in `/v1` or whatever the API's root is. */
  readonly baseUrl: string
  /** Goes to `baseUrl` alone. Without it the call carries no Authorization. */
  readonly apiKey?: string | undefined
  /** What to do where a key is refused: shown to people. */
  readonly keyHint: string
  /** Why no call can be made; each call then ends with it, and nothing is sent. */
  readonly obstacle?: ErrorInfo | undefined
  /** Sent with every request, over ours. */
  readonly headers: Readonly<Record<string, string>>
  readonly models?: readonly string[] | undefined
  readonly limits: TimeOutLimits
  /** Told what is odd about a stream, for the log; without any of its content. */
  readonly warn?: ((oddity: string) => void) | undefined
}

/** One of the SDK's APIs: how it is asked, and what reads its stream. */
export interface OpenAiApi {
  request(client: OpenAI, call: ProviderCall, signal: AbortSignal): Promise<Response>
  reader(call: ProviderCall, emit: (delta: ProviderDelta) => void): StreamReader
}

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SDK_HEADERS = ['accept', 'authorization', 'content-type', 'user-agent']

/** The SDK's own time-out, as long as a timer can be: ours are kept here. */
const NEVER_MS = 2 ** 31 - 1

/** A provider that is asked through the SDK. Nothing is imported or connected before the first call. */
export function openAiClientProvider(options: OpenAiClientOptions, api: OpenAiApi): Provider {
  let client: Promise<OpenAI> | undefined
  const host = hostOf(options.baseUrl)
  const audience: ErrorAudience = {
    provider: options.name,
    keyHint: options.keyHint,
    secrets: [options.apiKey ?? '', ...Object.values(options.headers)],
  }
  return {
    name: options.name,
    models: options.models,
    async stream(call, emit) {
      if (call.signal.aborted) return { outcome: 'aborted' }
      if (options.obstacle !== undefined) return { outcome: 'failed', error: options.obstacle }
      try {
        client ??= createClient(options)
        const sdk = await client
        return await streamCall(
          {
            audience,
            host,
            limits: options.limits,
            request: (signal) => api.request(sdk, call, signal),
            refusal: refusalOf,
            reader: (told) => api.reader(call, told),
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

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'its base_url'
}

/** The provider's answer, where that is what the SDK threw for. */
async function refusalOf(thrown: unknown): Promise<UpstreamErrorSource | undefined> {
  const { APIError, APIConnectionError } = await import('openai')
  if (!(thrown instanceof APIError) || thrown instanceof APIConnectionError) return undefined
  const { status, headers, error, message } = thrown
  // Where the body is no JSON the SDK keeps it in the message, after the status.
  const body: unknown = error ?? message.replace(/^\d+ (?:status code \(no body\))?/, '')
  return { status, headers, body }
}
