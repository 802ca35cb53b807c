/** The relay over real sockets, with the `openai` provider and a mock upstream in another process. */
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { RelayClient } from './testing/relay-client.ts'
import { httpOf, RelayGround } from './testing/relay-ground.ts'
import { chatRequest } from './testing/session-client.ts'

const ground = new RelayGround()

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a run through the openai provider', () => {
  it('streams to the byte, calls upstream once, and is kept', async () => {
    await ground.upstream.script({ deltas: { texts: ['Grüße ', '😀', ' and 漢字.'] } })
    const url = await ground.start()
    const client = await RelayClient.open(url)
    const request = chatRequest()
    client.send(request)
    const end = await client.wait('chunk', (chunk) => chunk.done)
    expect(client.textOf(request.id)).toBe('Grüße 😀 and 漢字.')
    expect(end).toMatchObject({ status: 'completed', textSha256: sha256('Grüße 😀 and 漢字.') })
    const { calls } = await ground.upstream.record()
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
    await ground.upstream.script({ deltas: { texts: ['x'], count: 100_000, perSecond: 100 } })
    const client = await RelayClient.open(await ground.start())
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk')
    const asked = Date.now()
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', (chunk) => chunk.done)).toMatchObject({
      status: 'cancelled',
      endedBy: 'user',
    })
    const { calls } = await ground.upstream.until((record) => record.open === 0)
    expect((calls[0]?.closedAt ?? Infinity) - asked).toBeLessThan(1000)
  })

  it('L4, T42: a body that just ends is upstream_eof, its partial kept, with no finish reason', async () => {
    await ground.upstream.script({ deltas: { texts: ['half'], finishReason: null, done: false } })
    const client = await RelayClient.open(await ground.start())
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

describe('L8: slow readers', () => {
  it('T108: a paused reader costs its place in the journal; others go on; on waking it has all', async () => {
    await ground.upstream.script({ deltas: { texts: ['0123456789'.repeat(100)], count: 4000 } })
    const url = await ground.start()
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
      await ground.upstream.script({ deltas: { texts: ['0123456789'.repeat(100)], count: 7000 } })
      const url = await ground.start()
      const [slow, quick] = [await RelayClient.open(url), await RelayClient.open(url)]
      const request = chatRequest()
      slow.ws.pause()
      slow.send(request)
      quick.send(request)
      await quick.wait('chunk', (chunk) => chunk.done)
      vi.advanceTimersByTime(9000)
      expect(ground.relay?.activity.clients).toBe(2)
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
      const url = await ground.start()
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
      expect(ground.relay?.activity.clients).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('drain', () => {
  it('T137: goingAway, 503 for the new, live runs end, then 1012', async () => {
    await ground.upstream.script({
      deltas: { texts: ['a', 'b', 'c'] },
      before: [{ gate: 'later' }],
    })
    const url = await ground.start()
    const client = await RelayClient.open(url)
    const request = chatRequest()
    client.send(request)
    await ground.upstream.until((record) => record.calls.length === 1)
    const drained = ground.relay?.drain()
    await client.wait('goingAway')
    client.send(chatRequest())
    expect(await client.wait('error')).toMatchObject({ code: 'draining', retryable: true })
    const refused = new WebSocket(url, 'speak-code.v1')
    const [, response]: { statusCode?: number }[] = await once(refused, 'unexpected-response')
    expect(response?.statusCode).toBe(503)
    refused.on('error', () => {})
    refused.terminate()
    await ground.upstream.open('later')
    await drained
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
    expect(client.textOf(request.id)).toBe('abc')
    expect(client.of('chunk').at(-1)).toMatchObject({ done: true, status: 'completed' })
  })

  it('a client that was refused and does not hang up is hung up on: the drain ends', async () => {
    await ground.upstream.script({ deltas: { texts: ['a'] }, before: [{ gate: 'later' }] })
    const url = await ground.start()
    const client = await RelayClient.open(url)
    client.send(chatRequest())
    await ground.upstream.until((record) => record.calls.length === 1)
    const drained = ground.relay?.drain()
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
    await ground.upstream.open('later')
    await drained
    socket.destroy()
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
  })

  it('a stop keeps the partial, marked as interrupted, and says so before the close', async () => {
    await ground.upstream.script({
      deltas: { texts: ['part'], finishReason: null, done: false },
      end: 'never',
    })
    const client = await RelayClient.open(await ground.start())
    const request = chatRequest()
    client.send(request)
    await client.wait('chunk')
    await ground.relay?.stop()
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
    await ground.upstream.script({ deltas: { texts: ['tick '], count: 100_000, perSecond: 400 } })
    const conversationId = randomUUID()
    const integrity: unknown[] = []
    let current = await ground.startProcess()
    for (let round = 0; round < 20; round += 1) {
      const client = await RelayClient.open(current.url)
      const request = chatRequest({ conversationId })
      client.send(request)
      await client.wait('chunk', (chunk) => chunk.seq >= 10 + (round % 5) * 7)
      await current.kill()
      await client.waitClosed()
      const seen = client.of('chunk').length
      current = await ground.startProcess()
      const again = await RelayClient.open(current.url)
      again.send(request)
      const end = await again.wait('chunk', (chunk) => chunk.done)
      expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
      const text = again.textOf(request.id)
      expect(text.startsWith(client.textOf(request.id))).toBe(true)
      expect(again.of('chunk').length).toBeGreaterThan(seen)
      expect(end).toMatchObject({
        textSha256: sha256(text),
        usage: { source: 'estimated', completionTokens: Math.ceil(text.length / 4) },
      })
      const db = new SqliteDatabase(join(ground.folder, 'relay.db'), { readonly: true })
      integrity.push(db.pragma('integrity_check', { simple: true }))
      integrity.push(db.prepare("SELECT 1 FROM runs WHERE status = 'started'").get())
      db.close()
    }
    expect(integrity).toEqual(Array.from({ length: 20 }, () => ['ok', undefined]).flat())
    expect((await ground.upstream.record()).calls).toHaveLength(20)
    await current.drain()
    const logs = readdirSync(ground.folder).filter((name) => name.startsWith('journal-'))
    const left = logs.map((name) => readFileSync(join(ground.folder, name), 'utf8'))
    expect({ logs: logs.length < 3, left: left.join('') }).toEqual({ logs: true, left: '' })
  }, 90_000)
})
