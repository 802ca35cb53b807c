import { expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { readParams } from './params.ts'

test('each parameter has its type', () => {
  expect(
    readParams([
      'temperature=0.5',
      'topP=1',
      'topK=40',
      'maxTokens=100',
      'reasoningEffort=low',
      'stop=END',
      'stop=a=b',
    ]),
  ).toEqual({
    temperature: 0.5,
    topP: 1,
    topK: 40,
    maxTokens: 100,
    reasoningEffort: 'low',
    stop: ['END', 'a=b'],
  })
})

test('none given: none sent; the last of a name counts', () => {
  expect(readParams([])).toBeUndefined()
  expect(readParams(['topK=1', 'topK=2'])).toEqual({ topK: 2 })
})

test.each([
  'temperature=2.1',
  'temperature=',
  'temperature=warm',
  'temperature',
  'topP=-1',
  'topK=0',
  'topK=1.5',
  'maxTokens=0',
  'reasoningEffort=huge',
  'stop=',
  'seed=1',
  '=1',
])('%s is a usage error', (pair) => {
  expect(() => readParams([pair])).toThrow(UsageError)
})

test('what is no number is told as it was typed', () => {
  expect(() => readParams(['temperature=warm'])).toThrow(
    '--param temperature cannot be "warm": it must be a number.',
  )
})
