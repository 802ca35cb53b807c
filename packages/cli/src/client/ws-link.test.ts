import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SUBPROTOCOL } from '@speak-code/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import type { Failure } from './failure.ts'
import type { Link, LinkEvents } from './relay-link.ts'
import type { RelayAddress } from './relay-target.ts'
import { webSocketLinks } from './ws-link.ts'

const cleanups: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

/** Everything that a link has told, and a way to wait for the next thing of a kind. */
class Told implements LinkEvents {
  readonly all: string[] = []
  failure: Failure | undefined
  readonly #waiting: { readonly kind: string; readonly resolve: (text: string) => void }[] = []

  opened(): void {
    this.#tell('opened')
  }
  failed(failure: Failure): void {
    this.failure = failure
    this.#tell(`failed ${failure.after} ${failure.code}: ${failure.message}`)
  }
  message(text: string): void {
    this.#tell(`message ${text}`)
  }
  alive(): void {
    this.#tell('alive')
  }
  garbled(reason: string): void {
    this.#tell(`garbled ${reason}`)
  }
  closed(code: number, reason: string): void {
    this.#tell(`closed ${code} ${reason}`)
  }

  next(kind: string): Promise<string> {
    const told = this.all.find((text) => text.startsWith(kind))
    if (told !== undefined) return Promise.resolve(told)
    return new Promise((resolve) => {
      this.#waiting.push({ kind, resolve })
    })
  }

  #tell(text: string): void {
    this.all.push(text)
    for (const waiting of this.#waiting) if (text.startsWith(waiting.kind)) waiting.resolve(text)
  }
}

async function listen(server: Server | TcpServer, where: number | string = 0): Promise<number> {
  if (typeof where === 'string') server.listen(where)
  else server.listen(where, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A WebSocket server on `server`, and the sockets that it accepts. */
function accept(server: Server, options: ServerOptions = {}): Promise<WebSocket> {
  const sockets = new WebSocketServer({ server, ...options })
  cleanups.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
  })
  return new Promise((resolve) => {
    sockets.on('connection', resolve)
  })
}

function open(address: RelayAddress, env: NodeJS.ProcessEnv = {}): { link: Link; told: Told } {
  const told = new Told()
  const link = webSocketLinks(env)(address, told)
  cleanups.push(() => {
    link.terminate()
  })
  return { link, told }
}

describe('a link over a real WebSocket', () => {
  it('offers speak-code.v1, carries text both ways and closes with code and reason', async () => {
    const server = createServer()
    const accepted = accept(server)
    const port = await listen(server)
    const { link, told } = open({ url: `ws://127.0.0.1:${port}/ws/chat` })
    await told.next('opened')
    const socket = await accepted
    expect(socket.protocol).toBe(SUBPROTOCOL)
    expect(socket.extensions, 'perMessageDeflate off').toBe('')
    link.send('héllo')
    const [data] = await once(socket, 'message')
    expect(String(data)).toBe('héllo')
    socket.send('back 😀')
    expect(await told.next('message')).toBe('message back 😀')
    socket.close(4401, 'no token')
    expect(await told.next('closed')).toBe('closed 4401 no token')
    link.send('too late')
  })

  it('pings, and any inbound frame is life', async () => {
    const server = createServer()
    const accepted = accept(server)
    const port = await listen(server)
    const { link, told } = open({ url: `ws://127.0.0.1:${port}` })
    await told.next('opened')
    expect(told.all).toEqual(['opened'])
    link.ping()
    await told.next('alive')
    told.all.length = 0
    const socket = await accepted
    socket.ping()
    await told.next('alive')
  })

  it('reaches a unix socket, whatever characters its path has', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ws link: ?#%20-'))
    cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true })
    })
    const socketPath = join(folder, 'relay.sock')
    const server = createServer()
    const accepted = accept(server, { path: '/ws/chat' })
    await listen(server, socketPath)
    const { told } = open({ socketPath })
    await told.next('opened')
    expect((await accepted).protocol).toBe(SUBPROTOCOL)
  })

  it('a binary frame is garbled, and so is a frame beyond 8 MiB', async () => {
    const server = createServer()
    const accepted = accept(server)
    const port = await listen(server)
    const { told } = open({ url: `ws://127.0.0.1:${port}` })
    const socket = await accepted
    socket.send(Buffer.from([1, 2, 3]))
    expect(await told.next('garbled')).toContain('binary')
    told.all.length = 0
    socket.on('error', () => undefined)
    socket.send('x'.repeat(8 * 1024 * 1024 + 1))
    expect(await told.next('garbled')).toContain('payload')
  })

  it('is told of a connection that breaks off', async () => {
    const server = createServer()
    const accepted = accept(server)
    const port = await listen(server)
    const { told } = open({ url: `ws://127.0.0.1:${port}` })
    const socket = await accepted
    socket.terminate()
    expect(await told.next('closed')).toBe('closed 1006 ')
  })

  it('can be given up while it opens', async () => {
    const server = createTcpServer()
    const port = await listen(server)
    const { link, told } = open({ url: `ws://127.0.0.1:${port}` })
    link.close(1000)
    expect(await told.next('failed')).toContain('reconnect')
    expect(told.all).toHaveLength(1)
  })
})

async function failing(address: RelayAddress, env: NodeJS.ProcessEnv = {}): Promise<Told> {
  const { told } = open(address, env)
  await told.next('failed')
  expect(told.all).toHaveLength(1)
  return told
}

/** A server that answers every connection with these bytes. */
async function raw(text: string): Promise<RelayAddress> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.end(text)
    })
  })
  return { url: `ws://127.0.0.1:${await listen(server)}/ws/chat` }
}

describe('handshakes that fail', () => {
  it('503 with Retry-After: wait as told', async () => {
    const told = await failing(
      await raw('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 4\r\nContent-Length: 0\r\n\r\n'),
    )
    expect(told.failure).toMatchObject({ after: 'wait', code: 'draining', retryAfterMs: 4000 })
  })

  it.each([
    ['401 Unauthorized', 'unauthenticated'],
    ['403 Forbidden', 'forbidden'],
    ['404 Not Found', 'relay_unreachable'],
    ['200 OK', 'relay_unreachable'],
  ])('%s: stop', async (line, code) => {
    const told = await failing(await raw(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`))
    expect(told.failure).toMatchObject({ after: 'stop', code })
  })

  it('bytes that are no HTTP: not a relay', async () => {
    const told = await failing(await raw('220 mail.example.org ESMTP\r\n'))
    expect(told.failure?.after).toBe('stop')
    expect(told.failure?.message).toContain('not a speak-code relay')
  })

  it('101 without our subprotocol: not a relay, or another version', async () => {
    const server = createServer()
    void accept(server, { handleProtocols: () => false })
    const told = await failing({ url: `ws://127.0.0.1:${await listen(server)}` })
    expect(told.failure?.after).toBe('stop')
    expect(told.failure?.message).toContain('another version')
  })

  it('a server that closes at once, and one that is not there: another attempt', async () => {
    const closing = createTcpServer((socket) => {
      socket.destroy()
    })
    const port = await listen(closing)
    expect((await failing({ url: `ws://127.0.0.1:${port}` })).failure?.after).toBe('reconnect')
    closing.close()
    await once(closing, 'close')
    const gone = await failing({ url: `ws://localhost:${port}` })
    expect(gone.failure?.after).toBe('reconnect')
    expect(gone.failure?.message).toContain('ECONNREFUSED')
    const noSocket = await failing({ socketPath: '/nowhere/relay.sock' })
    expect(noSocket.failure?.message).toContain('ENOENT')
  })

  it('an address that is none: stop', async () => {
    const told = await failing({ url: 'ws://relay#fragment' })
    expect(told.failure?.after).toBe('stop')
  })
})

/** A proxy that refuses every tunnel, and what it was asked for. */
async function proxy(): Promise<{ env: NodeJS.ProcessEnv; asked: string[] }> {
  const server = createServer()
  const asked: string[] = []
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  const port = await listen(server)
  return { env: { HTTPS_PROXY: `http://127.0.0.1:${port}` }, asked }
}

describe('HTTPS_PROXY', () => {
  it('wss goes through it', async () => {
    const { env, asked } = await proxy()
    const { told } = open({ url: 'wss://relay.invalid/ws/chat' }, env)
    expect(await told.next('failed')).toContain('reconnect')
    expect(asked).toEqual(['relay.invalid:443'])
  })

  it('NO_PROXY goes around it', async () => {
    const { env, asked } = await proxy()
    const { told } = open({ url: 'wss://relay.invalid/ws/chat' }, { ...env, NO_PROXY: '.invalid' })
    expect(await told.next('failed')).toContain('reconnect')
    expect(asked).toEqual([])
  })
})
