import type { ChatParams } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import {
  failureOf,
  finishedEnd,
  normalisedUsage,
  requestPlan,
  takesUsageOption,
} from './openai-map.ts'

const call = { model: 'm', messages: [{ role: 'user', content: 'hi' }] } as const

describe('the request’s body', () => {
  test('what is unset is not sent', () => {
    expect(requestPlan({ ...call, params: {} }, 'openai').body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  test('who refuses to be asked for the usage is not asked', () => {
    expect(takesUsageOption('https://api.mistral.ai/v1')).toBe(false)
    expect(takesUsageOption('https://api.openai.com/v1')).toBe(true)
    expect(
      requestPlan({ ...call, params: {} }, 'openai-compatible', false).body,
    ).not.toHaveProperty('stream_options')
  })

  const params = {
    temperature: 0,
    topP: 0.5,
    topK: 40,
    maxTokens: 9,
    reasoningEffort: 'low',
    stop: ['a'],
  } satisfies ChatParams

  test('OpenAI gets max_completion_tokens and no top_k', () => {
    const { body } = requestPlan({ ...call, params }, 'openai')
    expect(body).toMatchObject({
      temperature: 0,
      top_p: 0.5,
      max_completion_tokens: 9,
      reasoning_effort: 'low',
      stop: ['a'],
    })
    expect(body).not.toHaveProperty('max_tokens')
    expect(body).not.toHaveProperty('top_k')
  })

  test('compatible servers get max_tokens and top_k', () => {
    const { body } = requestPlan({ ...call, params }, 'openai-compatible')
    expect(body).toMatchObject({ max_tokens: 9, top_k: 40 })
    expect(body).not.toHaveProperty('max_completion_tokens')
  })
})

describe('what is not taken', () => {
  const all = { temperature: 1, topP: 1, topK: 1, maxTokens: 1, stop: 'x' }

  test.each([
    ['gpt-4o', ['topK']],
    ['gpt-5-mini', ['topK', 'temperature', 'topP', 'stop']],
    ['gpt-5-codex', ['topK', 'temperature', 'topP', 'stop']],
    ['gpt-5-chat-latest', ['topK']],
    ['o1', ['topK', 'temperature', 'topP']],
    ['o4-mini', ['topK', 'temperature', 'topP', 'stop']],
  ])('%s: %j', (model, names) => {
    const { body, dropped } = requestPlan({ ...call, model, params: all }, 'openai')
    expect(dropped).toEqual(names)
    const spelled = { topK: 'top_k', temperature: 'temperature', topP: 'top_p', stop: 'stop' }
    const left = Object.entries(spelled).filter(([, name]) => !Object.hasOwn(body, name))
    expect(left.map(([name]) => name).toSorted()).toEqual(names.toSorted())
  })

  test('only what was asked for is told; compatible servers decide for themselves', () => {
    const gpt5 = { ...call, model: 'gpt-5' }
    expect(requestPlan({ ...gpt5, params: { topP: 1 } }, 'openai').dropped).toEqual(['topP'])
    expect(requestPlan({ ...gpt5, params: {} }, 'openai').dropped).toEqual([])
    expect(requestPlan({ ...gpt5, params: all }, 'openai-compatible').dropped).toEqual([])
  })
})

const end = (native: string | undefined, seen = {}) =>
  finishedEnd(native, { refused: false, laxDone: false, ...seen })

describe('how runs end (§2)', () => {
  test.each([
    ['stop', 'completed', 'stop', undefined],
    ['tool_calls', 'completed', 'tool_calls', undefined],
    ['function_call', 'completed', 'tool_calls', 'function_call'], // T30
    ['refusal', 'completed', 'refusal', undefined],
    ['length', 'incomplete', 'length', undefined], // T24
    ['model_context_window_exceeded', 'incomplete', 'length', 'model_context_window_exceeded'],
    ['content_filter', 'incomplete', 'content_filter', undefined], // T25
    ['SAFETY', 'incomplete', 'content_filter', 'SAFETY'],
    ['RECITATION', 'incomplete', 'content_filter', 'RECITATION'],
    ['pause_turn', 'incomplete', 'unknown', 'pause_turn'],
    ['OTHER', 'incomplete', 'unknown', 'OTHER'],
    ['sunspots', 'incomplete', 'unknown', 'sunspots'], // T34
  ])('%s is %s / %s', (native, status, finishReason, nativeFinishReason) => {
    expect(end(native)).toEqual({
      outcome: 'finished',
      status,
      finishReason,
      ...(nativeFinishReason === undefined ? {} : { nativeFinishReason }),
    })
  })

  test('T32 stop after a refusal is completed / refusal', () => {
    expect(end('stop', { refused: true })).toMatchObject({
      status: 'completed',
      finishReason: 'refusal',
      nativeFinishReason: 'stop',
    })
    expect(end('length', { refused: true })).toMatchObject({ finishReason: 'length' })
  })

  test('T41 [DONE] alone is incomplete / unknown, completed where lax_done is set', () => {
    expect(end(undefined)).toMatchObject({ status: 'incomplete', finishReason: 'unknown' })
    expect(end(undefined, { laxDone: true })).toMatchObject({
      status: 'completed',
      finishReason: 'unknown',
    })
  })

  test('reasons that tell of a failure', () => {
    expect(failureOf('MALFORMED_FUNCTION_CALL')).toBe('upstream_bad_response')
    expect(failureOf('error')).toBe('upstream_overloaded')
    expect(failureOf('stop')).toBeUndefined()
    expect(failureOf('constructor')).toBeUndefined()
    expect(end('constructor')).toMatchObject({ finishReason: 'unknown' })
  })
})

describe('usage', () => {
  test('OpenAI: cached and reasoning are parts of the figures', () => {
    expect(
      normalisedUsage({
        prompt_tokens: 10,
        completion_tokens: 20,
        total_tokens: 30,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 15 },
      }),
    ).toEqual({ promptTokens: 10, completionTokens: 20, reasoningTokens: 15, cachedTokens: 4 })
  })

  test('xAI leaves reasoning out of completion', () => {
    expect(
      normalisedUsage({
        prompt_tokens: 12,
        completion_tokens: 2,
        total_tokens: 354,
        completion_tokens_details: { reasoning_tokens: 340 },
      }),
    ).toEqual({ promptTokens: 12, completionTokens: 342, reasoningTokens: 340 })
  })

  test('DeepSeek’s cache hits', () => {
    expect(
      normalisedUsage({ prompt_tokens: 5, completion_tokens: 1, prompt_cache_hit_tokens: 3 }),
    ).toEqual({ promptTokens: 5, completionTokens: 1, cachedTokens: 3 })
  })

  test.each([
    null,
    undefined,
    {},
    { prompt_tokens: 1 },
    { prompt_tokens: -1, completion_tokens: 2 },
    { prompt_tokens: 1.5, completion_tokens: 2 },
    { prompt_tokens: '1', completion_tokens: 2 },
  ])('T20 %o is none', (usage) => {
    expect(normalisedUsage(usage)).toBeUndefined()
  })
})
