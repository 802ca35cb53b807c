import { describe, expect, test } from 'vitest'
import { FakeClock } from '../client/testing/fake-clock.ts'
import { composerWith } from './composer/composer-state.ts'
import { ScreenStore } from './screen-store.ts'
import { plainText } from '../terminal/styled-row.ts'
import { initialView } from './view-state.ts'

const tailText = (store: ScreenStore): string => store.takeAnswer().tail.map(plainText).join('\n')

function open(window?: ConstructorParameters<typeof ScreenStore>[2]): {
  clock: FakeClock
  store: ScreenStore
  frames: () => number
} {
  const clock = new FakeClock()
  const store = new ScreenStore(
    clock,
    {
      view: initialView(80, 24, clock.now()),
      composer: composerWith([], ''),
    },
    window,
  )
  let frames = 0
  store.onAnswer(() => {
    frames += 1
  })
  return { clock, store, frames: () => frames }
}

test('the first delta is drawn at once, those of the next 66 ms together', async () => {
  const { clock, store, frames } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  const before = frames()
  store.dispatch({ type: 'delta', delta: 'a' })
  await clock.advance(0)
  expect(frames()).toBe(before + 1)
  for (const delta of ['b', 'c', 'd']) store.dispatch({ type: 'delta', delta })
  expect(frames()).toBe(before + 1)
  expect(tailText(store)).toBe('a')
  await clock.advance(66)
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

test('an answer that is drawn for its deltas is not drawn for the time besides', async () => {
  const { clock, store, frames } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  const before = frames()
  for (let delta = 0; delta < 10; delta++) {
    store.dispatch({ type: 'delta', delta: 'a' })
    // oxlint-disable-next-line no-await-in-loop -- time passes delta by delta
    await clock.advance(400)
  }
  expect(frames()).toBe(before + 10)
  expect(plainText(store.takeAnswer().news[0] ?? [])).toContain('3 s')
  await clock.advance(1000)
  expect(frames()).toBe(before + 12)
})

test('what else depends on the time is told of it while an answer streams', async () => {
  const { clock, store } = open()
  store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
  store.dispatch({ type: 'flash', text: 'Copied.', until: clock.now() + 1000 })
  for (let delta = 0; delta < 10; delta++) {
    store.dispatch({ type: 'delta', delta: 'a' })
    // oxlint-disable-next-line no-await-in-loop -- time passes delta by delta
    await clock.advance(200)
  }
  expect(store.region().view.flash).toBeUndefined()
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

const shown = (store: ScreenStore): string[] => {
  const { printed, tail } = store.takeAnswer()
  return [...printed, ...tail].map((each) => plainText(each).trimEnd())
}

describe('while the window is dragged', () => {
  const word = 'word '

  /** In mid-drag, with 60 words of an answer. */
  async function dragged(): Promise<{ store: ScreenStore; end: () => void }> {
    const size = { columns: 40, rows: 24 }
    const window: { drag: { size: typeof size; least: typeof size } | undefined } = {
      drag: undefined,
    }
    const { clock, store } = open({
      isStill: () => window.drag === undefined,
      get drag() {
        return window.drag
      },
    })
    store.dispatch({ type: 'answering', runId: 'r', at: clock.now() })
    window.drag = { size, least: size }
    for (let count = 0; count < 60; count++) {
      store.dispatch({ type: 'delta', delta: word })
      // oxlint-disable-next-line no-await-in-loop -- time passes delta by delta
      await clock.advance(20)
    }
    const end = (): void => {
      window.drag = undefined
      store.dispatch({ type: 'resized', ...size })
    }
    return { store, end }
  }

  test('deltas wait, and are laid out for the size that it gets', async () => {
    const { store, end } = await dragged()
    expect(shown(store)).toEqual([])
    end()
    expect(shown(store)).toEqual(
      Array.from({ length: 8 }, (_, y) => word.repeat(y < 7 ? 8 : 4).trimEnd()),
    )
  })

  test('an answer that ends meanwhile is laid out for the size that it has', async () => {
    const { store, end } = await dragged()
    store.dispatch({ type: 'answered', lines: [] })
    end()
    expect(shown(store)).toEqual(
      Array.from({ length: 8 }, (_, y) => word.repeat(y < 7 ? 8 : 4).trimEnd()),
    )
  })
})
