/** The client with a real relay, a real history and real sockets, through a line that breaks all the time. */
import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { loadConfig } from '@speak-code/server/config'
import { startRelay, type Relay } from '@speak-code/server'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLocalStore } from '../store/sqlite-store.ts'
import { createChatClient } from './chat-client.ts'
import type { ClientEvent } from './client.ts'
import { question } from './testing/harness.ts'

let folder: TemporaryFolder
let relay: Relay
const cleanups: (() => Promise<void> | void)[] = []

beforeEach(async () => {
  folder = temporaryFolder()
  relay = await startRelay({
    config: () => loadConfig('/nonexistent'),
    env: {},
    dataDir: join(folder.path, 'relay'),
    listen: { host: '127.0.0.1', port: 0 },
    private: false,
    version: '1.0.0',
    log: { file: join(folder.path, 'log') },
  })
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
  await relay.stop()
  folder.remove()
})

/** A TCP line to the relay that can be cut; `cut` resets every connection that it carries. */
async function lineTo(port: number): Promise<{ port: number; cut: () => number }> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): number => {
    const count = sockets.size
    for (const socket of sockets) socket.resetAndDestroy()
    return count
  }
  cleanups.push(() => {
    cut()
    server.close()
  })
  const address: AddressInfo | string | null = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, cut }
}

it('T79 T82 four answers over a line that is cut every few deltas: whole, verified, on disk', async () => {
  const { port } = new URL((relay.addresses[0] ?? '').replace('listening on ', ''))
  const line = await lineTo(Number(port))
  const store = openLocalStore(join(folder.path, 'history.db'))
  const client = createChatClient({
    relay: {
      label: 'line',
      token: undefined,
      target: () => Promise.resolve({ url: `ws://127.0.0.1:${line.port}/ws/chat` }),
    },
    client: { name: 'test', version: '1' },
    reconnectIntervalMs: 5,
    maxReconnectAttempts: 0,
    store,
  })
  cleanups.push(async () => {
    await client.close()
    store.close()
  })
  const chats = [1, 2, 3, 4].map(() => question())
  const texts = new Map<string, string>()
  const ends = new Map<string, Extract<ClientEvent, { type: 'end' }>[]>()
  let sinceCut = 0
  let cuts = 0
  const done = new Promise<void>((resolve) => {
    client.on((event) => {
      if (event.type === 'delta') {
        texts.set(event.runId, (texts.get(event.runId) ?? '') + event.delta)
        sinceCut += 1
        if (sinceCut < 20) return
        sinceCut = 0
        if (line.cut() > 0) cuts += 1
      } else if (event.type === 'end') {
        ends.set(event.runId, [...(ends.get(event.runId) ?? []), event])
        if (ends.size === chats.length) resolve()
      }
    })
  })
  for (const chat of chats) client.send(chat)
  client.connect()
  await done
  expect(cuts).toBeGreaterThan(4)
  for (const { id, conversationId } of chats) {
    expect(ends.get(id)).toMatchObject([{ verified: true, chunk: { status: 'completed' } }])
    const answer = store.messages(conversationId).find((message) => message.runId === id)
    expect(answer).toMatchObject({ content: texts.get(id), status: 'completed' })
  }
})
