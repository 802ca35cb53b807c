/** Binds servers to ports and Unix sockets. */
import { chmodSync } from 'node:fs'
import type { Server } from 'node:http'
import { CHAT_PATH } from '@speak-code/protocol'

export interface ListenOptions {
  readonly host?: string
  /** 0 picks one. */
  readonly port?: number
  /** Path of a Unix socket, which only its owner may use. */
  readonly socket?: string
}

/** The relay can not start. The message is a sentence for people. */
export class RelayStartError extends Error {
  override readonly name = 'RelayStartError'
  readonly reason:
    | 'port_in_use'
    | 'listen_failed'
    | 'data_in_use'
    | 'store_newer'
    | 'store_unusable'

  constructor(reason: RelayStartError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Resolves with the address as people write it: `ws://HOST:PORT/ws/chat`. Throws {@link RelayStartError}. */
export async function listenOnPort(server: Server, host: string, port: number): Promise<string> {
  await listen(server, `${urlHost(host)}:${port}`, { host, port })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return `ws://${urlHost(host)}:${bound}${CHAT_PATH}`
}

/** Resolves with `unix:PATH`. The socket is 0600 from its first moment. Throws {@link RelayStartError}. */
export async function listenOnSocket(server: Server, path: string): Promise<string> {
  const umask = process.umask(0o177)
  try {
    await listen(server, path, { path })
  } finally {
    process.umask(umask)
  }
  chmodSync(path, 0o600)
  return `unix:${path}`
}

async function listen(
  server: Server,
  name: string,
  where: { host: string; port: number } | { path: string },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new RelayStartError(
              'port_in_use',
              `${name} is in use by another program; choose another with --port or --socket.`,
              { cause: error },
            )
          : new RelayStartError(
              'listen_failed',
              `The relay can not listen on ${name} (${error.code ?? error.message}).`,
              { cause: error },
            ),
      )
    })
    server.listen(where, resolve)
  })
  server.removeAllListeners('error')
  server.on('error', () => {
    // A connection that could not be accepted (no file descriptors left): those that are open go on.
  })
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
