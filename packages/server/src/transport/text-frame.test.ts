import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './text-frame.ts'

let server: WebSocketServer

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
})

afterAll(() => {
  server.close()
})

it.each([0, 1, 125, 126, 65_535, 65_536, 300_000])(
  'a client reads a text of %i bytes back as it was',
  async (length) => {
    const text = 'é'.repeat(Math.floor(length / 2)) + (length % 2 === 1 ? 'x' : '')
    server.once('connection', (_, request) => {
      request.socket.write(textFrame(text))
    })
    const address = server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
    const [data, isBinary]: unknown[] = await once(client, 'message')
    client.terminate()
    expect(isBinary).toBe(false)
    expect(String(data)).toBe(text)
  },
)
