import type { ChatParams } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_MAX_TOKENS, DEFAULT_MAX_TOKENS_THINKING, paramsPlan } from './anthropic-params.ts'

const OLD = 'claude-3-5-haiku-latest'
const BUDGET = 'claude-haiku-4-5'
const ADAPTIVE = 'claude-sonnet-4-6'
const NEW = 'claude-opus-4-8'
const ALWAYS = 'claude-opus-5-5'

describe('T67 max_tokens', () => {
  test('is always sent: the request’s, else the model’s, else a default', () => {
    expect(paramsPlan({ maxTokens: 5 }, BUDGET, 64_000).sent).toEqual({ max_tokens: 5 })
    expect(paramsPlan({}, BUDGET, 64_000).sent).toEqual({ max_tokens: 64_000 })
    expect(paramsPlan({}, BUDGET).sent).toEqual({ max_tokens: DEFAULT_MAX_TOKENS })
  })

  test('a model that thinks as it likes gets room for it', () => {
    expect(paramsPlan({}, NEW).sent.max_tokens).toBe(DEFAULT_MAX_TOKENS)
    expect(paramsPlan({ reasoningEffort: 'low' }, NEW).sent.max_tokens).toBe(
      DEFAULT_MAX_TOKENS_THINKING,
    )
    expect(paramsPlan({}, ALWAYS).sent.max_tokens).toBe(DEFAULT_MAX_TOKENS_THINKING)
  })
})

describe('sampling', () => {
  test.each<[string, ChatParams, object, string[]]>([
    [OLD, { temperature: 0, topP: 0.5, topK: 4 }, { temperature: 0, top_p: 0.5, top_k: 4 }, []],
    [OLD, { temperature: 1 }, { temperature: 1 }, []],
    [OLD, { temperature: 1.1 }, {}, ['temperature']],
    [BUDGET, { temperature: 0.2, topP: 0.5 }, { temperature: 0.2 }, ['topP']],
    [BUDGET, { temperature: 1.2, topP: 0.5 }, { top_p: 0.5 }, ['temperature']],
    [NEW, { temperature: 1, topP: 1, topK: 4 }, {}, ['temperature', 'topP', 'topK']],
    ['glm-4.6', { temperature: 0.2, topP: 0.5 }, { temperature: 0.2, top_p: 0.5 }, []],
  ])('%s %j', (model, params, sent, dropped) => {
    expect(paramsPlan(params, model)).toEqual({
      sent: { max_tokens: DEFAULT_MAX_TOKENS, ...sent },
      dropped,
    })
  })

  test('with thinking only what is allowed beside it', () => {
    const params = { reasoningEffort: 'low', temperature: 0.5, topP: 0.9, topK: 4 } as const
    for (const model of [BUDGET, ADAPTIVE]) {
      const { sent, dropped } = paramsPlan(params, model)
      expect(dropped).toEqual(['temperature', 'topP', 'topK'])
      expect(Object.keys(sent)).not.toContain('temperature')
      expect(paramsPlan({ reasoningEffort: 'low', topP: 0.95 }, model).sent.top_p).toBe(0.95)
      expect(paramsPlan({ reasoningEffort: 'low', temperature: 1 }, model).sent.temperature).toBe(1)
    }
  })

  test('a stop sequence of white space alone is refused by the API', () => {
    expect(paramsPlan({ stop: 'END' }, NEW)).toMatchObject({
      sent: { stop_sequences: ['END'] },
      dropped: [],
    })
    expect(paramsPlan({ stop: ['\n', 'END'] }, NEW)).toMatchObject({
      sent: { stop_sequences: ['END'] },
      dropped: ['stop'],
    })
    expect(paramsPlan({ stop: ['\n'] }, NEW).sent).not.toHaveProperty('stop_sequences')
  })
})

describe('thinking', () => {
  test('a budget, with room for the answer above it', () => {
    expect(paramsPlan({ reasoningEffort: 'medium' }, BUDGET).sent).toEqual({
      max_tokens: DEFAULT_MAX_TOKENS + 8192,
      thinking: { type: 'enabled', budget_tokens: 8192 },
    })
  })

  test('a budget within the tokens that are given, or none', () => {
    expect(paramsPlan({ reasoningEffort: 'high', maxTokens: 5000 }, BUDGET).sent).toEqual({
      max_tokens: 5000,
      thinking: { type: 'enabled', budget_tokens: 4000 },
    })
    expect(paramsPlan({ reasoningEffort: 'high', maxTokens: 1200, topK: 4 }, BUDGET)).toEqual({
      sent: { max_tokens: 1200, top_k: 4 },
      dropped: ['reasoningEffort'],
    })
  })

  test('an effort where the model decides how much', () => {
    expect(paramsPlan({ reasoningEffort: 'minimal' }, ADAPTIVE).sent).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    })
    expect(paramsPlan({ reasoningEffort: 'xhigh' }, ADAPTIVE).sent.output_config).toEqual({
      effort: 'high',
    })
    expect(paramsPlan({ reasoningEffort: 'xhigh' }, NEW).sent).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'xhigh' },
    })
  })

  test.each([
    [BUDGET, undefined, []],
    [NEW, undefined, []],
    ['claude-opus-5', { type: 'disabled' }, []],
    ['claude-sonnet-5-5', { type: 'between_tools' }, []],
    [ALWAYS, undefined, ['reasoningEffort']],
  ])('none at %s', (model, thinking, dropped) => {
    const plan = paramsPlan({ reasoningEffort: 'none' }, model)
    expect(plan.sent.thinking).toEqual(thinking)
    expect(plan.dropped).toEqual(dropped)
  })

  test('a model that does not think', () => {
    expect(paramsPlan({ reasoningEffort: 'low' }, OLD)).toEqual({
      sent: { max_tokens: DEFAULT_MAX_TOKENS },
      dropped: ['reasoningEffort'],
    })
  })

  test('the budget is never below 1024 nor as much as max_tokens', () => {
    const effort = fc.constantFrom('minimal', 'low', 'medium', 'high', 'xhigh')
    const limit = fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined })
    fc.assert(
      fc.property(effort, limit, (reasoningEffort, maxTokens) => {
        const { sent } = paramsPlan({ reasoningEffort }, BUDGET, maxTokens)
        expect(sent.max_tokens).toBeLessThanOrEqual(maxTokens ?? 32_000)
        const budget = sent.thinking?.type === 'enabled' ? sent.thinking.budget_tokens : undefined
        const none = maxTokens !== undefined && maxTokens < 1280
        expect(budget === undefined).toBe(none)
        expect(budget ?? 1024).toBeGreaterThanOrEqual(1024)
        expect(budget ?? 0).toBeLessThan(sent.max_tokens)
      }),
    )
  })
})
