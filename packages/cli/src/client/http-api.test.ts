import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorInfo, type ConversationWithMessages, type ErrorCode } from '@speak-code/protocol'
import { v7 as uuid } from 'uuid'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpApi, type HttpApi } from './http-api.ts'
import type { RelayAddress } from './relay-target.ts'

const cleanups: (() => void)[] = []

afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

interface Reply {
  readonly status: number
  readonly body?: unknown
}

/** A relay that gives these replies one after the other, the last one for ever; and what it was asked. */
async function relayOf(
  replies: readonly Reply[],
  socketPath?: string,
): Promise<{ address: RelayAddress; asked: IncomingMessage[]; server: Server }> {
  const asked: IncomingMessage[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const reply = replies[Math.min(asked.length, replies.length - 1)]
    asked.push(request)
    response.writeHead(reply?.status ?? 500, { 'content-type': 'application/json' })
    response.end(typeof reply?.body === 'string' ? reply.body : JSON.stringify(reply?.body))
  })
  if (socketPath === undefined) server.listen(0, '127.0.0.1')
  else server.listen(socketPath)
  await once(server, 'listening')
  cleanups.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound: AddressInfo | string | null = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const address =
    socketPath === undefined ? { url: `ws://127.0.0.1:${port}/ws/chat` } : { socketPath }
  return { address, asked, server }
}

function apiOf(address: RelayAddress, token?: string): HttpApi {
  return createHttpApi({
    relay: { target: () => Promise.resolve(address), token },
    retryIntervalMs: 1,
  })
}

const refusal = (code: ErrorCode): unknown => ({ error: errorInfo(code, `refused: ${code}`) })

const TIME = '2026-01-01T00:00:00.000Z'
const CONVERSATION: ConversationWithMessages = {
  id: uuid(),
  title: 'why?',
  model: 'demo',
  messageCount: 1,
  totalTokens: 3,
  createdAt: TIME,
  updatedAt: TIME,
  lastMessageAt: TIME,
  messages: [
    {
      id: uuid(),
      parentId: null,
      role: 'user',
      content: 'why?',
      status: 'completed',
      finishReason: null,
      usage: null,
      model: null,
      createdAt: TIME,
    },
  ],
}

describe('conversations', () => {
  it('reads one, with its messages and the token', async () => {
    const { address, asked } = await relayOf([{ status: 200, body: CONVERSATION }])
    expect(await apiOf(address, 'secret').getConversation(CONVERSATION.id)).toEqual(CONVERSATION)
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: `/api/conversations/${CONVERSATION.id}`,
      headers: { authorization: 'Bearer secret' },
    })
  })

  it('is undefined where the relay has none', async () => {
    const { address, asked } = await relayOf([{ status: 404, body: refusal('not_found') }])
    expect(await apiOf(address).getConversation(uuid())).toBeUndefined()
    expect(asked).toHaveLength(1)
  })

  it('deletes, and says whether there was one', async () => {
    const { address, asked } = await relayOf([
      { status: 204 },
      { status: 404, body: refusal('not_found') },
    ])
    const api = apiOf(address)
    expect(await api.deleteConversation(CONVERSATION.id)).toBe(true)
    expect(await api.deleteConversation(CONVERSATION.id)).toBe(false)
    expect(asked.map((request) => request.method)).toEqual(['DELETE', 'DELETE'])
  })

  it('over a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-api-'))
    cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true })
    })
    const reply = { status: 200, body: CONVERSATION }
    const { address } = await relayOf([reply], join(folder, 'relay.sock'))
    expect(await apiOf(address).getConversation(CONVERSATION.id)).toEqual(CONVERSATION)
  })

  it('under a path of a gateway', async () => {
    const { address, asked } = await relayOf([{ status: 204 }])
    const url = 'url' in address ? address.url.replace('/ws/chat', '/team/relay/ws/chat') : ''
    await apiOf({ url }).deleteConversation('x/y')
    expect(asked[0]?.url).toBe('/team/relay/api/conversations/x%2Fy')
  })
})

it('lists models', async () => {
  const model = {
    id: 'demo/demo',
    provider: 'demo',
    contextWindow: null,
    price: null,
    capabilities: [],
  }
  const { address } = await relayOf([{ status: 200, body: { items: [model] } }])
  expect(await apiOf(address).listModels()).toEqual([model])
})

describe('failures', () => {
  it('a 503 is tried again', async () => {
    const { address, asked } = await relayOf([
      { status: 503, body: refusal('draining') },
      { status: 503, body: 'starting' },
      { status: 200, body: { items: [] } },
    ])
    expect(await apiOf(address).listModels()).toEqual([])
    expect(asked).toHaveLength(3)
  })

  it('a few times only', async () => {
    const { address, asked } = await relayOf([{ status: 503, body: refusal('draining') }])
    await expect(apiOf(address).listModels()).rejects.toMatchObject({ code: 'draining' })
    expect(asked).toHaveLength(4)
  })

  it.each([
    [401, 'unauthenticated'],
    [429, 'rate_limited'],
    [500, 'internal'],
  ] as const)('%i is said as the relay says it, at once', async (status, code) => {
    const { address, asked } = await relayOf([{ status, body: refusal(code) }])
    await expect(apiOf(address).listModels()).rejects.toMatchObject({
      code,
      message: `refused: ${code}`,
    })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['HTML', { status: 200, body: '<html>' }],
    ['JSON of another kind', { status: 200, body: { data: [] } }],
    ['a 404 of another kind', { status: 404, body: 'nothing here' }],
  ])('%s: not a relay, at once', async (_, reply) => {
    const { address, asked } = await relayOf([reply])
    await expect(apiOf(address).getConversation(uuid())).rejects.toMatchObject({
      code: 'relay_unreachable',
      message: expect.stringContaining('no speak-code relay'),
    })
    expect(asked).toHaveLength(1)
  })

  it('nobody there: said after a few tries', async () => {
    const { address, server } = await relayOf([])
    server.close()
    await once(server, 'close')
    await expect(apiOf(address).listModels()).rejects.toMatchObject({
      code: 'relay_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('a relay that cannot be found is said in its own words', async () => {
    const api = createHttpApi({
      relay: { target: () => Promise.reject(new Error('no relay here')), token: undefined },
    })
    await expect(api.listModels()).rejects.toThrow('no relay here')
  })
})
