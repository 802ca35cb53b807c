/** Links over real WebSockets. */
import { connect, type NetConnectOpts } from 'node:net'
import { CHAT_PATH, MAX_FRAME_BYTES, SUBPROTOCOL } from '@speak-code/protocol'
import { WebSocket, type ClientOptions } from 'ws'
import { failureOfError, failureOfStatus, final } from './failure.ts'
import { gulpingConnection, readInGulps, type ReadingPace } from './paced-reading.ts'
import type { Link, LinkEvents, OpenLink } from './relay-link.ts'
import type { RelayAddress } from './relay-target.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * Opens links with `ws`. For `wss` HTTPS_PROXY and NO_PROXY of `env` count (on a Node that knows `proxyEnv`), and
 * NODE_EXTRA_CA_CERTS counts by itself. `pace`: how often a stream of frames is received.
 */
export function webSocketLinks(env: NodeJS.ProcessEnv, pace?: ReadingPace): OpenLink {
  const gulping = pace !== undefined
  return (address, events) => {
    let socket: WebSocket
    try {
      socket = new WebSocket(urlOf(address), SUBPROTOCOL, {
        perMessageDeflate: false,
        maxPayload: MAX_FRAME_BYTES,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        ...transportOf(address, env, gulping),
      })
    } catch (error) {
      queueMicrotask(() => {
        events.failed(final(`the relay’s address cannot be used: ${messageOf(error)}`))
      })
      return DEAD
    }
    listen(socket, events)
    if (gulping) readInGulps(socket, pace)
    return linkOf(socket)
  }
}

const DEAD: Link = {
  send: () => undefined,
  ping: () => undefined,
  close: () => undefined,
  terminate: () => undefined,
}

function urlOf(address: RelayAddress): string {
  return 'url' in address ? address.url : `ws://localhost${CHAT_PATH}`
}

function transportOf(
  address: RelayAddress,
  env: NodeJS.ProcessEnv,
  gulping: boolean,
): ClientOptions {
  if ('socketPath' in address) {
    const { socketPath } = address
    return connectedBy({ path: socketPath }, gulping)
  }
  const { protocol, hostname, port } = new URL(address.url)
  if (protocol === 'ws:') {
    const host = hostname.replaceAll(/[[\]]/g, '')
    return connectedBy({ host, port: port === '' ? 80 : Number(port) }, gulping)
  }
  // Loaded here: most relays are on this machine.
  const { Agent } = process.getBuiltinModule('node:https')
  return { agent: new Agent({ proxyEnv: env }), ...(gulping ? { readableHighWaterMark: 1 } : {}) }
}

function connectedBy(options: NetConnectOpts, gulping: boolean): ClientOptions {
  return { createConnection: () => (gulping ? gulpingConnection(options) : connect(options)) }
}

function listen(socket: WebSocket, events: LinkEvents): void {
  let opened = false
  let failed = false
  socket.on('open', () => {
    opened = true
    events.opened()
  })
  socket.on('message', (data: Buffer, isBinary) => {
    events.alive()
    if (isBinary) events.garbled('a binary frame')
    else events.message(data.toString())
  })
  socket.on('ping', () => {
    events.alive()
  })
  socket.on('pong', () => {
    events.alive()
  })
  socket.on('unexpected-response', (request, response) => {
    failed = true
    const { statusCode = 0, headers } = response
    request.destroy()
    events.failed(failureOfStatus(statusCode, headers['retry-after'], Date.now()))
  })
  socket.on('error', (error: Error & { readonly code?: string }) => {
    if (opened) {
      // `ws` says so of frames that break the WebSocket protocol; a lost connection is only a close.
      if (error.code?.startsWith('WS_ERR_') === true) events.garbled(error.message)
    } else if (!failed) {
      failed = true
      events.failed(failureOfError(firstOf(error)))
    }
  })
  socket.on('close', (code, reason) => {
    if (opened) events.closed(code, reason.toString())
  })
}

/** A name with several addresses fails with all their errors; the first says enough. */
function firstOf(error: Error & { readonly code?: string }): Error & { readonly code?: string } {
  if (!(error instanceof AggregateError)) return error
  const first: unknown = error.errors[0]
  return first instanceof Error ? first : error
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function linkOf(socket: WebSocket): Link {
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    ping: () => {
      if (socket.readyState === WebSocket.OPEN) socket.ping()
    },
    close: (code) => {
      socket.close(code)
    },
    terminate: () => {
      socket.terminate()
    },
  }
}
