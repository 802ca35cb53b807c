import { describe, expect, test } from 'vitest'
import { undatedKey, vendorKey, vendorOf } from './model-key.ts'

describe('vendorOf', () => {
  test.each([
    ['work', 'https://api.openai.com/v1', 'openai'],
    ['mine', 'https://api.anthropic.com', 'anthropic'],
    ['g', 'https://generativelanguage.googleapis.com', 'google'],
    ['r', 'https://openrouter.ai/api/v1', 'openrouter'],
    ['openai', 'http://127.0.0.1:9/v1', 'openai'],
    ['Groq', undefined, 'groq'],
    ['lab', 'http://lab.example/v1', 'lab'],
    ['lab', 'no url', 'lab'],
  ])('%s at %s: %s', (name, baseUrl, vendor) => {
    expect(vendorOf(name, baseUrl)).toBe(vendor)
  })
})

describe('vendorKey', () => {
  test.each([
    ['openai', 'gpt-5', 'openai/gpt-5'],
    ['google', 'models/gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['groq', 'openai/gpt-oss-20b', 'groq/openai/gpt-oss-20b'],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 'anthropic/claude-sonnet-4.5'],
    ['openrouter', 'x-ai/grok-4', 'xai/grok-4'],
    ['openrouter', 'mistralai/codestral-2508', 'mistral/codestral-2508'],
  ])('%s %s: %s', (vendor, id, key) => {
    expect(vendorKey(vendor, id)).toBe(key)
  })
})

describe('undatedKey', () => {
  test.each([
    ['openai/gpt-5-mini-2025-08-07', 'openai/gpt-5-mini'],
    ['openai/gpt-4.1', 'openai/gpt-4-1'],
    ['anthropic/claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4-5'],
    ['anthropic/claude-haiku-4-5@20251001', 'anthropic/claude-haiku-4-5'],
    ['mistral/mistral-large-latest', 'mistral/mistral-large'],
    ['google/gemini-2.0-flash-001', 'google/gemini-2-0-flash'],
    ['openai/gpt-oss-120', 'openai/gpt-oss-120'],
  ])('%s: %s', (key, undated) => {
    expect(undatedKey(key)).toBe(undated)
  })
})
