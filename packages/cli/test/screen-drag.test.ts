/** The window dragged while an answer streams: the real program, told of a new size about ten times a second. */
import { setTimeout as wait } from 'node:timers/promises'
import { deltaEvent } from '@speak-code/testkit'
import type { Terminal } from '@speak-code/testkit/terminal'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ChatGround, submit, TYPING } from './fixtures/chat-ground.ts'
import { LAST_WORDS, WORDS } from './fixtures/long-answer.ts'

let ground: ChatGround

beforeAll(async () => {
  ground = await ChatGround.open()
})

afterEach(async () => {
  await ground.clean()
})

afterAll(async () => {
  await ground.close()
})

/** Words that come between two sizes of the window: 500 a second. */
const PIECE = 40
const STEPS = [9, 6, 12]
/** For each step of a drag, and one between the drags. */
const PIECES = STEPS.reduce((sum, steps) => sum + steps + 1, 1)
const SPOKEN: readonly string[] = WORDS.slice(0, PIECES * PIECE)

interface Size {
  readonly columns: number
  readonly rows: number
}

/** A seeded sequence in [0, 1). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** An answer whose pieces come when they are let through. Returns the function that lets the next one through. */
async function scripted(): Promise<() => Promise<string>> {
  const texts = SPOKEN.map((word, at) => (at % 35 === 34 ? `${word}\n\n` : `${word} `))
  await ground.upstream.script({
    body: Array.from({ length: PIECES }, (_piece, piece) => [
      { gate: `piece ${piece}` },
      ...texts.slice(piece * PIECE, (piece + 1) * PIECE).map((text) => deltaEvent('m', text)),
    ]).flat(),
    deltas: { texts: [`\n\n${LAST_WORDS}`] },
  })
  let sent = 0
  return async () => {
    await ground.upstream.open(`piece ${sent}`)
    sent += 1
    return SPOKEN[sent * PIECE - 1] ?? ''
  }
}

function sizesOf(from: Size, steps: number, next: () => number): Size[] {
  const way = next() < 0.5 ? -1 : 1
  const isBoth = next() < 0.5
  let { columns, rows } = from
  return Array.from({ length: steps }, () => {
    columns = Math.max(44, Math.min(160, columns + way * Math.ceil(next() * 8)))
    if (isBoth) rows = Math.max(14, Math.min(50, rows + way * Math.ceil(next() * 3)))
    return { columns, rows }
  })
}

/**
 * Waits until nothing has come for a moment: what a program has written before it can know of a new size, and the terminal
 * reads only after it, is laid out for another width than it has, whatever the program does.
 */
async function nothingUnderWay(terminal: Terminal): Promise<void> {
  for (let before = -1; before !== terminal.output.length;) {
    before = terminal.output.length
    // oxlint-disable-next-line no-await-in-loop -- until it is silent
    await wait(20)
    // oxlint-disable-next-line no-await-in-loop -- what has come meanwhile is read before an immediate runs
    await new Promise(setImmediate)
  }
}

describe('a window that is dragged at 500 tokens a second', () => {
  test.each([3, 14, 159])(
    'nothing of the answer is lost, doubled or cut (seed %i)',
    { timeout: 60_000 },
    async (seed) => {
      const next = random(seed)
      const more = await scripted()
      let size: Size = { columns: 100, rows: 30 }
      const terminal = await ground.chat(size)
      await submit(terminal, 'Begin')
      await terminal.until(await more())
      for (const steps of STEPS) {
        for (const each of sizesOf(size, steps, next)) {
          size = each
          // oxlint-disable-next-line no-await-in-loop -- as a hand drags while the answer comes
          await nothingUnderWay(terminal)
          terminal.resize(size.columns, size.rows)
          // oxlint-disable-next-line no-await-in-loop -- as a hand drags while the answer comes
          await Promise.all([more(), wait(40 + next() * 40)])
        }
        // oxlint-disable-next-line no-await-in-loop -- one drag after the other
        await terminal.until(await more())
      }
      await terminal.until(LAST_WORDS)
      await terminal.until((screen) => !screen.text.includes(TYPING))
      const { scrollback } = terminal
      expect(scrollback.match(/\bw\d+\b/g)).toEqual(SPOKEN)
      expect(scrollback.match(/Connected/g)).toHaveLength(1)
      expect(scrollback).not.toContain(TYPING)
    },
  )
})
