/** The relay over real sockets, with the `openai` provider and a mock upstream in another process. */
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect as tcpConnect } from 'node:net'
import { join } from 'node:path'
import {
  startMockUpstream,
  temporaryFolder,
  type MockUpstream,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { ENVIRONMENT_HEADER, MAX_FRAME_BYTES } from '@speak-code/protocol'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { loadConfig } from './config/index.ts'
import { startRelay, type RelayOptions } from './server.ts'
import type { Relay } from './relay.ts'
import { RelayClient } from './testing/relay-client.ts'
import { startRelayProcess, type RelayProcess } from './testing/relay-process.ts'
import { chatRequest } from './testing/session-client.ts'

let upstream: MockUpstream
let folder: TemporaryFolder
let relay: Relay | undefined
const processes: RelayProcess[] = []

beforeAll(async () => {
  upstream = await startMockUpstream()
})
afterAll(() => upstream.stop())
beforeEach(async () => {
  folder = temporaryFolder()
  await upstream.reset()
})
afterEach(async () => {
  await relay?.stop()
  relay = undefined
  for (const one of processes.splice(0)) await one.kill()
  folder.remove()
})

async function start(options: Partial<RelayOptions> = {}): Promise<string> {
  relay = await startRelay({
    config: () => loadConfig('/nonexistent'),
    env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url },
    dataDir: folder.path,
    listen: { host: '127.0.0.1', port: 0 },
    private: false,
    version: '1.2.3',
    log: { file: join(folder.path, 'log') },
    ...options,
  })
  return relay.addresses[0] ?? ''
}

async function startProcess(): Promise<RelayProcess> {
  const one = await startRelayProcess(folder.path, upstream.url)
  processes.push(one)
  return one
}

const httpOf = (url: string): string => url.replace(/^ws/, 'http').replace('/ws/chat', '')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a run through the openai provider', () => {
  it('streams to the byte, calls upstream once, and is kept', async () => {
    await upstream.script({ deltas: { texts: ['Grüße ', '😀', ' and 漢字.'] } })
    const url = await start()
    const client = await RelayClient.open(url)
    const request = chatRequest()
    client.send(request)
    const end = await client.wait('chunk', (chunk) => chunk.done)
    expect(client.textOf(request.id)).toBe('Grüße 😀 and 漢字.')
    expect(end).toMatchObject({ status: 'completed', textSha256: sha256('Grüße 😀 and 漢字.') })
    const { calls } = await upstream.record()
    expect(calls).toHaveLength(1)
    expect(calls[0]?.body).toMatchObject({
      messages: [{ role: 'user', content: 'Why?' }],
      stream: true,
    })
    const answer = await fetch(`${httpOf(url)}/api/conversations/${request.conversationId}`)
    expect(await answer.json()).toMatchObject({
      id: request.conversationId,
      title: 'Why?',
      messageCount: 2,
      messages: [{ content: 'Why?' }, { content: 'Grüße 😀 and 漢字.', status: 'completed' }],
    })
  })

  it('L6, T97: a cancel closes the upstream connection within a second', async () => {
    await upstream.script({ deltas: { texts: ['x'], count: 100_000, perSecond: 100 } })
    const client = await RelayClient.open(await start())
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk')
    const asked = Date.now()
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      status: 'cancelled',
      endedBy: 'user',
    })
    const { calls } = await upstream.until((record) => record.open === 0)
    expect((calls[0]?.closedAt ?? Infinity) - asked).toBeLessThan(1000)
  })

  it('L4, T42: a body that just ends is upstream_eof, its partial kept, with no finish reason', async () => {
    await upstream.script({ deltas: { texts: ['half'], finishReason: null, done: false } })
    const client = await RelayClient.open(await start())
    const request = chatRequest()
    client.send(request)
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      status: 'failed',
      finishReason: null,
      endedBy: 'provider',
      error: { code: 'upstream_eof', retryable: true },
    })
    expect(client.textOf(request.id)).toBe('half')
  })
})

describe('the door', () => {
  it('GET /health and /ready need no token; an unknown route is not_found', async () => {
    const base = httpOf(await start())
    expect(await (await fetch(`${base}/health`)).json()).toEqual({
      status: 'ok',
      service: 'speak-code',
      version: '1.2.3',
    })
    expect((await fetch(`${base}/ready`)).status).toBe(200)
    const unknown = await fetch(`${base}/api/conversations/${randomUUID()}`)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ error: { code: 'not_found', retryable: false } })
    expect((await fetch(`${base}/nothing`)).status).toBe(404)
  })

  it('GET /api/models lists what can be asked for', async () => {
    const base = httpOf(await start())
    const models: unknown = await (await fetch(`${base}/api/models`)).json()
    expect(models).toMatchObject({ items: [{ id: 'openai/gpt-5-mini', provider: 'openai' }, {}] })
  })

  it('DELETE /api/conversations/:id takes it away', async () => {
    const url = await start()
    const client = await RelayClient.open(url)
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk', (chunk) => chunk.done)
    const address = `${httpOf(url)}/api/conversations/${request.conversationId}`
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(404)
    client.send({ type: 'resume', id: request.id, after: 0 })
    expect(await client.wait('resumed')).toMatchObject({ mode: 'lost' })
  })

  it('T114: a foreign Origin, a null one, cookies without one and a foreign Host are 403', async () => {
    const url = await start()
    const { port } = new URL(url)
    const status = async (headers: Record<string, string>): Promise<number | undefined> => {
      const asked = httpRequest({ host: '127.0.0.1', port, path: '/health', headers })
      asked.end()
      const [response]: { statusCode?: number; resume(): void }[] = await once(asked, 'response')
      response?.resume()
      return response?.statusCode
    }
    expect(await status({})).toBe(200)
    expect(await status({ origin: `http://127.0.0.1:${port}` })).toBe(200)
    expect(await status({ origin: 'https://evil.example' })).toBe(403)
    expect(await status({ origin: 'null' })).toBe(403)
    expect(await status({ cookie: 'a=b' })).toBe(403)
    expect(await status({ host: 'rebound.example' })).toBe(403)
    expect(await status({ host: `localhost:${port}` })).toBe(200)
    const client = new RelayClient(url, { origin: 'https://evil.example' })
    expect(await client.waitClosed()).toMatchObject({ code: 1006 })
  })

  it('4406: without a common subprotocol there is a 101, then the close', async () => {
    const client = new RelayClient(await start(), { subprotocols: [] })
    expect(await client.waitClosed()).toMatchObject({ code: 4406 })
  })

  it('T111: a frame over maxFrameBytes is 1009, a frame of just that size is taken', async () => {
    const url = await start()
    const client = await RelayClient.open(url)
    const frame = JSON.stringify({ type: 'ping', n: 1, pad: '' })
    client.ws.send(frame.replace('""', `"${'x'.repeat(MAX_FRAME_BYTES - frame.length)}"`))
    await client.wait('pong')
    client.ws.send('x'.repeat(MAX_FRAME_BYTES + 1))
    expect(await client.waitClosed()).toMatchObject({ code: 1009 })
  })

  it('frames that follow those that break the protocol do not hold up the close', async () => {
    const client = await RelayClient.open(await start())
    const begun = performance.now()
    for (let index = 0; index < 20; index += 1) client.ws.send('not json')
    expect(await client.waitClosed()).toMatchObject({ code: 4400 })
    // The grace for a client that does not answer the close is two seconds.
    expect(performance.now() - begun).toBeLessThan(1900)
  })

  it('more than 64 KiB before hello is 1009, whole or in drops', async () => {
    const url = await start()
    const client = new RelayClient(url)
    await once(client.ws, 'open')
    client.ws.send(
      JSON.stringify({
        type: 'hello',
        client: { name: 'x', version: '0' },
        token: 'x'.repeat(65_536),
      }),
    )
    expect(await client.waitClosed()).toMatchObject({ code: 1009 })
    const dripping = new RelayClient(url)
    await once(dripping.ws, 'open')
    for (let index = 0; index < 70; index += 1) dripping.ws.send('x'.repeat(1024), { fin: false })
    expect(await dripping.waitClosed()).toMatchObject({ code: 1009 })
  })

  it('frames may follow the hello at once, and are larger than a hello may be', async () => {
    const client = new RelayClient(await start())
    await once(client.ws, 'open')
    client.send({ type: 'hello', client: { name: 'test', version: '0' } })
    const messages = [{ id: randomUUID(), role: 'user' as const, content: 'x'.repeat(500_000) }]
    client.send(chatRequest({ messages }))
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({ status: 'completed' })
  })

  it('a binary frame is a bad frame', async () => {
    const client = await RelayClient.open(await start())
    client.ws.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await client.wait('error')).toMatchObject({ for: 'frame', code: 'bad_request' })
  })

  it('an upgrade elsewhere is 404', async () => {
    const url = await start()
    const ws = new WebSocket(url.replace('/ws/chat', '/elsewhere'))
    const [, response]: { statusCode?: number }[] = await once(ws, 'unexpected-response')
    expect(response?.statusCode).toBe(404)
    ws.on('error', () => {})
    ws.terminate()
  })

  it('serves on a Unix socket that only its owner may use', async () => {
    const socket = join(folder.path, 'relay.sock')
    await start({ listen: { socket }, private: true })
    expect(relay?.addresses).toEqual([`unix:${socket}`])
    const client = await RelayClient.open(`ws+unix:${socket}:/ws/chat`)
    expect(client.of('welcome')[0]?.defaultModel).toBe('openai/gpt-5-mini')
  })

  it('a port in use, and a data folder in use, are said in a sentence', async () => {
    const url = await start()
    const port = Number(new URL(url).port)
    await expect(
      startRelay({
        config: () => loadConfig('/nonexistent'),
        env: {},
        dataDir: join(folder.path, 'other'),
        listen: { host: '127.0.0.1', port },
        private: false,
        version: '0',
      }),
    ).rejects.toMatchObject({ reason: 'port_in_use' })
    await expect(
      startRelay({
        config: () => loadConfig('/nonexistent'),
        env: {},
        dataDir: folder.path,
        listen: { host: '127.0.0.1', port: 0 },
        private: false,
        version: '0',
      }),
    ).rejects.toMatchObject({ reason: 'data_in_use' })
  })
})

describe('the private socket', () => {
  it('each call’s own environment counts: key and base URL come with the hello', async () => {
    const socket = join(folder.path, 'relay.sock')
    await start({ listen: { socket }, private: true, env: {} })
    const url = `ws+unix:${socket}:/ws/chat`
    const client = new RelayClient(url)
    await once(client.ws, 'open')
    client.send({
      type: 'hello',
      client: { name: 'test', version: '0' },
      environment: { OPENAI_API_KEY: 'sk-mine', OPENAI_BASE_URL: upstream.url },
    })
    client.send(chatRequest())
    await client.wait('chunk', (chunk) => chunk.done)
    const { calls } = await upstream.record()
    expect(calls[0]?.headers['authorization']).toBe('Bearer sk-mine')
    const other = new RelayClient(url)
    await once(other.ws, 'open')
    other.send({ type: 'hello', client: { name: 'test', version: '0' }, environment: {} })
    expect((await other.wait('welcome')).defaultModel).toBe('demo/demo')
  })
})

describe('GET /api/models', () => {
  const ask = (options: { socketPath?: string; port?: string }, header: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { host: 'localhost', [ENVIRONMENT_HEADER]: header }
      httpRequest({ path: '/api/models', headers, ...options }, (response) => {
        response.setEncoding('utf8').on('data', resolve)
      })
        .on('error', reject)
        .end()
    })
  const environment = Buffer.from('{"OPENAI_API_KEY":"sk-mine"}').toString('base64url')

  it('on the private socket the caller’s environment counts, and only there', async () => {
    const socket = join(folder.path, 'relay.sock')
    await start({ listen: { socket }, private: true, env: {} })
    expect(await ask({ socketPath: socket }, environment)).toContain('"openai/gpt-5-mini"')
    expect(await ask({ socketPath: socket }, 'nonsense')).toContain('"bad_request"')
    await relay?.stop()
    const { port } = new URL(await start({ env: {} }))
    expect(await ask({ port }, environment)).not.toContain('openai/')
  })
})

describe('L8: slow readers', () => {
  it('T108: a paused reader costs its place in the journal; others go on; on waking it has all', async () => {
    await upstream.script({ deltas: { texts: ['0123456789'.repeat(100)], count: 4000 } })
    const url = await start()
    const [slow, quick] = [await RelayClient.open(url), await RelayClient.open(url)]
    const request = chatRequest()
    slow.ws.pause()
    slow.send(request)
    quick.send(request)
    await quick.wait('chunk', (chunk) => chunk.done)
    expect(quick.textOf(request.id)).toHaveLength(4_000_000)
    slow.ws.resume()
    await slow.wait('chunk', (chunk) => chunk.done)
    expect(slow.textOf(request.id)).toHaveLength(4_000_000)
  })
})

describe('a reader that takes nothing for 10 s', () => {
  it('T108: is closed with 1013, loses nothing but its place, and others do not notice', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      await upstream.script({ deltas: { texts: ['0123456789'.repeat(100)], count: 7000 } })
      const url = await start()
      const [slow, quick] = [await RelayClient.open(url), await RelayClient.open(url)]
      const request = chatRequest()
      slow.ws.pause()
      slow.send(request)
      quick.send(request)
      await quick.wait('chunk', (chunk) => chunk.done)
      vi.advanceTimersByTime(9000)
      expect(relay?.activity.clients).toBe(2)
      vi.advanceTimersByTime(3000)
      slow.ws.resume()
      expect(await slow.waitClosed()).toMatchObject({ code: 1013 })
      const seen = slow.of('chunk').at(-1)?.seq ?? 0
      expect(seen).toBeLessThan(7000)
      const again = await RelayClient.open(url)
      again.send({ type: 'resume', id: request.id, after: seen })
      await again.wait('chunk', (chunk) => chunk.done)
      expect(slow.textOf(request.id) + again.textOf(request.id, seen)).toHaveLength(7_000_000)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('keep-alive', () => {
  it('T95: ends a connection that is silent for 10 s after a ping; any inbound frame is life', async () => {
    vi.useFakeTimers({
      toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'],
    })
    try {
      const url = await start()
      const [silent, talking] = [
        await RelayClient.open(url, { autoPong: false }),
        await RelayClient.open(url, { autoPong: false }),
      ]
      const pinged = once(talking.ws, 'ping')
      vi.advanceTimersByTime(25_000)
      await pinged
      talking.send({ type: 'ping' })
      await talking.wait('pong')
      vi.advanceTimersByTime(10_000)
      expect(await silent.waitClosed()).toMatchObject({ code: 1006 })
      expect(relay?.activity.clients).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('drain', () => {
  it('T137: goingAway, 503 for the new, live runs end, then 1012', async () => {
    await upstream.script({ deltas: { texts: ['a', 'b', 'c'] }, before: [{ gate: 'later' }] })
    const url = await start()
    const client = await RelayClient.open(url)
    const request = chatRequest()
    client.send(request)
    await upstream.until((record) => record.calls.length === 1)
    const drained = relay?.drain()
    await client.wait('goingAway')
    client.send(chatRequest())
    expect(await client.wait('error')).toMatchObject({ code: 'draining', retryable: true })
    const refused = new WebSocket(url, 'speak-code.v1')
    const [, response]: { statusCode?: number }[] = await once(refused, 'unexpected-response')
    expect(response?.statusCode).toBe(503)
    refused.on('error', () => {})
    refused.terminate()
    await upstream.open('later')
    await drained
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
    expect(client.textOf(request.id)).toBe('abc')
    expect(client.of('chunk').at(-1)).toMatchObject({ done: true, status: 'completed' })
  })

  it('a client that was refused and does not hang up is hung up on: the drain ends', async () => {
    await upstream.script({ deltas: { texts: ['a'] }, before: [{ gate: 'later' }] })
    const url = await start()
    const client = await RelayClient.open(url)
    client.send(chatRequest())
    await upstream.until((record) => record.calls.length === 1)
    const drained = relay?.drain()
    await client.wait('goingAway')
    const socket = tcpConnect({
      port: Number(new URL(url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    })
    socket.on('error', () => {})
    socket.write(
      'GET /ws/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const [answer]: unknown[] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 /)
    await upstream.open('later')
    await drained
    socket.destroy()
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
  })

  it('a stop keeps the partial, marked as interrupted, and says so before the close', async () => {
    await upstream.script({
      deltas: { texts: ['part'], finishReason: null, done: false },
      end: 'never',
    })
    const client = await RelayClient.open(await start())
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk')
    await relay?.stop()
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
    expect(client.of('chunk').at(-1)).toMatchObject({
      done: true,
      status: 'failed',
      endedBy: 'relay',
      error: { code: 'interrupted', retryable: true },
    })
  })
})

describe('kill -9 of the relay', () => {
  it('T92: twenty times in one conversation: what was delivered is known, the run is interrupted, and is never asked again', async () => {
    await upstream.script({ deltas: { texts: ['tick '], count: 100_000, perSecond: 400 } })
    const conversationId = randomUUID()
    const integrity: unknown[] = []
    let current = await startProcess()
    for (let round = 0; round < 20; round += 1) {
      const client = await RelayClient.open(current.url)
      const request = chatRequest({ conversationId })
      client.send(request)
      await client.wait('chunk', (chunk) => chunk.seq >= 10 + (round % 5) * 7)
      await current.kill()
      await client.waitClosed()
      const seen = client.of('chunk').length
      current = await startProcess()
      const again = await RelayClient.open(current.url)
      again.send(request)
      const end = await again.wait('chunk', (chunk) => chunk.done)
      expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
      const text = again.textOf(request.id)
      expect(text.startsWith(client.textOf(request.id))).toBe(true)
      expect(again.of('chunk').length).toBeGreaterThan(seen)
      expect(end).toMatchObject({ textSha256: sha256(text) })
      const db = new SqliteDatabase(join(folder.path, 'relay.db'), { readonly: true })
      integrity.push(db.pragma('integrity_check', { simple: true }))
      integrity.push(db.prepare("SELECT 1 FROM runs WHERE status = 'started'").get())
      db.close()
    }
    expect(integrity).toEqual(Array.from({ length: 20 }, () => ['ok', undefined]).flat())
    expect((await upstream.record()).calls).toHaveLength(20)
    await current.drain()
    const log = new SqliteDatabase(join(folder.path, 'journal.db'))
    expect(log.pragma('integrity_check', { simple: true })).toBe('ok')
    log.close()
  }, 90_000)
})

describe('T109, T110: connections that mean no good', () => {
  it('an upgrade that is cut off leaves the relay standing', async () => {
    const url = await start()
    const { port } = new URL(url)
    for (let index = 0; index < 20; index += 1) {
      const socket = tcpConnect(Number(port), '127.0.0.1')
      await once(socket, 'connect')
      socket.write('GET /ws/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n')
      socket.resetAndDestroy()
    }
    const client = await RelayClient.open(url)
    client.send({ type: 'ping', n: 1 })
    expect(await client.wait('pong')).toMatchObject({ n: 1 })
  })
})
