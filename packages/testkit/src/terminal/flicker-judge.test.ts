import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FlickerJudge, judgeFlicker, type FlickerReport } from './flicker-judge.ts'
import { stepsOf } from './steps.ts'

const UPDATE = '\u001b[?2026h'
const UPDATED = '\u001b[?2026l'

/** Judges pieces of output that are written 100 ms apart, on a screen of 20 × 6. */
async function judged(...pieces: readonly string[]): Promise<FlickerReport> {
  return judgeFlicker([
    { type: 'size', columns: 20, rows: 6 },
    ...pieces.map((data, index) => ({ type: 'output' as const, at: index * 100, data })),
  ])
}

/** Three rows, and the cursor below them. */
const PAGE = 'one\r\ntwo\r\nthree\r\n'

describe('what flickers', () => {
  test.each([
    ['a line erased and written again', ['one', '\r\u001b[Kone']],
    ['the same within a synchronized update', ['one', `${UPDATE}\r\u001b[Kone${UPDATED}`]],
    ['the same with EL 2', ['one', '\r\u001b[2Kone']],
    ['the same across two pieces of output', ['one', '\r\u001b[K', 'one']],
    ['a line erased with ECH', ['one', '\r\u001b[3Xone']],
    ['a line that spaces overwrite', ['one', '\r   \rone']],
    ['the row above, erased and written again', [PAGE, '\u001b[A\r\u001b[Kthree\r\n']],
    ['a row deleted and inserted again', [PAGE, '\u001b[A\u001b[M\u001b[Lthree\r\n']],
  ] as const)('%s', async (_name, pieces) => {
    expect(await judged(...pieces)).toMatchObject({ blankedLines: 1, clears: 0 })
  })

  test('a live region that is erased, and drawn again one row lower', async () => {
    const erased = '\u001b[2A\u001b[J'
    const report = await judged(PAGE, `${erased}new\r\ntwo\r\nthree\r\n`)
    expect(report).toMatchObject({ blankedLines: 2, clears: 0 })
    expect(report.lines.slice(0, 4)).toEqual(['one', 'new', 'two', 'three'])
  })

  test('a live region at the bottom of the screen that is erased, printed above and drawn again', async () => {
    const full = ['1', '2', '3', '4', 'header', 'status'].join('\r\n')
    const report = await judged(full, `${UPDATE}\u001b[A\r\u001b[J5\r\nheader\r\nstatus${UPDATED}`)
    expect(report).toMatchObject({ blankedLines: 2, frames: 1 })
    expect(report.lines).toEqual(['1', '2', '3', '4', '5', 'header', 'status'])
    expect(report.examples.slice(0, 2)).toEqual([
      expect.stringContaining('"header"'),
      expect.stringContaining('"status"'),
    ])
  })

  test('a row that is blank while the screen scrolls comes back where scrolling says', async () => {
    const full = ['1', '2', '3', '4', '5', '6'].join('\r\n')
    const report = await judged(full, '\u001b[3;1H\u001b[K\u001b[6;1H\n', '\u001b[2;1H3')
    expect(report.blankedLines).toBe(1)
  })

  test('a row that is blank while a region below the top scrolls comes back where scrolling says', async () => {
    const full = ['1', '2', '3', '4', '5', '6'].join('\r\n')
    const report = await judged(
      full,
      '\u001b[4;1H\u001b[K\u001b[2;6r\u001b[6;1H\n\u001b[r',
      '\u001b[3;1H4',
    )
    expect(report.blankedLines).toBe(1)
    const elsewhere = await judged(
      full,
      '\u001b[4;1H\u001b[K\u001b[2;6r\u001b[6;1H\n\u001b[r',
      '\u001b[4;1H4',
    )
    expect(elsewhere.blankedLines).toBe(0)
  })

  test('cells that are erased and drawn again in one frame, though the row is never blank', async () => {
    const report = await judged('› hello', '\r\u001b[2C\u001b[Khello!')
    expect(report).toMatchObject({ blankedLines: 0, blinkedCells: 5 })
  })
})

describe('what does not flicker', () => {
  test.each([
    ['text that other text overwrites', ['one', '\rtwo', '\rone']],
    ['text written over itself', ['one', '\rone']],
    ['a longer row cut after it was overwritten', ['one two', '\rsix\u001b[K']],
    ['appended lines', [PAGE, 'four\r\nfive\r\nsix\r\nseven\r\n']],
    ['wrapped text that scrolls', ['x'.repeat(300)]],
    ['rows that scroll away', ['a\r\n'.repeat(30)]],
    [
      'a region drawn anew lower, from the bottom up',
      [
        PAGE,
        `${UPDATE}\u001b[2B\rthree\u001b[A\rtwo\u001b[A\rone\u001b[A\r\u001b[K\u001b[A\rmore\u001b[A\rnew${UPDATED}`,
      ],
    ],
    ['an inserted row', [PAGE, '\u001b[2;1H\u001b[Lnew']],
    ['a deleted row', [PAGE, '\u001b[2;1H\u001b[M']],
    ['a row that is removed for good', [PAGE, '\u001b[2;1H\u001b[K']],
    ['a region that scrolls down', [PAGE, '\u001b[2;4r\u001b[2;1H\u001bM\u001b[r']],
    [
      'a region at the top that scrolls',
      [PAGE, '\u001b[5;1Hbelow\u001b[1;3r\u001b[3;1H\nnext\u001b[r'],
    ],
    [
      'text that wraps in a region below the top',
      [PAGE, `\u001b[2;4r\u001b[4;1H${'y'.repeat(50)}\u001b[r`],
    ],
    [
      'motions, colours, modes, titles',
      ['one', '\r\u001b[31m\u001b[2C\u001b[0m\u001b]0;x\u0007\u001b[?25l'],
    ],
  ] as const)('%s', async (_name, pieces) => {
    expect(await judged(...pieces)).toMatchObject({ blankedLines: 0, blinkedCells: 0, clears: 0 })
  })

  test('text that is removed, and shown again more than a second later', async () => {
    const pieces = ['one\r\n', '\u001b[A\u001b[K', ...Array.from({ length: 12 }, () => ''), 'one']
    expect((await judged(...pieces)).blankedLines).toBe(0)
    expect((await judged(...pieces.slice(0, 6), 'one')).blankedLines).toBe(1)
  })

  test('what the terminal itself does when its window changes', async () => {
    const judge = new FlickerJudge(20, 6)
    try {
      await judge.write('a long line that wraps around\r\nnext', 0)
      judge.resize(40, 6)
      judge.resize(12, 4)
      await judge.write('!', 10)
      expect(judge.report()).toMatchObject({ blankedLines: 0, blinkedCells: 0, clears: 0 })
    } finally {
      judge.dispose()
    }
  })
})

describe('clears', () => {
  test.each([
    ['ED 2', '\u001b[2J'],
    ['ED 3', '\u001b[3J'],
    ['ED from home', '\u001b[H\u001b[J'],
    ['ED 0 from home', '\u001b[1;1H\u001b[0J'],
    ['RIS', '\u001bc'],
    ['the other screen', '\u001b[?1049h'],
    ['deleting every row', '\u001b[H\u001b[6M'],
    ['ED 1 from the end', '\u001b[6;19H\u001b[1J'],
  ])('%s', async (_name, sequence) => {
    expect((await judged(PAGE, sequence)).clears).toBe(1)
  })

  test('ED below something is none', async () => {
    expect((await judged(PAGE, '\u001b[2;1H\u001b[J')).clears).toBe(0)
  })
})

test('bytes are those of UTF-8; frames are synchronized updates, or pieces where there are none', async () => {
  expect(await judged('日本', 'x')).toMatchObject({ bytes: 7, frames: 2, steps: 2 })
  expect(await judged(`${UPDATE}a${UPDATED}${UPDATE}b${UPDATED}`)).toMatchObject({ frames: 2 })
})

test('however output is cut into pieces, the same is on the screen, and clears are found', async () => {
  const piece = fc.oneof(
    fc.constantFrom('one', 'two words', '日本', '\r', '\n', '\r\n', '👩‍👩‍👧'),
    fc.constantFrom('\u001b[K', '\u001b[A', '\u001b[L', '\u001b[M', '\u001b[2;5r', '\u001b[r'),
    fc.constantFrom('\u001b[H\u001b[J', '\r\u001b[Kone\r\u001b[Kone'),
  )
  const seen = { runs: 0, blanks: 0, clears: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 5, maxLength: 30 }),
      fc.nat(),
      async (pieces, seed) => {
        const output = pieces.join('')
        const middle = seed % output.length
        const whole = await judged(output)
        const cut = await judged(output.slice(0, middle), output.slice(middle))
        seen.runs += 1
        seen.blanks += whole.blankedLines > 0 ? 1 : 0
        seen.clears += whole.clears > 0 ? 1 : 0
        expect(cut.lines).toEqual(whole.lines)
        expect(cut.clears).toBe(whole.clears)
      },
    ),
  )
  // With fewer the property would say little.
  expect(seen.blanks / seen.runs).toBeGreaterThan(0.2)
  expect(seen.clears / seen.runs).toBeGreaterThan(0.2)
})

test('steps are whole sequences and runs of text, and joined they are the output', () => {
  const output =
    'a\u001b[1;31mb日\r\n\u001b]8;;http://x\u001b\\link\u001b]8;;\u0007\u001bM\u001b(B\u001bPq\u001b\\z'
  const steps = stepsOf(output)
  expect(steps.join('')).toBe(output)
  expect(steps).toEqual([
    'a',
    '\u001b[1;31m',
    'b日',
    '\r',
    '\n',
    '\u001b]8;;http://x\u001b\\',
    'link',
    '\u001b]8;;\u0007',
    '\u001bM',
    '\u001b(B',
    '\u001bPq\u001b\\',
    'z',
  ])
})
