import { describe, expect, test } from 'vitest'
import { endOf, googleUsage } from './google-end.ts'

const end = (finishReason: string | undefined, rest: object = {}) =>
  endOf({ finishReason, blockReason: undefined, calledTools: false, ...rest })

describe('finish reasons', () => {
  test.each([
    ['STOP', 'completed', 'stop'],
    ['MAX_TOKENS', 'incomplete', 'length'],
    ['SAFETY', 'incomplete', 'content_filter'],
    ['RECITATION', 'incomplete', 'content_filter'],
    ['LANGUAGE', 'incomplete', 'content_filter'],
    ['BLOCKLIST', 'incomplete', 'content_filter'],
    ['PROHIBITED_CONTENT', 'incomplete', 'content_filter'],
    ['SPII', 'incomplete', 'content_filter'],
    ['IMAGE_SAFETY', 'incomplete', 'content_filter'],
    ['OTHER', 'incomplete', 'unknown'],
    ['SOMETHING_NEW', 'incomplete', 'unknown'],
  ])('T74 %s is %s, %s', (native, status, finishReason) => {
    expect(end(native)).toEqual({
      outcome: 'finished',
      status,
      finishReason,
      nativeFinishReason: native,
    })
  })

  test.each(['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE', 'UNEXPECTED_TOOL_CALL'])(
    'T74 %s is a failure',
    (native) => {
      expect(end(native)).toEqual({
        outcome: 'failed',
        code: 'upstream_bad_response',
        story: `the answer ended with “${native}”`,
      })
    },
  )

  test('STOP after a call of a tool is for the tool', () => {
    expect(end('STOP', { calledTools: true })).toMatchObject({
      status: 'completed',
      finishReason: 'tool_calls',
      nativeFinishReason: 'STOP',
    })
    expect(end('MAX_TOKENS', { calledTools: true })).toMatchObject({ finishReason: 'length' })
  })

  test.each(['SAFETY', 'OTHER', 'STOP'])(
    'T70 a prompt blocked for %s is filtered',
    (blockReason) => {
      expect(end(undefined, { blockReason })).toEqual({
        outcome: 'finished',
        status: 'incomplete',
        finishReason: 'content_filter',
        nativeFinishReason: blockReason,
      })
    },
  )

  test('an end mark without a reason is unknown', () => {
    expect(end(undefined)).toEqual({
      outcome: 'finished',
      status: 'incomplete',
      finishReason: 'unknown',
    })
  })
})

describe('T76 usage', () => {
  test('thoughts are billed as output', () => {
    expect(
      googleUsage(
        {
          promptTokenCount: 10,
          candidatesTokenCount: 20,
          thoughtsTokenCount: 5,
          cachedContentTokenCount: 4,
          totalTokenCount: 35,
        },
        true,
      ),
    ).toEqual({ promptTokens: 10, completionTokens: 25, reasoningTokens: 5, cachedTokens: 4 })
  })

  test('a figure of 0 is left out by the vendor', () => {
    expect(googleUsage({ promptTokenCount: 10, thoughtsTokenCount: 5 }, true)).toEqual({
      promptTokens: 10,
      completionTokens: 5,
      reasoningTokens: 5,
    })
    expect(googleUsage({ promptTokenCount: 10 }, false)).toEqual({
      promptTokens: 10,
      completionTokens: 0,
    })
  })

  test('an answer of which nothing is counted has no usage', () => {
    expect(googleUsage({ promptTokenCount: 10 }, true)).toBeUndefined()
  })

  test.each([undefined, null, 7, {}, { promptTokenCount: -1 }, { candidatesTokenCount: 3 }])(
    '%o is none',
    (usage) => {
      expect(googleUsage(usage, false)).toBeUndefined()
    },
  )
})
