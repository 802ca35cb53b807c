import { cutBytes } from '@speak-code/testkit'
import * as fc from 'fast-check'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { MAX_EVENT_LENGTH, readEvents } from './event-stream.ts'

interface Read {
  readonly events: readonly (readonly [data: string, name: string | undefined])[]
  readonly stray: readonly string[]
  readonly how: string
  readonly rest: string
}

function read(pieces: Iterable<Buffer>): Promise<Read> {
  const events: [string, string | undefined][] = []
  const stray: string[] = []
  return new Promise((resolve) => {
    const body = Readable.from(pieces)
    readEvents(body, {
      bytes() {},
      event: (data, name) => {
        events.push([data, name])
      },
      strayLine: (line) => {
        stray.push(line)
      },
      overflow: () => {
        resolve({ events, stray, how: 'overflow', rest: '' })
        body.destroy()
      },
      end: (how, rest) => {
        resolve({ events, stray, how, rest })
      },
    })
  })
}

const readText = (text: string): Promise<Read> => read([Buffer.from(text)])
const data = async (text: string): Promise<string[]> =>
  (await readText(text)).events.map(([value]) => value)

describe('framing', () => {
  test.each(['\n', '\r\n', '\r'])('T1 line ends %j', async (end) => {
    expect(await data(['data: a', '', 'data: b', '', ''].join(end))).toEqual(['a', 'b'])
  })

  test('T1 mixed line ends', async () => {
    expect(await data('data: a\r\n\ndata: b\r\rdata: c\n\r\n')).toEqual(['a', 'b', 'c'])
  })

  test('T2 CRLF cut in two is no blank line', async () => {
    const { events } = await read(
      ['data: a\r', '\ndata: b\r', '\n\r', '\n'].map((piece) => Buffer.from(piece)),
    )
    expect(events).toEqual([['a\nb', undefined]])
  })

  test('T3 a character cut in two is no U+FFFD', async () => {
    const bytes = Buffer.from('data: 😀é\n\n')
    expect((await read(cutBytes(bytes, 'bytes'))).events).toEqual([['😀é', undefined]])
  })

  test('T4 a BOM at the start is ignored', async () => {
    expect((await read(cutBytes(Buffer.from('\uFEFFdata: a\n\n'), 'bytes'))).events).toEqual([
      ['a', undefined],
    ])
  })

  test('T5 comments are no events', async () => {
    expect(await readText(': OPENROUTER PROCESSING\n\n: ping\n\n')).toMatchObject({
      events: [],
      stray: [],
    })
  })

  test('T6 the blank after the colon is optional, and only one', async () => {
    expect(await data('data:x\n\ndata: x\n\ndata:  x\n\n')).toEqual(['x', 'x', ' x'])
  })

  test('T7 several data lines are joined', async () => {
    expect(await data('data: {\ndata: }\n\n')).toEqual(['{\n}'])
  })

  test('T8 names are told; ids, retries and unknown fields are tolerated', async () => {
    const { events, stray } = await readText(
      'event: error\nid: 7\nretry: 10\nfoo: bar\ndata: x\n\n',
    )
    expect(events).toEqual([['x', 'error']])
    expect(stray).toEqual(['foo: bar'])
  })

  test('T11 a last event without its blank line is told', async () => {
    expect(await data('data: a\n\ndata: b\n')).toEqual(['a', 'b'])
    expect(await data('data: a\n\ndata: b')).toEqual(['a', 'b'])
  })

  test('T12 several events in one piece come in order', async () => {
    expect(await data('data: 1\n\ndata: 2\n\ndata: 3\n\n')).toEqual(['1', '2', '3'])
  })

  test('an unterminated line that is no field is told apart', async () => {
    expect(await readText('data: a\n\n<htm')).toMatchObject({ stray: [], rest: '<htm' })
    expect(await readText('error: {}\n')).toMatchObject({ stray: ['error: {}'], rest: '' })
  })
})

describe('T13 bounds', () => {
  const piece = Buffer.alloc(64 * 1024, 'x')

  test('an endless line is given up, not gathered', async () => {
    let given = 0
    function* endless(): Generator<Buffer> {
      yield Buffer.from('data: ')
      for (; given < 1000; given += 1) yield piece
    }
    expect(await read(endless())).toMatchObject({ how: 'overflow', events: [] })
    expect(given * piece.length).toBeLessThan(MAX_EVENT_LENGTH + 4 * piece.length)
  })

  test('so is an event of endless lines', async () => {
    const lines = Array.from({ length: (2 * MAX_EVENT_LENGTH) / piece.length }, () =>
      Buffer.concat([Buffer.from('data: '), piece, Buffer.from('\n')]),
    )
    expect(await read(lines)).toMatchObject({ how: 'overflow', events: [] })
  })

  test('the limit is the same however the bytes are cut', async () => {
    for (const [length, how] of [
      [MAX_EVENT_LENGTH, 'ended'],
      [MAX_EVENT_LENGTH + 1, 'overflow'],
    ] as const) {
      const bytes = Buffer.from(`data: ${'y'.repeat(length)}\n\n`)
      expect(await read([bytes])).toMatchObject({ how })
      expect(await read(cutBytes(bytes, { seed: 1, longest: 50_000 }))).toMatchObject({ how })
    }
  })

  test('one long event in small pieces takes linear time', async () => {
    const bytes = Buffer.from(`data: ${'z'.repeat(MAX_EVENT_LENGTH - 10)}\n\n`)
    const began = performance.now()
    const { events } = await read(cutBytes(bytes, { seed: 2, longest: 60 }))
    expect(events[0]?.[0]).toHaveLength(MAX_EVENT_LENGTH - 10)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

test('a broken body is told from an ended one, with what came before', async () => {
  const body = new PassThrough()
  const told: unknown[] = []
  const over = new Promise((resolve) => {
    readEvents(body, {
      bytes() {},
      event: (value) => told.push(value),
      strayLine() {},
      overflow() {},
      end: resolve,
    })
  })
  body.write('data: a\n\ndata: b')
  await new Promise(setImmediate)
  body.destroy(new Error('reset'))
  expect(await over).toBe('broken')
  expect(told).toEqual(['a', 'b'])
})

test('nothing is told after the reader was stopped', async () => {
  const body = new PassThrough()
  const told: string[] = []
  const stop = readEvents(body, {
    bytes() {},
    event: (value) => {
      told.push(value)
      stop()
    },
    strayLine: () => told.push('stray'),
    overflow: () => told.push('overflow'),
    end: () => told.push('end'),
  })
  body.end('data: a\n\ndata: b\n\nstray\n')
  body.resume()
  await new Promise((resolve) => body.once('close', resolve))
  expect(told).toEqual(['a'])
})

test('any cut of any body tells the same', async () => {
  const line = fc.oneof(
    fc.constantFrom(
      'data: a',
      'data:',
      'event: x',
      ':c',
      'id: 1',
      'retry: 5',
      'error: {}',
      'dat',
      '\uFEFF',
      'data: [DONE]',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => `data: ${text}`),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  const body = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\n\n', '\r\n', '\r\n\r\n', '\r', '')), {
      maxLength: 12,
    })
    .map((lines) => Buffer.from(lines.flat().join('')))
  await fc.assert(
    fc.asyncProperty(body, fc.array(fc.nat(200), { maxLength: 20 }), async (bytes, at) => {
      const whole = await read([bytes])
      expect(await read(cutBytes(bytes, { at: at.toSorted((a, b) => a - b) }))).toEqual(whole)
      expect(await read(cutBytes(bytes, 'bytes'))).toEqual(whole)
    }),
    { numRuns: 300 },
  )
})
