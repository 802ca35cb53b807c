import { expect, test } from 'vitest'
import { FakeClock } from '../client/testing/fake-clock.ts'
import { composerWith } from './composer/composer-state.ts'
import { ScreenStore } from './screen-store.ts'
import { plainText } from '../terminal/styled-row.ts'
import { initialView } from './view-state.ts'

const tailText = (store: ScreenStore): string => store.takeAnswer().tail.map(plainText).join('\n')

function open(): { clock: FakeClock; store: ScreenStore; frames: () => number } {
  const clock = new FakeClock()
  const store = new ScreenStore(clock, {
    view: initialView(80, 24, clock.now()),
    composer: composerWith([], ''),
  })
  let frames = 0
  store.onAnswer(() => {
    frames += 1
  })
  return { clock, store, frames: () => frames }
}

test('the first delta is drawn at once, those of the next 33 ms together', async () => {
  const { clock, store, frames } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  const before = frames()
  store.dispatch({ type: 'delta', delta: 'a' })
  await clock.advance(0)
  expect(frames()).toBe(before + 1)
  for (const delta of ['b', 'c', 'd']) store.dispatch({ type: 'delta', delta })
  expect(frames()).toBe(before + 1)
  expect(tailText(store)).toBe('a')
  await clock.advance(33)
  expect(frames()).toBe(before + 2)
  expect(tailText(store)).toBe('abcd')
})

test('whatever comes next finds the gathered deltas drawn', () => {
  const { clock, store } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  store.dispatch({ type: 'delta', delta: 'a' })
  store.dispatch({ type: 'delta', delta: 'b' })
  store.dispatch({ type: 'answered', lines: [] })
  expect(store.takeAnswer().printed.map(plainText)).toEqual(['ab'])
  expect(store.takeAnswer().printed).toEqual([])
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

test('neither deltas nor the time touch what React draws', async () => {
  const { clock, store } = open()
  let draws = 0
  store.subscribe(() => {
    draws += 1
  })
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  store.dispatch({ type: 'delta', delta: 'a' })
  const region = store.region()
  expect(draws).toBe(1)
  for (let second = 0; second < 10; second++) {
    store.dispatch({ type: 'delta', delta: 'b' })
    // oxlint-disable-next-line no-await-in-loop -- time passes delta by delta
    await clock.advance(200)
  }
  expect(draws).toBe(1)
  expect(store.region()).toBe(region)
  expect(tailText(store)).toBe('abbbbbbbbbb')
})
