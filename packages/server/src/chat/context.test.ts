import { estimateTokens } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PromptMessage } from '../providers/provider.ts'
import { fittedPrompt, lengthOf, promptOf, type Window } from './context.ts'

const UNKNOWN: Window = { contextWindow: null, maxInput: null, maxOutput: null }

/** A message of so many tokens. */
function message(role: PromptMessage['role'], tokens: number, mark = 'x'): PromptMessage {
  return { role, content: mark.repeat(tokens * 4) }
}

const marks = (messages: readonly PromptMessage[]): string =>
  messages.map(({ content }) => content[0]).join('')

const others = (all: readonly PromptMessage[]): PromptMessage[] =>
  all.filter(({ role }) => role !== 'system')

const TALK = [
  message('system', 10, 's'),
  message('user', 10, 'a'),
  message('assistant', 10, 'b'),
  message('user', 10, 'c'),
  message('assistant', 10, 'd'),
  message('user', 10, 'e'),
]

describe('promptOf', () => {
  test('answers without text are left out', () => {
    expect(
      promptOf([
        { id: '1', role: 'user', content: 'a' },
        { id: '2', role: 'assistant', content: '' },
      ]),
    ).toEqual([{ role: 'user', content: 'a' }])
  })
})

describe('fittedPrompt', () => {
  test('nothing is left out where the window is unknown, or all fits', () => {
    expect(fittedPrompt(TALK, UNKNOWN, 1e9)).toEqual({ messages: TALK, leftOut: 0, fits: true })
    const window = { ...UNKNOWN, contextWindow: 80 }
    expect(fittedPrompt(TALK, window, undefined)).toEqual({
      messages: TALK,
      leftOut: 0,
      fits: true,
    })
  })

  test.each([
    [79, undefined, 'sabcde', 0],
    [78, undefined, 'scde', 2],
    [54, undefined, 'scde', 2],
    [52, undefined, 'se', 4],
    [20, undefined, 'se', 4],
    [100, 40, 'sabcde', 0],
    [100, 41, 'scde', 2],
    [100, 100, 'se', 4],
    [100, 1e9, 'se', 4],
  ])('a window of %i, an answer of %s: %s', (contextWindow, maxTokens, kept, leftOut) => {
    const fitted = fittedPrompt(TALK, { ...UNKNOWN, contextWindow }, maxTokens)
    expect(marks(fitted.messages)).toBe(kept)
    expect(fitted).toMatchObject({ leftOut, fits: true })
  })

  test('an answer that cannot be long needs little room', () => {
    const window = { contextWindow: 70, maxInput: null, maxOutput: 10 }
    expect(fittedPrompt(TALK, window, undefined).leftOut).toBe(0)
  })

  test.each([
    [400, 50, 50],
    [400, 200, 100],
    [61, 50, 15],
    [22, 50, 2],
    [20, 50, 1],
  ])('a window of %i, answers of at most %i: room for %i', (contextWindow, maxOutput, room) => {
    const window = { contextWindow, maxInput: null, maxOutput }
    expect(fittedPrompt(TALK, window, undefined).maxOutput).toBe(room)
  })

  test('a bound of the prompt alone counts as well', () => {
    const window = { contextWindow: 1000, maxInput: 45, maxOutput: 10 }
    expect(marks(fittedPrompt(TALK, window, undefined).messages)).toBe('scde')
    expect(marks(fittedPrompt(TALK, { ...UNKNOWN, maxInput: 45 }, 1e9).messages)).toBe('scde')
  })

  test('where not even the system and the question fit, nothing does', () => {
    const window = { ...UNKNOWN, contextWindow: 19 }
    expect(fittedPrompt(TALK, window, undefined)).toMatchObject({ fits: false, leftOut: 0 })
  })

  const talks = fc
    .array(
      fc.record({
        role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
        content: fc.string({ minLength: 1, maxLength: 60 }),
      }),
      { maxLength: 12 },
    )
    .map((before): PromptMessage[] => [...before, { role: 'user', content: 'why?' }])
  const limit = fc.option(fc.integer({ min: 1, max: 200 }))
  const windows = fc.record({ contextWindow: limit, maxInput: limit, maxOutput: limit })

  test('what is kept is the end of the talk and all of its system messages, in order', () => {
    fc.assert(
      fc.property(
        talks,
        windows,
        fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
        (talk, window, maxTokens) => {
          const { messages, leftOut, fits } = fittedPrompt(talk, window, maxTokens)
          expect(messages.length).toBe(talk.length - leftOut)
          expect(messages.at(-1)).toBe(talk.at(-1))
          const systems = talk.filter(({ role }) => role === 'system')
          expect(messages.filter(({ role }) => role === 'system')).toEqual(systems)
          expect(others(messages)).toEqual(others(talk).slice(-others(messages).length))
          if (leftOut === 0) return
          expect(fits).toBe(true)
          expect(others(messages)[0]?.role).toBe('user')
          const longest = Math.min(window.contextWindow ?? Infinity, window.maxInput ?? Infinity)
          expect(estimateTokens(lengthOf(messages))).toBeLessThanOrEqual(longest)
        },
      ),
    )
  })

  test('a larger window never leaves out more', () => {
    fc.assert(
      fc.property(talks, fc.integer({ min: 30, max: 300 }), (talk, contextWindow) => {
        const leftOut = (tokens: number): number => {
          const fitted = fittedPrompt(talk, { ...UNKNOWN, contextWindow: tokens }, 10)
          return fitted.fits ? fitted.leftOut : Infinity
        }
        expect(leftOut(contextWindow + 1)).toBeLessThanOrEqual(leftOut(contextWindow))
      }),
    )
  })
})
