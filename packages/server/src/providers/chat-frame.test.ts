import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { ChatFrame } from './chat-frame.ts'
import { ChatReader } from './chat-reader.ts'
import type { ProviderDelta } from './provider.ts'

const FRAME =
  '{"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null}'
const withText = (json: string): string => FRAME.replace('"Hello"', json)

const counted = (prompt: number) => ({ prompt_tokens: prompt, completion_tokens: 1 })
const numbered = (index: number, text: string): string =>
  `{"n":${index},"delta":{"content":"${text}"}}`

function learnt(): ChatFrame {
  const frame = new ChatFrame()
  frame.learn(FRAME, 'Hello')
  return frame
}

test.each([' world', 'é 😀 中文', '\u007f', 'a'])('the text %j is had as it is', (text) => {
  expect(learnt().textOf(withText(JSON.stringify(text)))).toBe(text)
})

test.each([
  ['is empty', withText('""')],
  ['has an escape', withText('"a\\nb"')],
  ['ends early', withText('"a","role":"b"')],
  ['is no string', withText('["a"]')],
  ['is not JSON', withText('"a\nb"')],
  ['comes with something else', FRAME.replace('null', '"stop"')],
  ['is shorter than what was learnt', FRAME.slice(0, 70)],
])('an event is to be parsed where its text %s', (_, event) => {
  expect(learnt().textOf(event)).toBeUndefined()
})

test.each([
  ['the text is there twice', '{"content":"a","delta":{"content":"a"}}', 'a'],
  ['the text is elsewhere', '{"content":"b","delta":{"conten\\u0074":"a"}}', 'a'],
  ['the text is escaped', '{"delta":{"content":"\\u0061"}}', 'a'],
  ['the text is in parts', '{"delta":{"content":[{"text":"a"}]}}', 'a'],
])('nothing is learnt where %s', (_, event, text) => {
  const frame = new ChatFrame()
  frame.learn(event, text)
  expect(frame.textOf(event)).toBeUndefined()
})

test('events with escapes are parsed, and nothing is forgotten for them', () => {
  const frame = learnt()
  const escaped = withText('"a\\nb"')
  for (let count = 0; count < 20; count += 1) {
    expect(frame.textOf(escaped)).toBeUndefined()
    frame.learn(escaped, 'a\nb')
  }
  expect(frame.textOf(withText('"c"'))).toBe('c')
})

test('what was learnt gives way to the next, until eight in a row were in vain', () => {
  const frame = new ChatFrame()
  for (let index = 1; index <= 8; index += 1) frame.learn(numbered(index, 'a'), 'a')
  expect(frame.textOf(numbered(8, 'b'))).toBe('b')
  for (let index = 1; index <= 9; index += 1) frame.learn(numbered(index, 'a'), 'a')
  expect(frame.textOf(numbered(8, 'b'))).toBe('b')
  expect(frame.textOf(numbered(9, 'b'))).toBeUndefined()
})

test.each<[string, readonly unknown[]]>([
  [
    'usage',
    [
      { choices: [{ delta: { content: 'a' } }], usage: counted(1) },
      { choices: [], usage: counted(2) },
      { choices: [{ delta: { content: 'b' } }], usage: counted(1) },
    ],
  ],
  ['message', ['a', 'b'].map((content) => ({ choices: [{ message: { content } }] }))],
  [
    'calls of tools',
    ['a', 'b'].map((content) => ({
      choices: [{ delta: { content, tool_calls: [{ index: 0, function: { arguments: '1' } }] } }],
    })),
  ],
])('an event with %s is parsed each time', (_, events) => {
  const whole = read(events, (one, index) => JSON.stringify({ n: index, ...one }))
  expect(read(events, (one) => JSON.stringify(one))).toEqual(whole)
})

test('an event that was not parsed ends a row of noise', () => {
  const noise = Array.from({ length: 40 }, () => undefined)
  const said = { choices: [{ delta: { content: 'a' } }] }
  const { readings } = read([said, ...noise, said, ...noise], (one) => JSON.stringify(one))
  expect(new Set(readings)).toEqual(new Set(['open']))
})

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', 'a', '"', '\\', '\n', 'stop', '"content":"', '","content":"', '\u{1F600}'),
)

/** What a choice may bring; mostly a text and nothing else. */
const choice = fc.oneof(
  { weight: 60, arbitrary: fc.record({ delta: fc.record({ content: text }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ delta: fc.record({ role: fc.constant('assistant'), content: text }) }),
  },
  fc.record({ delta: fc.record({ content: text, reasoning_content: text }) }),
  fc.record({ delta: fc.record({ content: text, refusal: text }) }),
  fc.record({
    delta: fc.record({
      content: text,
      tool_calls: fc.constant([{ index: 0, id: 'x', function: { name: 'f', arguments: '1' } }]),
    }),
  }),
  fc.record({ delta: fc.record({ content: fc.array(fc.record({ text }), { maxLength: 2 }) }) }),
  fc.record({ message: fc.record({ content: text }) }),
  fc.record({ index: fc.constant(1), delta: fc.record({ content: text }) }),
  fc.record({ delta: fc.record({ content: text }), usage: fc.constant(counted(5)) }),
  fc.record({ delta: fc.record({ content: text }), finish_reason: fc.constant('stop') }),
)

const event = fc.oneof(
  { weight: 20, arbitrary: choice.map((one) => ({ choices: [one], usage: null })) },
  choice.map((one) => ({ choices: [one], usage: counted(1) })),
  choice.map((one) => ({ choices: [one], error: { message: 'no' } })),
  choice.map((one) => ({ content: 'a', choices: [one] })),
  fc.constant(undefined),
)

/** What a reader makes of the events; `undefined` is noise that is no JSON. */
function read(events: readonly unknown[], write: (event: object, index: number) => string) {
  const deltas: ProviderDelta[] = []
  const reader = new ChatReader((delta) => {
    deltas.push(delta)
  })
  const readings = events.map((one, index) =>
    reader.event(typeof one === 'object' && one !== null ? write(one, index) : 'noise', undefined),
  )
  return { deltas, readings, usage: reader.usage, finished: reader.finished, end: reader.end() }
}

test('what a reader makes of a stream does not depend on what its events have in common', () => {
  const textOf = vi.spyOn(ChatFrame.prototype, 'textOf')
  const seen = { streams: 0, events: 0, known: 0 }
  fc.assert(
    fc.property(fc.array(event, { minLength: 5, maxLength: 40 }), (events) => {
      const whole = read(events, (one, index) => JSON.stringify({ n: index, ...one }))
      textOf.mockClear()
      expect(read(events, (one) => JSON.stringify(one))).toEqual(whole)
      seen.streams += 1
      seen.events += events.length
      seen.known += textOf.mock.results.filter(({ value }) => value !== undefined).length
    }),
    { numRuns: 500 },
  )
  textOf.mockRestore()
  process.stdout.write(
    `  ${seen.streams} streams of ${seen.events} chat events, ${seen.known} of them not parsed\n`,
  )
  expect(seen.known).toBeGreaterThan(seen.events / 10)
})
