import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { writeTextFrame } from './text-frame.ts'

let server: WebSocketServer

beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
})

afterAll(() => {
  server.close()
})

const LENGTHS = [0, 1, 125, 126, 255, 256, 65_535, 65_536, 300_000]

it.each([
  ...LENGTHS.map((length) => ['ASCII', length, 'x'.repeat(length)] as const),
  ...LENGTHS.map((length) => {
    const text = 'é'.repeat(Math.floor(length / 2)) + (length % 2 === 1 ? 'x' : '')
    return ['UTF-8', length, text] as const
  }),
])('a client reads a text of %s of %i bytes back as it was', async (_kind, _length, text) => {
  server.once('connection', (_, request) => {
    writeTextFrame(request.socket, text)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`)
  const [data, isBinary]: unknown[] = await once(client, 'message')
  client.terminate()
  expect(isBinary).toBe(false)
  expect(String(data)).toBe(text)
})
