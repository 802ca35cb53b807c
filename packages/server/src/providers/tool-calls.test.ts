import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ToolCallDelta } from './provider.ts'
import { assembleToolCalls } from './tool-calls.ts'

const delta = (index: number, text: string, rest: Partial<ToolCallDelta> = {}): ToolCallDelta => ({
  channel: 'toolCall',
  index,
  text,
  ...rest,
})

test('no pieces are no calls', () => {
  expect(assembleToolCalls([])).toEqual([])
})

test('T62 no arguments are an empty object', () => {
  expect(
    assembleToolCalls([
      delta(0, '', { id: 'a', name: 'f' }),
      delta(1, ' ', { id: 'b', name: 'g' }),
    ]),
  ).toEqual([
    { id: 'a', name: 'f', arguments: '{}' },
    { id: 'b', name: 'g', arguments: '{}' },
  ])
})

test('a call that the vendor gave no id is named by its place', () => {
  expect(assembleToolCalls([delta(3, '{}', { name: 'f' })])).toEqual([
    { id: 'call_3', name: 'f', arguments: '{}' },
  ])
})

test('T29 arguments that are no JSON are kept and marked', () => {
  expect(assembleToolCalls([delta(0, '{"a":', { id: 'a', name: 'f' })])).toEqual([
    { id: 'a', name: 'f', arguments: '{"a":', malformed: true },
  ])
})

test('however the pieces of several calls are cut and mixed, the calls are the same', () => {
  const pieces = fc.array(fc.tuple(fc.nat(3), fc.string({ minLength: 1 })), { maxLength: 30 })
  fc.assert(
    fc.property(pieces, (mixed) => {
      const calls = assembleToolCalls([
        ...[0, 1, 2, 3].map((index) => delta(index, '"', { id: `id${index}`, name: 'f' })),
        ...mixed.map(([index, text]) => delta(index, text)),
      ])
      expect(calls.map((call) => call.arguments)).toEqual(
        [0, 1, 2, 3].map(
          (index) => `"${mixed.map(([of, text]) => (of === index ? text : '')).join('')}`,
        ),
      )
      expect(calls.map(({ id }) => id)).toEqual(['id0', 'id1', 'id2', 'id3'])
    }),
  )
})
