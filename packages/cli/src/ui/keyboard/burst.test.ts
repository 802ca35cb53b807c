import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../client/testing/fake-clock.ts'
import { Burst } from './burst.ts'
import { KeyDecoder } from './key-decoder.ts'
import type { KeyPress } from './key-press.ts'

/** Types chunks with pauses (in ms) after them, and tells what comes out. */
async function typed(...steps: readonly (string | number)[]): Promise<KeyPress[]> {
  const clock = new FakeClock()
  const out: KeyPress[] = []
  const burst = new Burst(clock, (press) => out.push(press))
  const decoder = new KeyDecoder()
  for (const step of [...steps, 200]) {
    if (typeof step === 'number') await clock.advance(step)
    else burst.take(decoder.push(step).filter((one) => one.type !== 'reply'))
  }
  return out
}

const text = (source: string): KeyPress => ({ type: 'text', text: source })
const paste = (source: string): KeyPress => ({ type: 'paste', text: source })
const key = (name: string): KeyPress => ({ type: 'key', name })

describe('typing', () => {
  test('passes at once', () => {
    const out: KeyPress[] = []
    const burst = new Burst(new FakeClock(), (press) => out.push(press))
    burst.take([text('h')])
    burst.take([key('left')])
    expect(out).toEqual([text('h'), key('left')])
  })

  test('words and Enter in one piece send', async () => {
    expect(await typed('hello\r')).toEqual([text('hello'), key('enter')])
    expect(await typed('hello', 3, '\r')).toEqual([text('hello'), key('enter')])
  })

  test('a long line and Enter in one piece send', async () => {
    const line = 'word '.repeat(40)
    expect(await typed(`${line}\r`)).toEqual([paste(line), key('enter')])
  })

  test('Enter before the next words comes first', async () => {
    expect(await typed('\rnext')).toEqual([key('enter'), text('next')])
    expect(await typed('one\r', 30, 'two\r')).toEqual([
      text('one'),
      key('enter'),
      text('two'),
      key('enter'),
    ])
  })

  test('a key after Enter means that it was Enter', async () => {
    expect(await typed('hello\r', 1, '\u001b[A')).toEqual([text('hello'), key('enter'), key('up')])
  })
})

describe('a paste that is not marked', () => {
  test('of several lines in one piece never sends, nor does its last line break', async () => {
    expect(await typed('one\rtwo\r')).toEqual([paste('one\rtwo\r')])
  })

  test('in several pieces is one, also where a piece ends in a line break', async () => {
    expect(await typed('one\r', 5, 'two\r', 12, 'three\r', 40, 'four\r')).toEqual([
      paste('one\rtwo\rthree\rfour\r'),
    ])
  })

  test('letter by letter sends nothing', async () => {
    const steps = Array.from('ab\rcd\r').flatMap((letter) => [letter, 2])
    const out = await typed(...steps)
    expect(out).not.toContainEqual(key('enter'))
    expect(out.map((press) => (press.type === 'key' ? press.name : press.text)).join('')).toBe(
      'ab\rcd\r',
    )
  })

  test('keeps its tabs', async () => {
    expect(await typed('if x:\r\tpass\r')).toEqual([paste('if x:\r\tpass\r')])
  })

  test('however it is cut, no character is lost or doubled, and nothing is sent', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '日'),
      minLength: 1,
      maxLength: 9,
    })
    let inPieces = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 3, maxLength: 8 }),
        fc.array(fc.integer({ min: 2, max: 20 }), { minLength: 1, maxLength: 6 }),
        async (lines, sizes) => {
          const whole = `${lines.join('\r')}\r`
          const steps: (string | number)[] = []
          // The first piece holds a line break between text, so that nothing of it passes as typing.
          let at = (lines[0]?.length ?? 0) + 2
          steps.push(whole.slice(0, at), 10)
          for (let turn = 0; at < whole.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 2
            steps.push(whole.slice(at, at + size), 10)
            at += size
          }
          if (steps.length > 4) inPieces += 1
          expect(await typed(...steps)).toEqual([paste(whole)])
        },
      ),
      { numRuns: 40 },
    )
    expect(inPieces).toBeGreaterThan(20)
  })
})
