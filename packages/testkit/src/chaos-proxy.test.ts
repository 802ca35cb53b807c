import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startChaosProxy, type ChaosProxy, type ChaosProxyOptions } from './chaos-proxy.ts'
import { temporaryFolder } from './temp.ts'

/** Everything that came over a socket, as it came. */
class Log {
  readonly socket: Socket
  readonly pieces: Buffer[] = []
  end: 'open' | 'fin' | 'reset' = 'open'
  #changed: () => void = () => undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (bytes) => {
      this.pieces.push(Buffer.from(bytes))
      this.#changed()
    })
    socket.on('end', () => {
      if (this.end === 'open') this.end = 'fin'
      this.#changed()
    })
    socket.on('error', (error: Error & { readonly code?: string }) => {
      if (error.code === 'ECONNRESET') this.end = 'reset'
      this.#changed()
    })
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString('latin1')
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }
}

let server: Server
let proxy: ChaosProxy
let accepted: Log[] = []
const cleanups: (() => unknown)[] = []

async function listen(at: number | string): Promise<void> {
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new Log(socket)))
  server.listen(at)
  await once(server, 'listening')
}

async function start(options: ChaosProxyOptions = {}): Promise<void> {
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  proxy = await startChaosProxy({ target: { port }, ...options })
  cleanups.push(() => proxy.close())
}

async function open(): Promise<{ near: Log; far: Log }> {
  const near = new Log(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
  cleanups.push(() => near.socket.destroy())
  near.socket.write('hi')
  const count = accepted.length
  while (accepted.length === count) await once(server, 'connection')
  const far = accepted[count]
  if (far === undefined) throw new Error('no connection')
  await far.until(() => far.text === 'hi')
  return { near, far }
}

beforeEach(async () => {
  accepted = []
  await listen(0)
})
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
  for (const { socket } of accepted) socket.destroy()
  server.close()
})

describe('the chaos proxy', () => {
  test('passes bytes and ends both ways', async () => {
    await start()
    const { near, far } = await open()
    far.socket.end('there')
    await near.until(() => near.end === 'fin')
    expect(near.text).toBe('there')
    near.socket.end('bye')
    await far.until(() => far.end === 'fin')
    expect(far.text).toBe('hibye')
  })

  test.each([
    { fault: 'cut', end: 'fin' },
    { fault: 'reset', end: 'reset' },
  ] as const)('$fault: both sides get the $end', async ({ fault, end }) => {
    await start()
    const { near, far } = await open()
    expect(proxy.strike(fault)).toBe(1)
    await near.until(() => near.end !== 'open')
    await far.until(() => far.end !== 'open')
    expect([near.end, far.end]).toEqual([end, end])
    expect(proxy.alive).toBe(0)
    expect(proxy.strike(fault)).toBe(0)
  })

  test('a black hole swallows all, tells nobody, and takes new connections as before', async () => {
    await start()
    const { near, far } = await open()
    expect(proxy.strike('blackHole')).toBe(1)
    near.socket.write('lost')
    far.socket.write('lost')
    far.socket.end()
    const other = await open()
    other.far.socket.write('fresh')
    await other.near.until(() => other.near.text === 'fresh')
    expect([near.text, near.end, far.text, far.end]).toEqual(['', 'open', 'hi', 'open'])
    expect(proxy.struck).toEqual({ cut: 0, reset: 0, blackHole: 1 })
  })

  test('strikes after so many bytes, to the byte', async () => {
    await start({ weather: { longestPiece: 3 } })
    const { near, far } = await open()
    proxy.strikeAfter('cut', 5)
    far.socket.write('0123456789')
    await near.until(() => near.end === 'fin')
    expect(near.text).toBe('01234')
    expect(proxy.struck.cut).toBe(1)
  })

  test('splits, delays and throttles without losing or turning a byte', async () => {
    const bytes = Array.from({ length: 200 }, (_, index) => String(index)).join(',')
    const pieces = async (seed: number): Promise<number> => {
      await start({ seed, weather: { longestPiece: 8, delayMs: 3, bytesPerSecond: 50_000 } })
      const { near, far } = await open()
      const began = performance.now()
      far.socket.end(bytes)
      await near.until(() => near.end === 'fin')
      expect(near.text).toBe(bytes)
      expect(performance.now() - began).toBeGreaterThan((bytes.length / 50_000) * 1000 - 5)
      return near.pieces.length
    }
    expect(await pieces(7)).toBeGreaterThan(3)
    expect(await pieces(8)).toBeGreaterThan(3)
  })

  test('without a target a connection is reset; with the next one it passes again', async () => {
    await start()
    const address = server.address()
    proxy.aim()
    const refused = new Log(connect({ port: proxy.port, host: '127.0.0.1' }))
    await refused.until(() => refused.end !== 'open')
    expect(refused.end).toBe('reset')
    proxy.aim({ port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
    const { far } = await open()
    expect(far.text).toBe('hi')
  })

  test('leads to a Unix socket as well', async () => {
    const folder = temporaryFolder()
    cleanups.push(() => {
      folder.remove()
    })
    server.close()
    const socketPath = path.join(folder.path, 's')
    await listen(socketPath)
    await start({ target: { path: socketPath } })
    const { near, far } = await open()
    far.socket.write('hello')
    await near.until(() => near.text === 'hello')
    proxy.strike('reset')
    await near.until(() => near.end !== 'open')
    await far.until(() => far.end !== 'open')
    expect([near.end, far.end]).toEqual(['reset', 'fin'])
  })
})
