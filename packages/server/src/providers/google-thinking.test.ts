import { ThinkingLevel } from '@google/genai/web'
import { describe, expect, test } from 'vitest'
import { thinkingConfig, thinks } from './google-thinking.ts'

describe('which models think', () => {
  test.each([
    'gemini-2.5-pro',
    'models/gemini-2.5-flash-lite',
    'gemini-3-pro-preview',
    'gemini-3.1-flash-lite-preview',
    'gemini-flash-latest',
    'gemini-10-pro',
  ])('%s does', (model) => {
    expect(thinks(model)).toBe(true)
    expect(thinkingConfig(model, undefined, ThinkingLevel)).toEqual({ includeThoughts: true })
  })

  test.each([
    'gemini-2.0-flash',
    'gemini-1.5-pro',
    'gemini-2.5-flash-image',
    'gemini-2.5-pro-preview-tts',
    'gemma-3-27b-it',
    'somebody-else',
  ])('%s is not known to, and is not asked to', (model) => {
    expect(thinks(model)).toBe(false)
    expect(thinkingConfig(model, 'high', ThinkingLevel)).toBeUndefined()
  })
})

describe('how much', () => {
  test.each([
    ['gemini-2.5-flash', 'none', 0, false],
    ['gemini-2.5-flash', 'minimal', 1024, true],
    ['gemini-2.5-flash', 'low', 1024, true],
    ['gemini-2.5-flash', 'medium', 8192, true],
    ['gemini-2.5-flash', 'high', 24_576, true],
    ['gemini-2.5-flash', 'xhigh', 24_576, true],
    ['gemini-2.5-pro', 'none', 128, true],
    ['gemini-2.5-pro', 'xhigh', 32_768, true],
    ['gemini-flash-lite-latest', 'none', 0, false],
    ['gemini-pro-latest', 'none', 128, true],
  ] as const)('%s, %s: a budget of %i tokens', (model, effort, thinkingBudget, includeThoughts) => {
    expect(thinkingConfig(model, effort, ThinkingLevel)).toEqual({
      includeThoughts,
      thinkingBudget,
    })
  })

  test.each([
    ['gemini-3-pro-preview', 'none', 'LOW'],
    ['gemini-3-pro-preview', 'medium', 'HIGH'],
    ['gemini-3.1-pro-preview', 'minimal', 'LOW'],
    ['gemini-3.1-pro-preview', 'medium', 'MEDIUM'],
    ['gemini-3.1-pro-preview', 'xhigh', 'HIGH'],
    ['gemini-3-flash-preview', 'none', 'MINIMAL'],
    ['gemini-3-flash-preview', 'low', 'LOW'],
    ['gemini-3-flash-preview', 'high', 'HIGH'],
  ] as const)('%s, %s: the level %s', (model, effort, level) => {
    expect(thinkingConfig(model, effort, ThinkingLevel)).toEqual({
      includeThoughts: true,
      thinkingLevel: ThinkingLevel[level],
    })
  })
})
