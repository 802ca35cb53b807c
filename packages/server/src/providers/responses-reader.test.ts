import { describe, expect, test } from 'vitest'
import type { ProviderDelta } from './provider.ts'
import { ResponsesReader } from './responses-reader.ts'
import type { Reading } from './stream-reader.ts'

function readAll(...events: readonly object[]) {
  const deltas: ProviderDelta[] = []
  const reader = new ResponsesReader((delta) => deltas.push(delta), {
    origin: 'us',
    laxDone: false,
  })
  const readings: Reading[] = events.map((event) => reader.event(JSON.stringify(event), undefined))
  return { deltas, reader, readings }
}

const text = (delta: string) => ({ type: 'response.output_text.delta', delta, output_index: 0 })
const done = (item: object, place = 0) => ({
  type: 'response.output_item.done',
  output_index: place,
  item,
})
const added = (item: object, place = 0) => ({
  type: 'response.output_item.added',
  output_index: place,
  item,
})
const argue = (delta: string, place = 0, id = 'fc') => ({
  type: 'response.function_call_arguments.delta',
  output_index: place,
  item_id: id,
  delta,
})
const call = (id: string, args = '') => ({
  type: 'function_call',
  id: 'fc',
  call_id: id,
  name: 'f',
  arguments: args,
})
const completed = (response: object = {}) => ({
  type: 'response.completed',
  response: { status: 'completed', ...response },
})
const incomplete = (reason: string) => ({
  type: 'response.incomplete',
  response: { status: 'incomplete', incomplete_details: { reason } },
})

describe('text', () => {
  test('T35 deltas are told as they came; obfuscation is no part of them', () => {
    const { deltas, readings } = readAll({ ...text('a'), obfuscation: 'zz' }, text('b'))
    expect(deltas).toEqual([
      { channel: 'text', text: 'a' },
      { channel: 'text', text: 'b' },
    ])
    expect(readings).toEqual(['open', 'open'])
  })

  test('what deltas brought is not told again by what sums them up', () => {
    const content = [{ type: 'output_text', text: 'ab' }]
    const { deltas } = readAll(
      text('a'),
      text('b'),
      { type: 'response.output_text.done', text: 'ab' },
      { type: 'response.content_part.done', part: content[0] },
      done({ type: 'message', content }),
      completed({ output: [{ type: 'message', content }] }),
    )
    expect(deltas.map((delta) => delta.text).join('')).toBe('ab')
  })

  test('a message without deltas is told when it is done', () => {
    const { deltas } = readAll(
      text('a'),
      done({ type: 'message', content: [{ type: 'output_text', text: 'a' }] }),
      done({ type: 'message', content: [{ type: 'output_text', text: 'b' }] }, 1),
      done({ type: 'message', content: [{ type: 'refusal', refusal: 'c' }] }, 2),
    )
    expect(deltas).toEqual([
      { channel: 'text', text: 'a' },
      { channel: 'text', text: 'b' },
      { channel: 'refusal', text: 'c' },
    ])
  })

  test('T31 reasoning is told once, by summary or in full', () => {
    const { deltas } = readAll(
      { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
      { type: 'response.reasoning_text.delta', delta: 'hmmmm' },
      { type: 'response.reasoning_summary_text.delta', delta: '!' },
    )
    expect(deltas).toEqual([
      { channel: 'reasoning', text: 'hm' },
      { channel: 'reasoning', text: '!' },
    ])
  })

  test('T32 a refusal has its own channel, and the answer is complete', () => {
    const { deltas, reader } = readAll({ type: 'response.refusal.delta', delta: 'no' }, completed())
    expect(deltas).toEqual([{ channel: 'refusal', text: 'no' }])
    expect(reader.end()).toMatchObject({ status: 'completed', finishReason: 'refusal' })
  })

  test('T8 T37 what else there is, or is not as it should be, brings nothing', () => {
    const { deltas, readings } = readAll(
      { type: 'response.created', response: { status: 'in_progress' } },
      { type: 'response.web_search_call.searching', output_index: 0 },
      { type: 'ping' },
      { type: 7 },
      {},
      { error: null },
      text(''),
      { type: 'response.output_text.delta', delta: null },
      added({ type: 'reasoning' }),
      { type: 'response.output_item.added', item: 'x' },
      done({ type: 'message' }),
    )
    expect(deltas).toEqual([])
    expect(new Set(readings)).toEqual(new Set<Reading>(['open']))
  })
})

describe('calls of tools', () => {
  test('T26 T27 are told apart by their place in the output, whatever their ids', () => {
    const { deltas, reader } = readAll(
      added(call('call_1'), 1),
      added(call('call_2'), 2),
      argue('{"a"', 1, 'other'),
      argue('{}', 2),
      argue(':1}', 1, 'another'),
      done(call('call_1', '{"a":1}'), 1),
      done(call('call_2', '{}'), 2),
      completed(),
    )
    expect(deltas).toEqual([
      { channel: 'toolCall', index: 0, id: 'call_1', name: 'f', text: '' },
      { channel: 'toolCall', index: 1, id: 'call_2', name: 'f', text: '' },
      { channel: 'toolCall', index: 0, text: '{"a"' },
      { channel: 'toolCall', index: 1, text: '{}' },
      { channel: 'toolCall', index: 0, text: ':1}' },
    ])
    expect(reader.end()).toMatchObject({ status: 'completed', finishReason: 'tool_calls' })
  })

  test('arguments that come only when the call is done, or with its beginning', () => {
    const whole = { channel: 'toolCall', id: 'call_1', name: 'f', index: 0 }
    expect(readAll(added(call('call_1')), done(call('call_1', '{}'))).deltas).toEqual([
      { ...whole, text: '' },
      { channel: 'toolCall', index: 0, text: '{}' },
    ])
    expect(readAll(done(call('call_1', '{}'))).deltas).toEqual([{ ...whole, text: '{}' }])
    expect(readAll(added(call('call_1', '{}')), done(call('call_1', '{}'))).deltas).toEqual([
      { ...whole, text: '{}' },
    ])
  })

  test('T28 a piece without a call is none', () => {
    expect(readAll(argue('{}', 3)).deltas).toEqual([])
  })
})

describe('ends', () => {
  test('the end mark says how, and how much', () => {
    const { reader, readings } = readAll(
      text('a'),
      completed({ usage: { input_tokens: 1, output_tokens: 2 } }),
    )
    expect(readings).toEqual(['open', 'done'])
    expect(reader.usage).toEqual({ promptTokens: 1, completionTokens: 2 })
    expect(reader.end()).toEqual({
      outcome: 'finished',
      status: 'completed',
      finishReason: 'stop',
      nativeFinishReason: 'completed',
    })
  })

  test('T24 T25 incomplete, with its reason', () => {
    expect(readAll(incomplete('max_output_tokens')).reader.end()).toMatchObject({
      status: 'incomplete',
      finishReason: 'length',
    })
    expect(readAll(text('a'), incomplete('content_filter')).reader.end()).toMatchObject({
      status: 'incomplete',
      finishReason: 'content_filter',
    })
  })

  test('a failed response is an error, with what it used', () => {
    const error = { code: 'server_error', message: 'x' }
    const usage = { input_tokens: 1, output_tokens: 2 }
    const { reader, readings } = readAll({
      type: 'response.failed',
      response: { status: 'failed', error, usage },
    })
    expect(readings).toEqual(['error'])
    expect(reader.error).toEqual({ error })
    expect(reader.finished).toBe(false)
    expect(reader.usage).toEqual({ promptTokens: 1, completionTokens: 2 })
  })

  test.each([
    { type: 'error', code: 'server_error', message: 'x' },
    { type: 'error', error: { code: 'server_error', message: 'x' } },
    { error: { code: 'server_error', message: 'x' } },
  ])('%j is an error', (event) => {
    const { reader, readings } = readAll(event)
    expect(readings).toEqual(['error'])
    expect(reader.error).toEqual(event)
  })

  test('the event’s name counts where it has no type', () => {
    const { reader } = readAll()
    expect(reader.event('{"delta":"a"}', 'response.output_text.delta')).toBe('open')
    expect(reader.event('{"message":"x"}', 'error')).toBe('error')
  })
})

test('encrypted reasoning is kept with the answer', () => {
  const { reader } = readAll(
    done({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' }),
    text('abc'),
    done({ type: 'message', id: 'msg_1', status: 'completed', content: [] }, 1),
    completed(),
  )
  expect(JSON.parse(reader.replay?.data ?? '')).toEqual({
    origin: 'us',
    items: [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
      { type: 'message', id: 'msg_1', status: 'completed', length: 3 },
    ],
  })
  expect(readAll(text('a'), completed()).reader.replay).toBeUndefined()
})
