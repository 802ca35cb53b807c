/** WebSocket close codes of the protocol (RFC 6455 §7.4; 4000–4999 are ours) and what a client does about each. */

export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  abnormal: 1006,
  tooLarge: 1009,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  protocolError: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  noSubprotocol: 4406,
  helloTimeout: 4408,
  tooManyConnections: 4429,
} as const

/**
 * What a client does after a close.
 * `reconnect`: with backoff, using up an attempt. `wait`: as told by the relay, using up none.
 * `stop`: trying again would end the same way; a person has to change something.
 */
type AfterClose = 'reconnect' | 'wait' | 'stop'

interface CloseCodeRow {
  readonly code: number
  readonly after: AfterClose
  /** A sentence for people. */
  readonly meaning: string
}

export const CLOSE_CODES: readonly CloseCodeRow[] = [
  { code: CloseCode.normal, after: 'reconnect', meaning: 'the relay closed the connection' },
  { code: CloseCode.goingAway, after: 'reconnect', meaning: 'the relay went away' },
  { code: CloseCode.abnormal, after: 'reconnect', meaning: 'the connection was lost' },
  { code: CloseCode.tooLarge, after: 'stop', meaning: 'a message was larger than the relay takes' },
  { code: CloseCode.serviceRestart, after: 'wait', meaning: 'the relay is restarting' },
  {
    code: CloseCode.tryAgainLater,
    after: 'reconnect',
    meaning: 'this client read too slowly for the relay',
  },
  {
    code: CloseCode.protocolError,
    after: 'stop',
    meaning: 'the relay did not understand this client',
  },
  {
    code: CloseCode.unauthenticated,
    after: 'stop',
    meaning: 'the relay wants a token: it is missing, wrong or expired',
  },
  { code: CloseCode.forbidden, after: 'stop', meaning: 'this token may not use the relay' },
  {
    code: CloseCode.noSubprotocol,
    after: 'stop',
    meaning: 'this is not a speak-code relay, or it speaks another version',
  },
  {
    code: CloseCode.helloTimeout,
    after: 'reconnect',
    meaning: 'the relay waited too long for a hello',
  },
  {
    code: CloseCode.tooManyConnections,
    after: 'reconnect',
    meaning: 'there are too many connections of this user',
  },
]

const BY_CODE = new Map(CLOSE_CODES.map((row) => [row.code, row]))

/** The row of a close code; an unknown code of ours (4000–4999) stops, any other reconnects. */
export function closeCodeRow(code: number): CloseCodeRow {
  const known = BY_CODE.get(code)
  if (known !== undefined) return known
  return code >= 4000 && code <= 4999
    ? { code, after: 'stop', meaning: `the relay closed the connection (${code})` }
    : { code, after: 'reconnect', meaning: `the connection was closed (${code})` }
}

/** Cuts a close reason to the 123 bytes that RFC 6455 §5.5 leaves for it, at a character's border. */
export function closeReason(reason: string): string {
  const encoder = new TextEncoder()
  if (encoder.encode(reason).length <= 123) return reason
  let cut = ''
  let bytes = 0
  for (const character of reason) {
    bytes += encoder.encode(character).length
    if (bytes > 120) break
    cut += character
  }
  return `${cut}…`
}
