/** The request that lists a provider's models: it costs nothing, and shows whether a key is taken. */
import { parseJson } from './json.ts'
import type { ProviderOptions } from './settings.ts'
import { RedirectError, upstreamPool } from './upstream.ts'
import type { NetworkKind } from './vendors.ts'

export interface ModelAnswer {
  readonly status: number
  /** Undefined where the body is no JSON. */
  readonly json: unknown
  readonly text: string
}

/** OpenRouter's list, the longest there is, has about half a megabyte. */
const MOST_BYTES = 4 * 1024 * 1024

interface ListRoute {
  readonly path: string
  /** As many as fit one page. */
  readonly query: string
  readonly key: (key: string) => Readonly<Record<string, string>>
}

const OPENAI_ROUTE: ListRoute = {
  path: '/models',
  query: '',
  key: (key) => ({ authorization: `Bearer ${key}` }),
}

/** Where each API lists its models, below its base URL, and how it takes the key. */
const ROUTES: Readonly<Record<NetworkKind, ListRoute>> = {
  openai: OPENAI_ROUTE,
  'openai-responses': OPENAI_ROUTE,
  'openai-compatible': OPENAI_ROUTE,
  // https://platform.claude.com/docs/en/api/models-list
  anthropic: { path: '/v1/models', query: '?limit=1000', key: (key) => ({ 'x-api-key': key }) },
  // https://ai.google.dev/api/models
  google: {
    path: '/v1beta/models',
    query: '?pageSize=1000',
    key: (key) => ({ 'x-goog-api-key': key }),
  },
}

/**
 * Asks once. Throws what undici throws where there is no answer, {@link RedirectError}, and an Error where the list is
 * longer than 4 MiB.
 */
export async function requestModels(
  kind: NetworkKind,
  { baseUrl, apiKey, headers, limits }: ProviderOptions,
  signal: AbortSignal,
): Promise<ModelAnswer> {
  const undici = await import('undici')
  const { path, query, key } = ROUTES[kind]
  const { statusCode: status, body } = await undici.request(
    `${rootOf(baseUrl, path)}${path}${query}`,
    {
      headers: {
        accept: 'application/json',
        ...(kind === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
        ...(apiKey === undefined ? {} : key(apiKey)),
        ...headers,
      },
      signal,
      dispatcher: upstreamPool(undici.EnvHttpProxyAgent, limits.connectMs),
    },
  )
  const parts: Buffer[] = []
  let length = 0
  for await (const part of body) {
    if (!Buffer.isBuffer(part)) continue
    length += part.length
    if (length > MOST_BYTES) throw new Error('the list of models is too long')
    parts.push(part)
  }
  if (status >= 300 && status < 400) throw new RedirectError(status)
  const text = Buffer.concat(parts).toString('utf8')
  return { status, text, json: parseJson(text) }
}

/** The base URL without the version that the path begins with: vendors' SDKs take it with and without. */
function rootOf(baseUrl: string, path: string): string {
  const root = baseUrl.replace(/\/+$/, '')
  const version = path.slice(0, path.indexOf('/', 1))
  return version !== '' && root.endsWith(version) ? root.slice(0, -version.length) : root
}
