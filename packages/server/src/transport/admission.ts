/**
 * Which requests a browser may bring: a page of somebody else's must not reach a relay on this machine, neither with its own
 * Origin (cross-site WebSocket hijacking) nor under its own name (DNS rebinding). Pure.
 */
import { bareHost, isLoopback } from '../loopback.ts'

export interface Admission {
  /** `[listen] origins`, such as `https://chat.example`. */
  readonly origins: readonly string[]
  /** Names and addresses that the relay listens on. */
  readonly hosts: readonly string[]
  /** A Unix socket: nothing that a browser can reach. */
  readonly unixSocket: boolean
}

export interface RequestOrigin {
  readonly origin: string | undefined
  readonly host: string | undefined
  readonly hasCookie: boolean
  /** The address that the connection came in at. */
  readonly localAddress: string | undefined
}

/** Why a request is refused (HTTP 403), or undefined. */
export function refusalOf(request: RequestOrigin, admission: Admission): string | undefined {
  if (request.origin !== undefined) {
    if (!isOwnOrigin(request, admission)) return 'a page of this origin may not use the relay'
  } else if (request.hasCookie) {
    return 'a request with cookies needs an Origin'
  }
  if (admission.unixSocket) return undefined
  return isOwnHost(request, admission) ? undefined : 'this is not a name of the relay'
}

function isOwnOrigin({ origin, host }: RequestOrigin, { origins }: Admission): boolean {
  if (origin === undefined || origin === 'null') return false
  if (origins.includes(origin)) return true
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host
}

function isOwnHost({ host, localAddress }: RequestOrigin, admission: Admission): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  const name = bareHost(new URL(`http://${host}`).hostname)
  if (isLoopback(name)) return true
  const named = [...admission.hosts, ...admission.origins.map(hostOf), plainAddress(localAddress)]
  return named.some((own) => own !== undefined && bareHost(own) === name)
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname : undefined
}

/** IPv4 in IPv6's clothes (RFC 4291 §2.5.5.2) → IPv4. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:/, '')
}
