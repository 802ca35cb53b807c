/** `/health`: the process lives. `/ready`: it takes new work. Neither needs a token. */
import { Hono } from 'hono'

/** What a draining relay tells clients to wait, in seconds. */
const RETRY_AFTER_SECS = '1'

export interface Readiness {
  readonly draining: boolean
  /** Whether the store can be written to. */
  storeHealthy(): Promise<boolean>
}

export function healthRoutes(version: string, readiness: Readiness): Hono {
  return new Hono()
    .get('/health', (context) => context.json({ status: 'ok', service: 'speak-code', version }))
    .get('/ready', async (context) => {
      const reason = readiness.draining
        ? 'draining'
        : (await readiness.storeHealthy())
          ? undefined
          : 'the store can not be written to'
      return reason === undefined
        ? context.json({ status: 'ok' })
        : context.json({ status: 'unavailable', reason }, 503, { 'Retry-After': RETRY_AFTER_SECS })
    })
}
