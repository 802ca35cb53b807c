/**
 * The `fetch` that the vendors' SDKs make their requests with. It hands the body on as the raw Node
 * stream, never follows a redirect, and keeps no time-outs of its own but the connection's.
 */
import type { Readable } from 'node:stream'
import { BodyTap } from './body-tap.ts'
import { decompressed } from './content-encoding.ts'
import type { Dispatcher, EnvHttpProxyAgent } from 'undici'

/** What is read of an error's body, and how long for. */
const ERROR_BODY_BYTES = 64 * 1024
const ERROR_BODY_MS = 2000

/** Loopback is reached directly, whatever the proxy settings say. */
const NEVER_PROXIED = 'localhost,127.0.0.1,::1'

/** The raw bodies of the responses that look empty to the SDK. */
const streams = new WeakMap<Response, Readable>()
/** The taps of those that come as they are. */
const taps = new WeakMap<Response, BodyTap>()

/** The body of a response that {@link upstreamFetch} made; undefined for an error's, which is read already. */
export function streamOf(response: Response): Readable | undefined {
  return streams.get(response)
}

/** What hands on the pieces of {@link streamOf} before they are in the stream; undefined where they are compressed. */
export function tapOf(response: Response): BodyTap | undefined {
  return taps.get(response)
}

/** The provider answered with a redirect. */
export class RedirectError extends Error {
  override readonly name = 'RedirectError'
  readonly status: number

  constructor(status: number) {
    super(`redirected (HTTP ${status})`)
    this.status = status
  }
}

const pools = new Map<string, Dispatcher>()

/** One pool for each connect time-out and proxy setting: callers with other keys share connections. */
export function upstreamPool(Agent: typeof EnvHttpProxyAgent, connectMs: number): Dispatcher {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy, NO_PROXY, no_proxy } = process.env
  const key = JSON.stringify([
    connectMs,
    https_proxy,
    HTTPS_PROXY,
    http_proxy,
    HTTP_PROXY,
    no_proxy,
    NO_PROXY,
  ])
  let found = pools.get(key)
  if (found === undefined) {
    found = new Agent({
      // A stream has a connection of its own: aborting it closes the connection, and none waits for another.
      allowH2: false,
      connect: { timeout: connectMs },
      headersTimeout: 0,
      bodyTimeout: 0,
      noProxy: [no_proxy ?? NO_PROXY ?? '', NEVER_PROXIED].join(','),
    })
    pools.set(key, found)
  }
  return found
}

function responseHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return headers
}

/** As much of an error's body as comes soon and fits. Never rejects. */
function readErrorBody(body: Readable): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const finish = (): void => {
      clearTimeout(timer)
      body.destroy()
      resolve(Buffer.concat(parts).subarray(0, ERROR_BODY_BYTES).toString())
    }
    const timer = setTimeout(finish, ERROR_BODY_MS)
    body
      .on('data', (part: Buffer) => {
        parts.push(part)
        length += part.length
        if (length >= ERROR_BODY_BYTES) finish()
      })
      .once('end', finish)
      .once('close', finish)
      .on('error', finish)
  })
}

/**
 * Makes a fetch for one provider. Only the request headers named in `allowed` (in lower case) are
 * sent: the SDK would add what it finds in this process's environment. The bodies of successful answers
 * are had by {@link streamOf}; those from status 400 on are read, up to a bound. Throws
 * {@link RedirectError}, and undici's errors where there is no answer.
 */
export function upstreamFetch(
  connectMs: number,
  allowed: ReadonlySet<string>,
): (url: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (url, init = {}) => {
    const undici = await import('undici')
    const sent = [...new Headers(init.headers)].filter(([name]) => allowed.has(name))
    const tap = new BodyTap()
    const pool = upstreamPool(undici.EnvHttpProxyAgent, connectMs)
    const { statusCode, headers, body } = await undici.request(
      url instanceof Request ? url.url : url,
      {
        method: init.method?.toUpperCase() === 'GET' ? 'GET' : 'POST',
        headers: Object.fromEntries(sent),
        body: typeof init.body === 'string' ? init.body : null,
        signal: init.signal ?? null,
        dispatcher: pool.compose(tap.interceptor),
      },
    )
    if (statusCode >= 300 && statusCode < 400) {
      body.on('error', () => {}).destroy()
      throw new RedirectError(statusCode)
    }
    const answer: ResponseInit = { status: statusCode, headers: responseHeaders(headers) }
    const stream = decompressed(body, String(headers['content-encoding'] ?? ''))
    if (statusCode >= 400) return new Response(await readErrorBody(stream), answer)
    const response = new Response(null, answer)
    streams.set(response, stream)
    if (stream === body) taps.set(response, tap)
    return response
  }
}
