/** Who is let in, and on what terms: the relay's door over real sockets. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect as tcpConnect } from 'node:net'
import { join } from 'node:path'
import { ENVIRONMENT_HEADER, MAX_FRAME_BYTES } from '@speak-code/protocol'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { loadConfig } from './config/index.ts'
import { startRelay } from './server.ts'
import { RelayClient } from './testing/relay-client.ts'
import { httpOf, RelayGround } from './testing/relay-ground.ts'
import { chatRequest } from './testing/session-client.ts'

const ground = new RelayGround()

/** GET /api/models with this environment header. */
const askModels = (
  options: { socketPath?: string; port?: string },
  header: string,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { host: 'localhost', [ENVIRONMENT_HEADER]: header }
    httpRequest({ path: '/api/models', headers, ...options }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
      .on('error', reject)
      .end()
  })
const environment = Buffer.from('{"OPENAI_API_KEY":"sk-mine"}').toString('base64url')

describe('the door', () => {
  it('GET /health and /ready need no token; an unknown route is not_found', async () => {
    const base = httpOf(await ground.start())
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
    const base = httpOf(await ground.start())
    const models: unknown = await (await fetch(`${base}/api/models`)).json()
    expect(models).toMatchObject({ items: [{ id: 'openai/gpt-5-mini', provider: 'openai' }, {}] })
  })

  it('DELETE /api/conversations/:id takes it away', async () => {
    const url = await ground.start()
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
    const url = await ground.start()
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
    const client = new RelayClient(await ground.start(), { subprotocols: [] })
    expect(await client.waitClosed()).toMatchObject({ code: 4406 })
  })

  it('T111: a frame over maxFrameBytes is 1009, a frame of just that size is taken', async () => {
    const url = await ground.start()
    const client = await RelayClient.open(url)
    const frame = JSON.stringify({ type: 'ping', n: 1, pad: '' })
    client.ws.send(frame.replace('""', `"${'x'.repeat(MAX_FRAME_BYTES - frame.length)}"`))
    await client.wait('pong')
    client.ws.send('x'.repeat(MAX_FRAME_BYTES + 1))
    expect(await client.waitClosed()).toMatchObject({ code: 1009 })
  })

  it('frames that follow those that break the protocol do not hold up the close', async () => {
    const client = await RelayClient.open(await ground.start())
    const begun = performance.now()
    for (let index = 0; index < 20; index += 1) client.ws.send('not json')
    expect(await client.waitClosed()).toMatchObject({ code: 4400 })
    // The grace for a client that does not answer the close is two seconds.
    expect(performance.now() - begun).toBeLessThan(1900)
  })

  it('more than 64 KiB before hello is 1009, whole or in drops', async () => {
    const url = await ground.start()
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
    const client = new RelayClient(await ground.start())
    await once(client.ws, 'open')
    client.send({ type: 'hello', client: { name: 'test', version: '0' } })
    const messages = [{ id: randomUUID(), role: 'user' as const, content: 'x'.repeat(500_000) }]
    client.send(chatRequest({ messages }))
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({ status: 'completed' })
  })

  it('a binary frame is a bad frame', async () => {
    const client = await RelayClient.open(await ground.start())
    client.ws.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await client.wait('error')).toMatchObject({ for: 'frame', code: 'bad_request' })
  })

  it('an upgrade elsewhere is 404', async () => {
    const url = await ground.start()
    const ws = new WebSocket(url.replace('/ws/chat', '/elsewhere'))
    const [, response]: { statusCode?: number }[] = await once(ws, 'unexpected-response')
    expect(response?.statusCode).toBe(404)
    ws.on('error', () => {})
    ws.terminate()
  })

  it('serves on a Unix socket that only its owner may use', async () => {
    const socket = join(ground.folder, 'relay.sock')
    await ground.start({ listen: { socket }, private: true })
    expect(ground.relay?.addresses).toEqual([`unix:${socket}`])
    const client = await RelayClient.open(`ws+unix:${socket}:/ws/chat`)
    expect(client.of('welcome')[0]?.defaultModel).toBe('openai/gpt-5-mini')
  })

  it('a port in use, and a data folder in use, are said in a sentence', async () => {
    const url = await ground.start()
    const port = Number(new URL(url).port)
    await expect(
      startRelay({
        config: () => loadConfig('/nonexistent'),
        env: {},
        dataDir: join(ground.folder, 'other'),
        listen: { host: '127.0.0.1', port },
        private: false,
        version: '0',
      }),
    ).rejects.toMatchObject({ reason: 'port_in_use' })
    await expect(
      startRelay({
        config: () => loadConfig('/nonexistent'),
        env: {},
        dataDir: ground.folder,
        listen: { host: '127.0.0.1', port: 0 },
        private: false,
        version: '0',
      }),
    ).rejects.toMatchObject({ reason: 'data_in_use' })
  })
})

describe('the private socket', () => {
  it('each call’s own environment counts: key and base URL come with the hello', async () => {
    const socket = join(ground.folder, 'relay.sock')
    await ground.start({ listen: { socket }, private: true, env: {} })
    const url = `ws+unix:${socket}:/ws/chat`
    const client = new RelayClient(url)
    await once(client.ws, 'open')
    client.send({
      type: 'hello',
      client: { name: 'test', version: '0' },
      environment: { OPENAI_API_KEY: 'sk-mine', OPENAI_BASE_URL: ground.upstream.url },
    })
    client.send(chatRequest())
    await client.wait('chunk', (chunk) => chunk.done)
    const { calls } = await ground.upstream.record()
    expect(calls[0]?.headers['authorization']).toBe('Bearer sk-mine')
    const other = new RelayClient(url)
    await once(other.ws, 'open')
    other.send({ type: 'hello', client: { name: 'test', version: '0' }, environment: {} })
    expect((await other.wait('welcome')).defaultModel).toBe('demo/demo')
  })
})

describe('GET /api/models', () => {
  it('on the private socket the caller’s environment counts, and only there', async () => {
    const socket = join(ground.folder, 'relay.sock')
    await ground.start({ listen: { socket }, private: true, env: {} })
    expect(await askModels({ socketPath: socket }, environment)).toContain('"openai/gpt-5-mini"')
    expect(await askModels({ socketPath: socket }, 'nonsense')).toContain('"bad_request"')
    await ground.relay?.stop()
    const { port } = new URL(await ground.start({ env: {} }))
    expect(await askModels({ port }, environment)).not.toContain('openai/')
  })
})

describe('T109, T110: connections that mean no good', () => {
  it('an upgrade that is cut off leaves the relay standing', async () => {
    const url = await ground.start()
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
