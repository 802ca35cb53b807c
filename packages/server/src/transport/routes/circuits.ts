/** `/api/circuits`: which models are left alone for a while because they kept failing. No addresses, no keys. */
import type { CircuitView } from '@speak-code/protocol'
import { Hono } from 'hono'

export function circuitRoutes(report: () => readonly CircuitView[]): Hono {
  return new Hono().get('/', (context) => context.json({ items: report() }))
}
