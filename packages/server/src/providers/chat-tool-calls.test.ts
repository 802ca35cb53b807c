import { describe, expect, test } from 'vitest'
import { ChatToolCalls } from './chat-tool-calls.ts'
import type { ToolCall, ToolCallDelta } from './provider.ts'
import { assembleToolCalls } from './tool-calls.ts'

/** Reads the `tool_calls` of several chunks. */
function read(...chunks: readonly (readonly unknown[])[]): {
  readonly deltas: readonly ToolCallDelta[]
  readonly calls: readonly ToolCall[]
} {
  const deltas: ToolCallDelta[] = []
  const reader = new ChatToolCalls((delta) => {
    deltas.push(delta)
  })
  for (const chunk of chunks) reader.read(chunk)
  return { deltas, calls: assembleToolCalls(deltas) }
}

const piece = (text: string, rest: object = {}) => ({ ...rest, function: { arguments: text } })
const begin = (name: string, rest: object = {}, text = '') => ({
  ...rest,
  function: { name, arguments: text },
})

const F = { id: 'a', name: 'f', arguments: '{"x":1}' }
const G = { id: 'b', name: 'g', arguments: '{"y":2}' }

describe('which call a piece belongs to', () => {
  test('T26 the vendor’s index', () => {
    const { calls, deltas } = read(
      [begin('f', { index: 0, id: 'a' })],
      [begin('g', { index: 1, id: 'b' })],
      [piece('{"x"', { index: 0 }), piece('{"y"', { index: 1 })],
      [piece(':2}', { index: 1 }), piece(':1}', { index: 0 })],
    )
    expect(calls).toEqual([F, G])
    expect(deltas.slice(0, 3)).toEqual([
      { channel: 'toolCall', index: 0, id: 'a', name: 'f', text: '' },
      { channel: 'toolCall', index: 1, id: 'b', name: 'g', text: '' },
      { channel: 'toolCall', index: 0, text: '{"x"' },
    ])
  })

  test.each([
    ['missing', {}],
    ['always 0', { index: 0 }],
  ])('T27 an index that is %s: other ids are other calls', (_, index) => {
    const { calls } = read(
      [begin('f', { ...index, id: 'a' }, '{"x"')],
      [piece(':1}', index)],
      [begin('g', { ...index, id: 'b' }, '{"y"')],
      [piece(':2}', index)],
    )
    expect(calls).toEqual([F, G])
  })

  test('T27 pieces are told apart by their id where each has one', () => {
    const { calls } = read(
      [begin('f', { id: 'a' }), begin('g', { id: 'b' })],
      [piece('{"y"', { id: 'b' })],
      [piece('{"x":1}', { id: 'a' })],
      [piece(':2}', { id: 'b' })],
    )
    expect(calls).toEqual([F, G])
  })

  test('T27 without index and id their place in the array tells', () => {
    const { calls } = read(
      [begin('f', { id: 'a' }), begin('g', { id: 'b' })],
      [piece('{"x":1}'), piece('{"y":2}')],
    )
    expect(calls).toEqual([F, G])
  })

  test('T28 an odd index without an id is the last active call', () => {
    const { calls } = read(
      [begin('f', { index: 0, id: 'a' }, '{"x":1}')],
      [begin('g', { index: 1, id: 'b' })],
      [piece('{"y":', { index: 7 })],
      [piece('2}', { index: 9 })],
    )
    expect(calls).toEqual([F, G])
  })

  test('an id that changes with each piece, without a name, is no new call', () => {
    const { calls } = read(
      [begin('f', { index: 0, id: 'a' })],
      [piece('{"x"', { index: 0, id: 'z1' })],
      [piece(':1}', { index: 0, id: 'z2' })],
    )
    expect(calls).toEqual([F])
  })

  test('calls without ids: a repeated name goes on, another name begins', () => {
    const { calls } = read(
      [begin('f', { index: 0 }, '{"x"')],
      [begin('f', { index: 0 }, ':1}')],
      [begin('g', { index: 0 }, '{"y":2}')],
    )
    expect(calls).toEqual([
      { ...F, id: 'call_0' },
      { ...G, id: 'call_1' },
    ])
  })

  test('a name that comes after the id', () => {
    const { calls, deltas } = read(
      [piece('', { index: 0, id: 'a' }), piece('', { index: 1, id: 'b' })],
      [begin('f', { index: 0, id: 'a' }, '{"x":1}'), begin('g', { index: 1, id: 'b' }, '{"y":2}')],
    )
    expect(calls).toEqual([F, G])
    expect(deltas).toHaveLength(4)
  })
})

describe('arguments', () => {
  test('T29 go on just as they came, JSON or not', () => {
    expect(read([begin('f', { id: 'a' }, '{"x": ')]).calls).toEqual([
      { id: 'a', name: 'f', arguments: '{"x": ', malformed: true },
    ])
  })

  test('given as an object are its JSON', () => {
    const call = { id: 'a', function: { name: 'f', arguments: { x: 1 } } }
    expect(read([call]).calls).toEqual([F])
  })

  test('a piece that brings nothing is not told', () => {
    expect(read([begin('f', { id: 'a' })], [piece(''), {}, null]).deltas).toHaveLength(1)
  })
})

test('T30 the older function_call is one call', () => {
  const deltas: ToolCallDelta[] = []
  const reader = new ChatToolCalls((delta) => {
    deltas.push(delta)
  })
  reader.readLegacy({ name: 'f', arguments: '' })
  reader.readLegacy({ arguments: '{"x"' })
  reader.readLegacy({ arguments: ':1}' })
  expect(assembleToolCalls(deltas)).toEqual([{ ...F, id: 'call_0' }])
})
