import { expect, test } from 'vitest'
import { FakeClock } from '../client/testing/fake-clock.ts'
import { QuietMoment } from './quiet-moment.ts'

function moment(): { clock: FakeClock; quiet: QuietMoment; done: () => number } {
  const clock = new FakeClock()
  let count = 0
  const quiet = new QuietMoment({
    clock,
    quietMs: 100,
    atLatestMs: 250,
    work: () => {
      count += 1
    },
  })
  return { clock, quiet, done: () => count }
}

test('the work waits until nothing was typed for a while, and is done once', async () => {
  const { clock, quiet, done } = moment()
  await clock.advance(80)
  quiet.disturbed()
  await clock.advance(99)
  expect(done()).toBe(0)
  await clock.advance(1)
  expect(done()).toBe(1)
  quiet.disturbed()
  quiet.now()
  await clock.advance(1000)
  expect([done(), clock.pending]).toEqual([1, 0])
})

test('who never pauses puts it off for so long and no longer', async () => {
  const { clock, quiet, done } = moment()
  for (let ms = 0; ms < 240; ms += 60) {
    // oxlint-disable-next-line no-await-in-loop -- one key after the other
    await clock.advance(60)
    quiet.disturbed()
  }
  expect(done()).toBe(0)
  await clock.advance(10)
  expect(done()).toBe(1)
})

test('it is done at once where it is needed, and never after it was cancelled', async () => {
  const needed = moment()
  needed.quiet.now()
  expect(needed.done()).toBe(1)
  const cancelled = moment()
  cancelled.quiet.cancel()
  cancelled.quiet.now()
  await cancelled.clock.advance(1000)
  expect([cancelled.done(), cancelled.clock.pending]).toEqual([0, 0])
})
