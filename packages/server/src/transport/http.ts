/** The HTTP side of the relay: its routes, and what every request has to pass first. */
import type { Server } from 'node:http'
import { createServer, type IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { errorInfo, SpeakCodeError, type ErrorCode } from '@speak-code/protocol'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refusalOf, type Admission } from './admission.ts'

const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  bad_request: 400,
  context_too_long: 400,
  content_filtered: 400,
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  not_found: 404,
  model_not_found: 404,
  idempotency_conflict: 409,
  unknown_parent: 409,
  too_large: 413,
  rate_limited: 429,
  concurrency_limited: 429,
  quota_exhausted: 429,
  upstream_rate_limited: 429,
  upstream_auth: 502,
  upstream_eof: 502,
  upstream_bad_response: 502,
  upstream_unreachable: 502,
  upstream_overloaded: 503,
  draining: 503,
  upstream_timeout: 504,
}

/** Puts the routes together and answers every error in the protocol's shape. */
export function httpApp(
  routes: readonly { path: string; app: Hono }[],
  warn: (what: string, error: unknown) => void,
): Hono {
  const app = new Hono()
  for (const { path, app: route } of routes) app.route(path, route)
  app.notFound((context) =>
    context.json({ error: errorInfo('not_found', 'There is no such route.') }, 404),
  )
  app.onError((error, context) => {
    if (error instanceof SpeakCodeError) {
      return context.json({ error: error.info }, STATUS[error.code] ?? 500)
    }
    warn(`${context.req.method} ${context.req.path} failed`, error)
    return context.json({ error: errorInfo('internal', 'The relay failed; try again.') }, 500)
  })
  return app
}

/** A server for the app that refuses foreign origins and hosts with 403 before any route sees them. */
export function httpServer(app: Hono, admission: () => Admission): Server {
  const listener = getRequestListener((request) => app.fetch(request))
  return createServer((request, response) => {
    const refusal = admit(request, admission())
    if (refusal === undefined) {
      void listener(request, response)
      return
    }
    response.writeHead(403, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ error: errorInfo('forbidden', refusal) }))
  })
}

/** Why a request or an upgrade is refused, or undefined. */
export function admit(request: IncomingMessage, admission: Admission): string | undefined {
  return refusalOf(
    {
      origin: request.headers.origin,
      host: request.headers.host,
      hasCookie: request.headers.cookie !== undefined,
      localAddress: request.socket.localAddress,
    },
    admission,
  )
}
