/** Why a connection failed, and what follows from it: the client's whole policy of retries. */
import { CloseCode, closeCodeRow, type ErrorCode } from '@speak-code/protocol'
import type { ConnectionFailure } from './client.ts'

/** `reconnect`: with backoff, uses up an attempt. `wait`: as the relay said, uses up none. `stop`: a person must act. */
export interface Failure extends ConnectionFailure {
  readonly after: 'reconnect' | 'wait' | 'stop'
  /** The relay's own hint. */
  readonly retryAfterMs?: number
}

export const NOT_A_RELAY =
  'this is not a speak-code relay, or it speaks another version of the protocol'

/** No answer, a broken connection, a name that does not resolve: worth another attempt. */
export function unreachable(message: string): Failure {
  return { after: 'reconnect', code: 'relay_unreachable', message }
}

/** Trying again would end the same way. */
export function final(message: string): Failure {
  return { after: 'stop', code: 'relay_unreachable', message }
}

const CODE_OF_CLOSE: ReadonlyMap<number, ErrorCode> = new Map([
  [CloseCode.tooLarge, 'too_large'],
  [CloseCode.serviceRestart, 'draining'],
  [CloseCode.unauthenticated, 'unauthenticated'],
  [CloseCode.forbidden, 'forbidden'],
  [CloseCode.tooManyConnections, 'rate_limited'],
])

/** What a close means (CONTRACT.md §1, Close codes). `retryAfterMs` is what an `error` before it had said. */
export function failureOfClose(code: number, reason: string, retryAfterMs?: number): Failure {
  const row = closeCodeRow(code)
  const named = !row.meaning.includes(String(code))
  return {
    after: row.after,
    code: CODE_OF_CLOSE.get(code) ?? 'relay_unreachable',
    message: named || reason === '' ? row.meaning : `${row.meaning}: ${reason}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/**
 * What a handshake that was answered with plain HTTP means. A 503 is a relay that drains or starts; other answers of a
 * gateway in front of it (5xx, 429, 408) may pass; all else is an address where no relay of ours is.
 */
export function failureOfStatus(
  status: number,
  retryAfter: string | undefined,
  now: number,
): Failure {
  const hint = waitOfHeader(retryAfter, now)
  const rest = hint === undefined ? {} : { retryAfterMs: hint }
  if (status === 503) {
    return {
      after: 'wait',
      code: 'draining',
      message: 'the relay is restarting or starting up (HTTP 503)',
      ...rest,
    }
  }
  if (status === 429) {
    return {
      after: 'reconnect',
      code: 'rate_limited',
      message: 'there are too many connections (HTTP 429)',
      ...rest,
    }
  }
  if (status === 408 || status >= 500) {
    return { ...unreachable(`the relay does not answer (HTTP ${status})`), ...rest }
  }
  if (status === 401 || status === 407) {
    return {
      after: 'stop',
      code: 'unauthenticated',
      message: `the relay wants a token: it is missing, wrong or expired (HTTP ${status})`,
    }
  }
  if (status === 403) {
    return { after: 'stop', code: 'forbidden', message: 'the relay refused this client (HTTP 403)' }
  }
  return final(`there is no speak-code relay at this address (HTTP ${status})`)
}

/** A `Retry-After` header (RFC 9110 §10.2.3: seconds or a date) in milliseconds from `now`; undefined where it is neither. */
export function waitOfHeader(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Codes of TLS failures that stay until somebody changes a certificate or an address. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/
/** `ws` says these of a handshake that is not ours; Node says HPE_… of bytes that are no HTTP. */
const FOREIGN = /subprotocol|Sec-WebSocket|Upgrade header|^HPE_|EPROTO|ERR_SSL_/i

/** What an error of the network, of TLS or of the handshake means. */
export function failureOfError(error: Error & { readonly code?: string }): Failure {
  const code = error.code ?? ''
  if (CERTIFICATE.test(code)) {
    return final(
      `the relay’s certificate is not trusted (${error.message}); NODE_EXTRA_CA_CERTS names a file with your own`,
    )
  }
  if (FOREIGN.test(code) || FOREIGN.test(error.message)) return final(NOT_A_RELAY)
  return unreachable(`the relay cannot be reached (${error.message === '' ? code : error.message})`)
}
