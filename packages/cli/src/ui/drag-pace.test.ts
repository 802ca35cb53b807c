import { expect, test } from 'vitest'
import { FakeClock } from '../client/testing/fake-clock.ts'
import { DragPace, stillMsOf } from './drag-pace.ts'

const STILL_MS = stillMsOf({})

function opened(): {
  clock: FakeClock
  drag: DragPace
  told: unknown[]
  /** A new size whose signal is still to come. */
  unheard: (columns: number, rows: number) => void
} {
  const clock = new FakeClock()
  const told: unknown[] = []
  let size: { columns: number; rows: number } | undefined
  const drag: DragPace = new DragPace({
    clock,
    stillMs: STILL_MS,
    checkSize: () => {
      const found = size
      size = undefined
      if (found !== undefined) drag.resized(found)
    },
    onStill: (...sizes) => told.push(sizes),
  })
  const unheard = (columns: number, rows: number): void => {
    size = { columns, rows }
  }
  return { clock, drag, told, unheard }
}

test('the window stands still when it has kept its size for a while; the smallest on the way is told', async () => {
  const { clock, drag, told } = opened()
  expect(drag.isStill()).toBe(true)
  drag.resized({ columns: 60, rows: 20 })
  await clock.advance(STILL_MS - 1)
  drag.resized({ columns: 90, rows: 12 })
  await clock.advance(STILL_MS - 1)
  expect([drag.isStill(), told]).toEqual([false, []])
  await clock.advance(1)
  expect(drag.isStill()).toBe(true)
  expect(told).toEqual([
    [
      { columns: 90, rows: 12 },
      { columns: 60, rows: 12 },
    ],
  ])
  drag.resized({ columns: 100, rows: 40 })
  await clock.advance(STILL_MS)
  expect(told.at(-1)).toEqual([
    { columns: 100, rows: 40 },
    { columns: 100, rows: 40 },
  ])
})

test('a size whose signal is still to come counts: before a frame, and when the wait is over', async () => {
  const { clock, drag, told, unheard } = opened()
  unheard(60, 20)
  expect(drag.isStill()).toBe(false)
  await clock.advance(STILL_MS - 1)
  unheard(50, 20)
  await clock.advance(1)
  expect(told).toEqual([])
  await clock.advance(STILL_MS)
  expect(told).toHaveLength(1)
})

test('stopped, it tells of nothing more', async () => {
  const { clock, drag, told } = opened()
  drag.resized({ columns: 60, rows: 20 })
  drag.stop()
  await clock.advance(STILL_MS * 2)
  expect([told, clock.pending]).toEqual([[], 0])
})

test('tmux tells of sizes late, and is waited for longer', () => {
  expect(stillMsOf({ TMUX: '/tmp/tmux-1000/default,1,0' })).toBeGreaterThan(250)
})
