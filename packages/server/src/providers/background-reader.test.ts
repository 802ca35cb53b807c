import { describe, expect, test } from 'vitest'
import { BackgroundReader } from './background-reader.ts'
import type { Checkpoint, ProviderDelta } from './provider.ts'

const FROM: Checkpoint = { response: 'r', sequence: 5, account: 'of r' }

const at = (sequence: number): Checkpoint => ({ ...FROM, sequence })

/** A reader that has been told these events, and what it told. */
function read(events: readonly object[], from?: Checkpoint) {
  const deltas: ProviderDelta[] = []
  const told: (Checkpoint | number | undefined)[] = []
  const reader = new BackgroundReader(
    (delta) => deltas.push(delta),
    {
      from,
      checkpoint: (checkpoint) => {
        // The place after so many deltas.
        told.push(checkpoint, deltas.length)
      },
    },
    { origin: 'here', laxDone: false, account: (response) => `of ${response}` },
  )
  const readings = events.map((event) => reader.event(JSON.stringify(event), undefined))
  const text = deltas.map((delta) => (delta.channel === 'text' ? delta.text : '')).join('')
  return { reader, deltas, told, readings, text }
}

const numbered = (events: readonly object[], first = 0): object[] =>
  events.map((event, index) => ({ ...event, sequence_number: first + index }))

const CREATED = { type: 'response.created', response: { id: 'r' } }
const say = (delta: string): object => ({
  type: 'response.output_text.delta',
  output_index: 0,
  delta,
})
const message = (text: string): object => ({
  type: 'message',
  id: 'm',
  content: [{ type: 'output_text', text }],
})
const itemDone = (item: object, place = 0): object => ({
  type: 'response.output_item.done',
  output_index: place,
  item,
})
const added = (item: object, place = 0): object => ({
  ...itemDone(item, place),
  type: 'response.output_item.added',
})
const completed = (output: readonly object[] = []): object => ({
  type: 'response.completed',
  response: { id: 'r', status: 'completed', output },
})
const CALL = { type: 'function_call', id: 'f', call_id: 'c', name: 'look', arguments: '{"a":1}' }

describe('where the answer can be read on', () => {
  test('from its first event on, and after each that brought something', () => {
    const events = [CREATED, { type: 'response.in_progress' }, say('a'), say('b'), completed()]
    const { told, reader } = read(numbered(events))
    expect(told).toEqual([at(0), 0, at(2), 1, at(3), 2])
    expect(reader.checkpoint).toEqual(at(3))
  })

  test('nowhere once it has failed, and nowhere where events have no numbers', () => {
    const failed = { type: 'response.failed', response: { error: { code: 'server_error' } } }
    expect(read(numbered([CREATED, say('a'), failed])).reader.checkpoint).toBeUndefined()
    expect(read([CREATED, say('a')]).told).toEqual([])
    expect(read([{ ...CREATED, sequence_number: 0 }, say('a')]).reader.checkpoint).toBeUndefined()
  })

  test.each([[''], ['x'.repeat(300)], [7]])('not without an id: %s', (id) => {
    expect(read(numbered([{ ...CREATED, response: { id } }, say('a')])).told).toEqual([])
  })
})

describe('from the middle', () => {
  test('what came before is not taken in again, wherever the vendor begins', () => {
    expect(read(numbered([CREATED, say('a'), say('b'), say('c')], 4), FROM).text).toBe('bc')
  })

  test('an item that began before is not read as a whole', () => {
    const events = [say('b'), itemDone(message('ab')), completed()]
    expect(read(numbered(events, 6), FROM).text).toBe('b')
    expect(read(numbered(events.slice(1), 6), FROM).text).toBe('')
  })

  test('one that began after it is, where it has no deltas', () => {
    const events = [
      itemDone(message('ab')),
      added(message(''), 1),
      itemDone(message('cd'), 1),
      completed(),
    ]
    expect(read(numbered(events, 6), FROM).text).toBe('cd')
  })

  test('reasoning goes on in the kind of event that it began in', () => {
    const kind = 'response.reasoning_text.delta'
    const events = [
      { type: 'response.reasoning_summary_text.delta', delta: 'again' },
      { type: kind, delta: 'more' },
    ]
    const { deltas, reader } = read(numbered(events, 6), { ...FROM, reasoning: kind })
    expect(deltas).toEqual([{ channel: 'reasoning', text: 'more' }])
    expect(reader.checkpoint).toMatchObject({ sequence: 7, reasoning: kind })
  })

  test('the end tells the whole text, its calls of tools, refusals and what is sent again', () => {
    const output = [
      { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'sealed' },
      message('ab'),
    ]
    const plain = read(numbered([say('b'), completed(output)], 6), FROM)
    expect(plain.reader.end()).toMatchObject({ finishReason: 'stop', text: 'ab' })
    expect(JSON.parse(plain.reader.replay?.data ?? '')).toMatchObject({
      origin: 'here',
      items: [{ id: 'rs' }, { id: 'm', length: 2 }],
    })
    const tools = read(numbered([say('b'), completed([...output, CALL])], 6), FROM)
    expect(tools.reader.end()).toMatchObject({ finishReason: 'tool_calls' })
    expect(tools.deltas.slice(1)).toEqual([
      { channel: 'toolCall', index: 0, id: 'c', name: 'look', text: '{"a":1}' },
    ])
    const refused = { type: 'message', id: 'm', content: [{ type: 'refusal', refusal: 'no' }] }
    const refusal = read(numbered([completed([refused])], 6), FROM)
    expect(refusal.reader.end()).toMatchObject({ finishReason: 'refusal' })
  })
})

describe('from the beginning', () => {
  test('calls of tools come once, as a whole, also where the end does not repeat them', () => {
    const pieces = [
      CREATED,
      added({ ...CALL, arguments: '' }),
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a"' },
      itemDone(CALL),
    ]
    for (const end of [completed(), completed([CALL])]) {
      const { deltas, reader, readings } = read(numbered([...pieces, end]))
      expect(deltas).toHaveLength(1)
      expect(deltas[0]).toMatchObject({ id: 'c', text: '{"a":1}' })
      expect(reader.end()).toMatchObject({ finishReason: 'tool_calls' })
      expect(reader.end()).not.toHaveProperty('text')
      expect(readings.at(-1)).toBe('done')
    }
  })
})
