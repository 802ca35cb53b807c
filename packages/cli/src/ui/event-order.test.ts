import { expect, test } from 'vitest'
import { FakeClock, settled } from '../client/testing/fake-clock.ts'
import { prepareCode } from '../markdown/code-languages.ts'
import { EventOrder } from './event-order.ts'
import type { ViewAction } from './view-state.ts'

function ordered() {
  const clock = new FakeClock()
  const told: string[] = []
  const order = new EventOrder(clock, ({ type }) => {
    told.push(type)
  })
  return { clock, told, order }
}

const opened = (text: string): ViewAction => ({
  type: 'opened',
  conversationId: 'c',
  title: undefined,
  omitted: 0,
  messages: [{ role: 'assistant', text, reasoning: '', refusal: '', lines: [] }],
})
const code = (language: string): ViewAction => opened(`\`\`\`${language}\nx\n\`\`\``)
const line: ViewAction = { type: 'lines', lines: [{ tone: 'plain', text: 'below' }] }
const delta: ViewAction = { type: 'delta', delta: 'word' }
const resized: ViewAction = { type: 'resized', columns: 80, rows: 24 }

test('a past without code is told at once, and so is what follows', () => {
  const { told, order } = ordered()
  for (const action of [opened('words'), line, delta]) order.take(action)
  expect(told).toEqual(['opened', 'lines', 'delta'])
})

test('a past with code waits for its languages, what belongs below it waits behind it, and nothing else does', async () => {
  const { told, order } = ordered()
  for (const action of [code('rust'), line, resized, delta]) order.take(action)
  expect(told).toEqual(['resized'])
  await prepareCode('```rust\n```')
  expect(told).toEqual(['resized', 'opened', 'lines', 'delta'])
})

test('two pasts stay in their order', async () => {
  const { told, order } = ordered()
  for (const action of [code('kotlin'), line, code('swift'), delta]) order.take(action)
  await prepareCode('```kotlin\n```\n```swift\n```')
  await settled()
  expect(told).toEqual(['opened', 'lines', 'opened', 'delta'])
})

test('what cannot be loaded in time is told without colours', async () => {
  const { told, order, clock } = ordered()
  order.take(code('scala'))
  order.take(line)
  // The languages are loaded while this clock goes on: what counts is that nothing is told twice.
  await clock.advance(500)
  await prepareCode('```scala\n```')
  expect(told).toEqual(['opened', 'lines'])
})

test('at the end all that waits is told', () => {
  const { told, order } = ordered()
  for (const action of [code('elixir'), line]) order.take(action)
  order.flush()
  expect(told).toEqual(['opened', 'lines'])
})
