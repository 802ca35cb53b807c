import { describe, expect, test } from 'vitest'
import { traitsOf } from './anthropic-models.ts'

describe('what a model takes, by its name', () => {
  test.each([
    ['claude-3-opus-20240229', true, 'none', 'unset'],
    ['claude-3-5-haiku-latest', true, 'none', 'unset'],
    ['claude-3-7-sonnet-20250219', true, 'budget', 'unset'],
    ['claude-opus-4-20250514', true, 'budget', 'unset'],
    ['claude-opus-4-1-20250805', true, 'budget', 'unset'],
    ['claude-haiku-4-5-20251001', true, 'budget', 'unset'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', true, 'budget', 'unset'],
    ['claude-opus-4@20250514', true, 'budget', 'unset'],
    ['claude-sonnet-4-6', true, 'adaptive', 'unset'],
    ['anthropic/claude-opus-4.7', false, 'adaptive', 'unset'],
    ['claude-opus-4-8', false, 'adaptive', 'unset'],
    ['claude-opus-5', false, 'adaptive', 'disabled'],
    ['claude-sonnet-5', false, 'adaptive', 'disabled'],
    ['claude-haiku-5-5', false, 'adaptive', 'disabled'],
    ['claude-sonnet-5-5', false, 'adaptive', 'between_tools'],
    ['claude-opus-5-5', false, 'adaptive', 'never'],
    ['claude-fable-5', false, 'adaptive', 'never'],
    ['claude-mythos-preview', false, 'adaptive', 'never'],
    ['glm-4.6', true, 'budget', 'unset'],
  ])('%s', (model, sampling, thinking, off) => {
    expect(traitsOf(model)).toMatchObject({ sampling, thinking, off })
  })

  test('xhigh and thinking without text came with 4.7', () => {
    expect(traitsOf('claude-opus-4-6')).toMatchObject({ xhigh: false, hidesThinking: false })
    expect(traitsOf('claude-opus-4-7')).toMatchObject({ xhigh: true, hidesThinking: true })
  })

  test('temperature or top_p, from 4.1 on', () => {
    expect(traitsOf('claude-opus-4-20250514').oneSampling).toBe(false)
    expect(traitsOf('claude-opus-4-1').oneSampling).toBe(true)
    expect(traitsOf('deepseek-chat').oneSampling).toBe(false)
  })
})
