/** However an upstream's body is cut on its way, the provider tells the same. */
import {
  deltaEvent,
  DONE_EVENT,
  event,
  finishEvent,
  type MockUpstream,
  startMockUpstream,
  usageEvent,
} from '@speak-code/testkit'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen, providerAt } from './testing.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => deltaEvent('m', text)),
  },
  // Any code units: JSON escapes what is no character.
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary' }).map((text) => deltaEvent('m', `${text}\uD83D`)),
  },
  fc.constantFrom(
    ': ping\n\n',
    'data:\n\n',
    'data: keep-alive\r\n\r\n',
    'event: ping\ndata: {"type":"ping"}\n\n',
    event({ choices: [{ delta: { reasoning_content: 'hm' } }] }),
    event({ choices: [{ delta: { refusal: 'no' } }] }).replaceAll('\n', '\r\n'),
    usageEvent('m', { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }),
    finishEvent('m', 'stop'),
    finishEvent('m', 'length'),
    event({ error: { message: 'x', code: 502 } }),
    'error: {"code": 429}\n\n',
    'data: {"choices":[{"del',
    '<html>\n',
    DONE_EVENT,
  ),
)

test('any cut of any body tells the same deltas and the same end', async () => {
  const provider = providerAt(mock.url)
  const ends = fc.constantFrom('complete', 'close', 'reset')
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      ends,
      fc.nat(),
      async (body, end, seed) => {
        await mock.script([
          { body, end },
          { body, end, cut: 'bytes' },
          { body, end, cut: { seed, longest: 20 } },
        ])
        const whole = await listen(provider)
        expect(await listen(provider)).toEqual(whole)
        expect(await listen(provider)).toEqual(whole)
      },
    ),
    { numRuns: 60 },
  )
})
