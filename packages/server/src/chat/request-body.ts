/** Whether two requests under one id are the same: their bodies after parsing, key order aside (L5). */
import { createHash } from 'node:crypto'
import type { ChatRequest } from '@speak-code/protocol'

/** SHA-256 in hex. */
export function bodyHash(request: ChatRequest): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex')
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
