import { describe, expect, test } from 'vitest'
import type { ProviderCall } from './provider.ts'
import {
  droppedParams,
  endOfResponse,
  finishedEnd,
  normalisedUsage,
  readOnQuery,
  requestBody,
} from './responses-map.ts'

const body = (call: Partial<ProviderCall>): object =>
  requestBody({ model: 'some-model', messages: [], params: {}, ...call }, 'us')

describe('in the background', () => {
  test('the vendor writes by itself, and keeps what it writes', () => {
    const call = { model: 'some-model', messages: [], params: {} }
    expect(requestBody(call, 'us', true)).toMatchObject({
      background: true,
      store: true,
      stream: true,
    })
  })

  test('is read on after an event, with what the first request asked for', () => {
    const query = { stream: true, starting_after: 0 }
    expect(readOnQuery('some-model', { sequence: 0 })).toEqual(query)
    expect(readOnQuery('gpt-5', { sequence: 0 })).toEqual({
      ...query,
      include: ['reasoning.encrypted_content'],
    })
  })
})

describe('the request', () => {
  test('messages are items in their places, and nothing is kept by the vendor', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi?' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'system', content: 'Be long.' },
      { role: 'user', content: 'Go on.' },
    ] as const
    expect(body({ messages })).toEqual({
      model: 'some-model',
      input: messages,
      stream: true,
      store: false,
    })
  })

  test('parameters go by the vendor’s names, and only those that are set', () => {
    const params = { temperature: 0, topP: 0.5, maxTokens: 7, reasoningEffort: 'low' } as const
    expect(body({ params })).toEqual({
      model: 'some-model',
      input: [],
      stream: true,
      store: false,
      temperature: 0,
      top_p: 0.5,
      max_output_tokens: 7,
      reasoning: { effort: 'low', summary: 'auto' },
    })
  })

  test('no summary is asked for where there is nothing to sum up', () => {
    const params = { reasoningEffort: 'none' } as const
    expect(body({ params })).toMatchObject({ reasoning: { effort: 'none' } })
    expect(body({ params })).not.toHaveProperty('reasoning.summary')
  })

  test.each([
    ['gpt-5-mini', true],
    ['gpt-5.6-sol', true],
    ['gpt-10', true],
    ['o3', true],
    ['o4-mini-2025-04-16', true],
    ['gpt-4o', false],
    ['gpt-35-turbo', false],
    ['ft:gpt-4o-mini:acme::x', false],
    ['gpt-4.1-mini', false],
    ['gpt-5-chat-latest', false],
    ['llama-4', false],
  ])('reasoning is asked for in encrypted form of %s: %s', (model, asked) => {
    const sent = requestBody({ model, messages: [], params: {} }, 'us')
    expect(sent.include).toEqual(asked ? ['reasoning.encrypted_content'] : undefined)
  })
})

describe('parameters that a model does not take', () => {
  const all = {
    temperature: 1,
    topP: 1,
    topK: 1,
    maxTokens: 1,
    stop: 'x',
    reasoningEffort: 'low',
  } as const

  test.each([
    ['llama-4', ['topK', 'stop']],
    ['gpt-4o', ['topK', 'stop', 'reasoningEffort']],
    ['gpt-5-mini', ['topK', 'stop', 'temperature', 'topP']],
    ['gpt-5.4', ['topK', 'stop', 'temperature', 'topP']],
    ['o3', ['topK', 'stop', 'temperature', 'topP']],
  ])('of all, %s leaves %j', (model, dropped) => {
    expect(droppedParams(all, model)).toEqual(dropped)
    const names: Record<string, string> = {
      topK: 'top_k',
      topP: 'top_p',
      reasoningEffort: 'reasoning',
    }
    for (const name of dropped) {
      expect(body({ model, params: all })).not.toHaveProperty(names[name] ?? name)
    }
  })

  test('from GPT-5.1 on a model that does not reason samples as it is told', () => {
    const params = { temperature: 0.2, reasoningEffort: 'none' } as const
    expect(droppedParams(params, 'gpt-5.1')).toEqual([])
    expect(body({ model: 'gpt-5.1', params })).toMatchObject({ temperature: 0.2 })
    expect(droppedParams(params, 'gpt-5')).toEqual(['temperature'])
  })

  test('what is not set is not dropped', () => {
    expect(droppedParams({}, 'gpt-5')).toEqual([])
  })
})

describe('ends', () => {
  const nothing = { toolCalls: false, refusal: false, laxDone: false }

  test.each([
    ['completed', {}, 'completed', 'stop', 'completed'],
    ['completed', { refusal: true }, 'completed', 'refusal', 'completed'],
    ['completed', { toolCalls: true, refusal: true }, 'completed', 'tool_calls', 'completed'],
    ['max_output_tokens', {}, 'incomplete', 'length', 'max_output_tokens'],
    ['content_filter', { refusal: true }, 'incomplete', 'content_filter', undefined],
    ['max_messages', {}, 'incomplete', 'unknown', 'max_messages'],
    ['incomplete', {}, 'incomplete', 'unknown', 'incomplete'],
    ['cancelled', { toolCalls: true }, 'incomplete', 'unknown', 'cancelled'],
  ])('L4 %s with %j', (native, brought, status, finishReason, kept) => {
    expect(finishedEnd(native, { ...nothing, ...brought })).toEqual({
      outcome: 'finished',
      status,
      finishReason,
      ...(kept === undefined ? {} : { nativeFinishReason: kept }),
    })
  })

  test('T41 an end mark of another API says nothing', () => {
    expect(finishedEnd(undefined, nothing)).toMatchObject({ status: 'incomplete' })
    expect(finishedEnd(undefined, { ...nothing, laxDone: true })).toEqual({
      outcome: 'finished',
      status: 'completed',
      finishReason: 'unknown',
    })
  })

  test.each([
    [{ status: 'completed' }, 'response.completed', 'completed'],
    [{}, 'response.completed', 'completed'],
    [{ status: 'incomplete' }, 'response.completed', 'incomplete'],
    [
      { incomplete_details: { reason: 'max_output_tokens' } },
      'response.incomplete',
      'max_output_tokens',
    ],
    [{ incomplete_details: null }, 'response.incomplete', 'incomplete'],
    [{ status: 'failed' }, 'response.failed', undefined],
    [{}, 'response.failed', undefined],
  ])('%j of %s ended as %s', (response, type, native) => {
    expect(endOfResponse(response, type)).toBe(native)
  })
})

describe('usage', () => {
  test('input holds what was cached, output holds reasoning', () => {
    expect(
      normalisedUsage({
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 5 },
        total_tokens: 19,
      }),
    ).toEqual({ promptTokens: 10, cachedTokens: 4, completionTokens: 9, reasoningTokens: 5 })
  })

  test('without details', () => {
    expect(normalisedUsage({ input_tokens: 1, output_tokens: 0 })).toEqual({
      promptTokens: 1,
      completionTokens: 0,
    })
  })

  test.each([null, 'x', {}, { input_tokens: 1 }, { input_tokens: 1.5, output_tokens: 1 }])(
    'there is none in %j',
    (usage) => {
      expect(normalisedUsage(usage)).toBeUndefined()
    },
  )
})
