/**
 * Google's Gemini API (`streamGenerateContent`). The official SDK makes the request; the body is read from the raw stream,
 * because the SDK cannot tell a finished answer from a cut one. It is the SDK's build for browsers: the one for Node would
 * take key, base URL and API version from this process's environment.
 */
import type { GoogleGenAI } from '@google/genai/web'
import { errorInfo } from '@speak-code/protocol'
import { droppedParams, requestOf } from './google-map.ts'
import { GoogleReader } from './google-reader.ts'
import type { ThinkingLevels } from './google-thinking.ts'
import { parseJson } from './json.ts'
import type { Provider, ProviderCall } from './provider.ts'
import { sdkProvider, type SdkProviderOptions } from './sdk-provider.ts'
import { upstreamFetch } from './upstream.ts'
import type { UpstreamErrorSource } from './upstream-errors.ts'

const GOOGLE_URL = 'https://generativelanguage.googleapis.com'

export interface GoogleOptions extends SdkProviderOptions {
  /** The API's root, with its version or without (then `v1beta`); the vendor's unless given. */
  readonly baseUrl?: string | undefined
}

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SDK_HEADERS = ['content-type', 'user-agent']
const KEY_HEADER = 'x-goog-api-key'

/** Characters that would make another path or query of the address that the model's name is a part of. */
const NO_MODEL_NAME = /\.\.|[?&#\\%]/

/** The SDK, loaded. */
interface Sdk {
  readonly client: GoogleGenAI
  readonly levels: ThinkingLevels
}

/** The provider answered, but not with a stream. */
class RefusalError extends Error {
  override readonly name = 'RefusalError'
  readonly source: UpstreamErrorSource

  constructor(source: UpstreamErrorSource) {
    super(`refused (HTTP ${String(source.status)})`)
    this.source = source
  }
}

/** A provider of the Gemini API. Nothing is imported or connected before the first call. */
export function googleProvider(options: GoogleOptions): Provider {
  const baseUrl = options.baseUrl ?? GOOGLE_URL
  const send = sender(options)
  return sdkProvider(options, {
    baseUrl,
    load: () => load(options.apiKey, baseUrl),
    obstacle: ({ model }) =>
      NO_MODEL_NAME.test(model)
        ? errorInfo('model_not_found', `${options.name}: it does not know this model`)
        : undefined,
    call(sdk, call) {
      for (const param of droppedParams(call.params, call.model)) call.dropped?.(param)
      return {
        request: (signal) => request(sdk, call, send, signal),
        reader: (told) => new GoogleReader(told),
      }
    },
    refusal: refusalOf,
  })
}

/** The provider's answer, where that is what the request was rejected for. */
function refusalOf(thrown: unknown): Promise<UpstreamErrorSource | undefined> {
  return Promise.resolve(thrown instanceof RefusalError ? thrown.source : undefined)
}

async function load(apiKey: string | undefined, baseUrl: string): Promise<Sdk> {
  const { GoogleGenAI: Client, ThinkingLevel } = await import('@google/genai/web')
  const root = baseUrl.replace(/\/+$/, '')
  const apiVersion = /\/v\d[a-z0-9]*$/.test(root) ? '' : 'v1beta'
  return {
    // The SDK insists on a key; without one of ours its header is not sent.
    client: new Client({ apiKey: apiKey ?? 'none', httpOptions: { baseUrl: root, apiVersion } }),
    levels: ThinkingLevel,
  }
}

/** Lets the SDK make one request, and keeps the answer that it looks at only to see whether it is one. */
async function request(
  { client, levels }: Sdk,
  call: ProviderCall,
  send: typeof fetch,
  signal: AbortSignal,
): Promise<Response> {
  const answers: Response[] = []
  const { config, ...rest } = requestOf(call, levels)
  await client.models.generateContentStream({
    ...rest,
    config: {
      ...config,
      abortSignal: signal,
      // It would ask again by itself for the rest of a long answer.
      automaticContinuation: false,
      httpOptions: {
        fetch: async (url, init) => {
          const answer = await send(url, init)
          answers.push(answer)
          return answer
        },
      },
    },
  })
  const [answer] = answers
  if (answer === undefined) throw new Error('the SDK made no request')
  return answer
}

/** The `fetch` of the SDK's requests: configured headers go over its own. Throws {@link RefusalError}. */
function sender({ apiKey, headers, limits }: GoogleOptions): typeof fetch {
  const configured = Object.entries(headers)
  const allowed = [
    ...SDK_HEADERS,
    ...(apiKey === undefined ? [] : [KEY_HEADER]),
    ...configured.map(([name]) => name.toLowerCase()),
  ]
  const fetchUpstream = upstreamFetch(limits.connectMs, new Set(allowed))
  return async (url, init = {}) => {
    const sent = new Headers(init.headers)
    for (const [name, value] of configured) sent.set(name, value)
    const answer = await fetchUpstream(url, { ...init, headers: sent })
    if (answer.ok) return answer
    const body = await answer.text()
    throw new RefusalError({
      status: answer.status,
      headers: answer.headers,
      body: parseJson(body) ?? body,
    })
  }
}
