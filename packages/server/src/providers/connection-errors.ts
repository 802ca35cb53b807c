/** Why there was no answer at all: what Node, undici and the SDK threw → an error of ours. Pure. */
import { errorInfo, type ErrorInfo } from '@speak-code/protocol'
import { isObject, text } from './json.ts'
import type { FailedEnd } from './provider.ts'
import { explainTimeOut } from './time-outs.ts'
import { RedirectError } from './upstream.ts'

/** Causes nested deeper than this are not looked at. */
const DEPTH = 5

function causes(error: unknown): unknown[] {
  const found: unknown[] = []
  for (let cause = error; cause !== undefined && found.length < DEPTH;) {
    found.push(cause)
    cause = isObject(cause) ? cause['cause'] : undefined
  }
  return found
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['ENETUNREACH', 'there is no way to its network'],
  ['EHOSTUNREACH', 'there is no way to its host'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['ECONNRESET', 'it closed the connection before it answered'],
  ['EPIPE', 'it closed the connection before it answered'],
  ['UND_ERR_SOCKET', 'it closed the connection before it answered'],
])

const isTls = (code: string): boolean => /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)

/** `host` is named in the sentence; `connectMs` is the limit that a connect time-out broke. */
export function connectionError(
  error: unknown,
  provider: string,
  host: string,
  connectMs: number,
): ErrorInfo {
  const chain = causes(error)
  const redirect = chain.find((cause) => cause instanceof RedirectError)
  if (redirect !== undefined)
    return errorInfo(
      'upstream_bad_response',
      `${provider} answered with a redirect (HTTP ${redirect.status}), which is not followed; check its base_url`,
    )
  const codes = chain.flatMap((cause) => (isObject(cause) ? (text(cause['code']) ?? []) : []))
  if (codes.includes('UND_ERR_CONNECT_TIMEOUT'))
    return errorInfo('upstream_timeout', `${provider}: ${explainTimeOut('connect', connectMs)}`)
  const noHttp = chain.some((cause) => cause instanceof Error && cause.name === 'HTTPParserError')
  if (noHttp || codes.includes('UND_ERR_HEADERS_OVERFLOW'))
    return errorInfo('upstream_bad_response', `${provider} at ${host} did not answer in HTTP`)
  const code = codes.find((name) => REASONS.has(name) || isTls(name)) ?? codes[0]
  if (code === undefined)
    return errorInfo('internal', `the request to ${provider} could not be made`)
  if (code === 'UND_ERR_INVALID_ARG')
    return errorInfo(
      'bad_request',
      `the request to ${provider} is not possible; check its base_url and headers`,
    )
  const reason =
    REASONS.get(code) ?? (isTls(code) ? 'its certificate is not accepted' : 'no connection')
  return errorInfo(
    'upstream_unreachable',
    `${provider} cannot be reached at ${host}: ${reason} (${code})`,
  )
}

/** The end of a call that got no answer, for what {@link connectionError} tells of it. */
export function connectionFailure(...cause: Parameters<typeof connectionError>): FailedEnd {
  const error = connectionError(...cause)
  const timedOut = error.code === 'upstream_timeout'
  return { outcome: 'failed', error, ...(timedOut ? { timedOut } : {}) }
}
