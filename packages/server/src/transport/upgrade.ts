/** The door for WebSockets: who may come in, and as what. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CHAT_PATH, CloseCode, MAX_FRAME_BYTES, SUBPROTOCOL } from '@speak-code/protocol'
import { WebSocketServer } from 'ws'
import type { Admission } from './admission.ts'
import { admit } from './http.ts'
import { Session, type SessionHost } from './session.ts'
import { WsSocket } from './ws.ts'

export interface UpgradeOptions {
  readonly host: SessionHost
  readonly heartbeatMs: number
  readonly admission: () => Admission
  /** Whether new connections are turned away (503). */
  readonly draining: () => boolean
  readonly sessions: Set<Session>
}

/** How long a client that was turned away may take to hang up. */
const REFUSAL_GRACE_MS = 2000

/** Takes WebSockets in on `/ws/chat` of this server. */
export function acceptUpgrades(server: Server, options: UpgradeOptions): void {
  const wss = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    // Nothing in common: 101 without a subprotocol, then 4406.
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
  server.on('upgrade', (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => {
      // The connection is gone; its close is all that matters.
    })
    const refusal = admit(request, options.admission())
    if (refusal !== undefined) {
      refuse(raw, '403 Forbidden', refusal)
      return
    }
    if (pathOf(request) !== CHAT_PATH) {
      refuse(raw, '404 Not Found', 'there is no such route')
      return
    }
    if (options.draining()) {
      refuse(raw, '503 Service Unavailable', 'the relay is shutting down', ['Retry-After: 1'])
      return
    }
    wss.handleUpgrade(request, raw, head, (ws) => {
      let session: Session | undefined
      const socket = new WsSocket(ws, raw, {
        heartbeatMs: options.heartbeatMs,
        greeted: () => session?.greeted ?? false,
      })
      if (ws.protocol !== SUBPROTOCOL) {
        socket.close(CloseCode.noSubprotocol, `the subprotocol is ${SUBPROTOCOL}`)
        return
      }
      const opened = new Session(socket, options.host, () => {
        options.sessions.delete(opened)
      })
      session = opened
      options.sessions.add(opened)
    })
  })
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?')[0] ?? ''
}

function refuse(
  raw: Duplex,
  status: string,
  reason: string,
  headers: readonly string[] = [],
): void {
  const lines = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(reason)}`,
    ...headers,
  ]
  // Nobody else closes it: a server does not count upgraded connections as its own, but waits for them when it closes.
  const timer = setTimeout(() => raw.destroy(), REFUSAL_GRACE_MS)
  raw.once('close', () => {
    clearTimeout(timer)
  })
  raw.resume()
  raw.end(`${lines.join('\r\n')}\r\n\r\n${reason}`)
}
