import { expect, test } from 'vitest'
import { FakeClock } from '../client/testing/fake-clock.ts'
import { composerWith } from './composer/composer-state.ts'
import { ScreenStore } from './screen-store.ts'
import { initialView } from './view-state.ts'

function open(): { clock: FakeClock; store: ScreenStore; frames: () => number } {
  const clock = new FakeClock()
  const store = new ScreenStore(clock, {
    view: initialView(80, 24, clock.now()),
    composer: composerWith([], ''),
  })
  let frames = 0
  store.subscribe(() => {
    frames += 1
  })
  return { clock, store, frames: () => frames }
}

test('the first delta is drawn at once, those of the next 33 ms together', async () => {
  const { clock, store, frames } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  const before = frames()
  store.dispatch({ type: 'delta', delta: 'a' })
  expect(frames()).toBe(before + 1)
  for (const delta of ['b', 'c', 'd']) store.dispatch({ type: 'delta', delta })
  expect(frames()).toBe(before + 1)
  expect(store.snapshot().view.live?.open).toBe('a')
  await clock.advance(33)
  expect(frames()).toBe(before + 2)
  expect(store.snapshot().view.live?.open).toBe('abcd')
})

test('whatever comes next finds the gathered deltas drawn', () => {
  const { clock, store } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  store.dispatch({ type: 'delta', delta: 'a' })
  store.dispatch({ type: 'delta', delta: 'b' })
  store.dispatch({ type: 'answered', lines: [] })
  const rows = store.snapshot().view.blocks.flatMap((block) => block.rows)
  expect(rows.map(([span]) => span?.text)).toEqual(['ab'])
})

test('it ticks only while something depends on the time', async () => {
  const { clock, store } = open()
  expect(clock.pending).toBe(0)
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  expect(clock.pending).toBe(1)
  await clock.advance(2000)
  expect(clock.pending).toBe(1)
  store.dispatch({ type: 'answered', lines: [] })
  await clock.advance(1000)
  expect(clock.pending).toBe(0)
})

test('keys are drawn at once', () => {
  const { store, frames } = open()
  store.compose({ type: 'insert', text: 'x' })
  expect(frames()).toBe(1)
  expect(store.snapshot().composer.editor.text).toBe('x')
})
