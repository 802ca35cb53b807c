/**
 * OpenAI's Chat Completions, and whoever speaks them. The official SDK makes the request; the body is
 * read from the raw stream, because the SDK cannot tell a finished answer from a cut one.
 */
import type { ErrorInfo } from '@speak-code/protocol'
import type OpenAI from 'openai'
import { ChatReader } from './chat-reader.ts'
import { connectionError } from './connection-errors.ts'
import { type ChatDialect, requestBody } from './openai-map.ts'
import type { Provider } from './provider.ts'
import { streamCall } from './stream-call.ts'
import type { TimeOutLimits } from './time-outs.ts'
import { upstreamFetch } from './upstream.ts'
import type { ErrorAudience, UpstreamErrorSource } from './upstream-errors.ts'

export interface OpenAiOptions {
  /** The configured name. */
  readonly name: string
  readonly dialect: ChatDialect
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
  /** `[DONE]` without a finish reason counts as completed. */
  readonly laxDone: boolean
  readonly limits: TimeOutLimits
  /** Told what is odd about a stream, for the log; without any of its content. */
  readonly warn?: ((oddity: string) => void) | undefined
}

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SDK_HEADERS = ['accept', 'authorization', 'content-type', 'user-agent']

/** The SDK's own time-out, as long as a timer can be: ours are kept here. */
const NEVER_MS = 2 ** 31 - 1

/** A provider of Chat Completions. Nothing is imported or connected before the first call. */
export function openAiProvider(options: OpenAiOptions): Provider {
  let client: Promise<OpenAI> | undefined
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
            host: hostOf(options.baseUrl),
            limits: options.limits,
            request: (signal) =>
              sdk.chat.completions
                .create(requestBody(call, options.dialect), { signal })
                .asResponse(),
            refusal: refusalOf,
            reader: (told) => new ChatReader(told, options.laxDone),
            warn: options.warn,
          },
          call,
          emit,
        )
      } catch (error) {
        client = undefined
        const host = hostOf(options.baseUrl)
        const { connectMs } = options.limits
        return { outcome: 'failed', error: connectionError(error, options.name, host, connectMs) }
      }
    },
  }
}

async function createClient(options: OpenAiOptions): Promise<OpenAI> {
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
export async function refusalOf(thrown: unknown): Promise<UpstreamErrorSource | undefined> {
  const { APIError, APIConnectionError } = await import('openai')
  if (!(thrown instanceof APIError) || thrown instanceof APIConnectionError) return undefined
  const { status, headers, error, message } = thrown
  // Where the body is no JSON the SDK keeps it in the message, after the status.
  const body: unknown = error ?? message.replace(/^\d+ (?:status code \(no body\))?/, '')
  return { status, headers, body }
}
