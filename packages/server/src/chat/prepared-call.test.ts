import { describe, expect, test } from 'vitest'
import { type ModelFacts, UNKNOWN_MODEL } from '../catalogue/model-facts.ts'
import type { ResolvedModel } from '../providers/provider.ts'
import { ScriptedProvider } from '../testing/scripted-provider.ts'
import { preparedCall } from './prepared-call.ts'

const target: ResolvedModel = {
  provider: new ScriptedProvider(),
  model: 'model',
  defaults: { temperature: 0.5, maxTokens: 10 },
}
const QUESTION = [{ role: 'user' as const, content: 'Why?' }]
const THINKER: ModelFacts = { ...UNKNOWN_MODEL, refused: ['temperature', 'topP', 'topK'] }

describe('preparedCall', () => {
  test('of an unknown model all is asked; the request goes over the defaults', () => {
    expect(preparedCall(target, UNKNOWN_MODEL, QUESTION, { temperature: 1, topK: 3 })).toEqual({
      messages: QUESTION,
      params: { temperature: 1, topK: 3, maxTokens: 10 },
      notices: [],
    })
  })

  test('what the model refuses is left out, and people are told of what they asked for', () => {
    const prepared = preparedCall(target, THINKER, QUESTION, { topP: 0.9, maxTokens: 5 })
    expect(prepared).toMatchObject({ params: { maxTokens: 5 } })
    expect('params' in prepared ? Object.keys(prepared.params) : []).toEqual(['maxTokens'])
    expect(prepared).toMatchObject({
      notices: [
        {
          code: 'dropped_param',
          message: 'scripted/model does not take topP; it was left out',
          model: 'scripted/model',
        },
      ],
    })
  })

  test('a default of the configuration is left out without a word', () => {
    expect(preparedCall(target, THINKER, QUESTION, {})).toEqual({
      messages: QUESTION,
      params: { maxTokens: 10 },
      notices: [],
    })
  })

  test('no effort is what a model that cannot reason does', () => {
    const talker: ModelFacts = { ...UNKNOWN_MODEL, refused: ['reasoningEffort'] }
    expect(preparedCall(target, talker, QUESTION, { reasoningEffort: 'none' })).toMatchObject({
      notices: [],
    })
    expect(preparedCall(target, talker, QUESTION, { reasoningEffort: 'low' })).toMatchObject({
      notices: [{ code: 'dropped_param' }],
    })
  })

  test.each([
    [2, "2 earlier messages were left out to fit the model's window"],
    [1, "1 earlier message was left out to fit the model's window"],
  ])('%i messages that do not fit are left out, with a notice', (count, sentence) => {
    const old = Array.from({ length: count }, () => ({
      role: 'user' as const,
      content: 'x'.repeat(124),
    }))
    const facts = { ...UNKNOWN_MODEL, contextWindow: 40 }
    expect(preparedCall(target, facts, [...old, ...QUESTION], {})).toEqual({
      messages: QUESTION,
      params: { temperature: 0.5, maxTokens: 10 },
      notices: [{ code: 'trimmed', message: sentence }],
    })
  })

  test('a question that does not fit alone is refused', () => {
    const facts = { ...UNKNOWN_MODEL, contextWindow: 40 }
    const question = { role: 'user' as const, content: 'x'.repeat(161) }
    expect(preparedCall(target, facts, [question], {})).toEqual({
      refused: {
        code: 'context_too_long',
        message: expect.stringMatching(/scripted\/model.* 161 characters.* 40 tokens/),
        retryable: false,
      },
    })
  })
})
