import { PassThrough } from 'node:stream'
import { setImmediate as settled } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { BodyTap } from './body-tap.ts'
import { readEvents } from './event-stream.ts'

const controller: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort() {},
  pause() {},
  resume() {},
}

/** A body as undici feeds it, behind a tap; `told` grows by each event. */
function tapped() {
  const tap = new BodyTap()
  const body = new PassThrough()
  const intoStream: string[] = []
  const told: string[] = []
  let before: Dispatcher.DispatchHandler = {}
  tap.interceptor((_, handler) => {
    before = handler
    return true
  })(
    { path: '/', method: 'POST' },
    {
      onResponseData: (_, piece) => {
        intoStream.push(piece.toString())
        body.write(piece)
      },
    },
  )
  const send = (text: string): void => {
    before.onResponseData?.(controller, Buffer.from(text))
  }
  const read = (): (() => void) =>
    readEvents(
      body,
      {
        bytes() {},
        event: (data) => told.push(data),
        strayLine() {},
        overflow() {},
        end: (how) => told.push(how),
      },
      tap,
    )
  return { body, send, read, told, intoStream }
}

test('what is in the stream is told before what passes it by, and the end after both', async () => {
  const { body, send, read, told, intoStream } = tapped()
  send('data: a\n\nda')
  send('ta: b\n\n')
  read()
  send('data: c\n')
  expect(told).toEqual([])
  await settled()
  expect(told).toEqual(['a', 'b'])
  send('\ndata: d\n\n')
  expect(told).toEqual(['a', 'b', 'c', 'd'])
  expect(intoStream).toHaveLength(3)
  body.end()
  await new Promise((resolve) => body.once('end', resolve))
  expect(told).toEqual(['a', 'b', 'c', 'd', 'ended'])
})

test('what comes after the reader was stopped goes into the stream, for who drains it', async () => {
  const { body, send, read, told, intoStream } = tapped()
  const stop = read()
  send('data: a\n\n')
  await settled()
  send('data: b\n\n')
  expect(told).toEqual(['a', 'b'])
  expect(intoStream).toEqual(['data: a\n\n'])
  stop()
  send('data: c\n\n')
  expect(intoStream).toEqual(['data: a\n\n', 'data: c\n\n'])
  body.resume().end()
  await new Promise((resolve) => body.once('close', resolve))
  expect(told).toEqual(['a', 'b'])
})

test('nothing passes by a piece that is still in the stream', async () => {
  const { body, send, read, told } = tapped()
  send('data: a\n\n')
  send('data: b\n\n')
  read()
  body.once('data', () => {
    send('data: c\n\n')
  })
  await settled()
  expect(told).toEqual(['a', 'b', 'c'])
})

test('a reader that is stopped by the first piece leaves the rest in the stream', async () => {
  const { body, send, read, told, intoStream } = tapped()
  const stop = read()
  body.prependOnceListener('data', () => {
    stop()
  })
  send('data: a\n\n')
  await settled()
  send('data: b\n\n')
  expect(told).toEqual([])
  expect(intoStream).toHaveLength(2)
})
