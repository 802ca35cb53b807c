import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { restMs, type ReadingPace } from './paced-reading.ts'
import { webSocketLinks } from './ws-link.ts'

/** A relay that sends `count` frames, one each `everyMs`; resolves with the times at which they were received. */
async function stream(count: number, everyMs: number, pace?: ReadingPace): Promise<number[]> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  server.on('connection', (socket) => {
    let sent = 0
    const timer = setInterval(() => {
      socket.send(String(sent))
      sent += 1
      if (sent === count) clearInterval(timer)
    }, everyMs)
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const received: string[] = []
  const times: number[] = []
  const { promise: all, resolve } = Promise.withResolvers<void>()
  const link = webSocketLinks({}, pace)(
    { url: `ws://127.0.0.1:${port}/ws/chat` },
    {
      opened: () => undefined,
      alive: () => undefined,
      garbled: () => undefined,
      failed: () => undefined,
      closed: () => undefined,
      message: (text) => {
        received.push(text)
        times.push(performance.now())
        if (received.length === count) resolve()
      },
    },
  )
  await all
  link.terminate()
  server.close()
  expect(received).toEqual(Array.from({ length: count }, (_, index) => String(index)))
  return times
}

/** How many times something was received, where what comes within 5 ms is received together. */
const gulps = (times: readonly number[]): number =>
  times.filter((time, index) => time - (times[index - 1] ?? 0) > 5).length

test('a stream is received in order, whole, and in few gulps', async () => {
  const paced = await stream(60, 8, { leastMs: 60, mostMs: 60, bytes: 1 })
  expect(gulps(paced)).toBeLessThan(20)
  expect(gulps(await stream(60, 8))).toBeGreaterThan(40)
})

test('what comes after a silence, and what follows it, is received at once', async () => {
  const times = await stream(2, 10, { leastMs: 300, mostMs: 300, bytes: 1 })
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThan(200)
})

test('a rest is as long as a pace’s bytes take to come, within its bounds', () => {
  const pace = { leastMs: 66, mostMs: 200, bytes: 2000 }
  expect(restMs(pace, 3300, 66)).toBe(66)
  expect(restMs(pace, 2000, 100)).toBe(100)
  expect(restMs(pace, 1500, 200)).toBe(200)
  expect(restMs(pace, 300, Number.POSITIVE_INFINITY)).toBe(200)
})
