/** Names and addresses that stay on this machine. */
import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Whether this is a loopback address (IPv6 with brackets or without), or a name that is one and that no name server is
 * asked for (RFC 6761, 6.3).
 */
export function isLoopback(host: string): boolean {
  const name = bareHost(host)
  const family = isIP(name)
  if (family === 0) return name === 'localhost' || name.endsWith('.localhost')
  return LOOPBACK.check(name, family === 6 ? 'ipv6' : 'ipv4')
}

/** In lower case, and without the brackets that an IPv6 address has in a URL. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
}
