import { describe, expect, test } from 'vitest'
import { Catalogue, loadCatalogue } from './catalogue.ts'
import { UNKNOWN_MODEL } from './model-facts.ts'

const bundled = await loadCatalogue()

const catalogue = new Catalogue({
  source: 'https://example.com',
  date: '2026-01-01',
  models: {
    'openai/thinker-2025-01-02': {
      contextWindow: 1000,
      maxInput: 700,
      maxOutput: 300,
      price: { input: 1, output: 2, currency: 'USD' },
      capabilities: ['reasoning'],
      sampling: false,
    },
    'openai/talker': { capabilities: ['tools'], sampling: true },
    'openai/talker-2024-01-02': { contextWindow: 9, capabilities: [], sampling: true },
  },
})

describe('facts', () => {
  test('an unknown model: null, never 0', () => {
    expect(catalogue.facts('openai', 'openai', 'nobody')).toEqual(UNKNOWN_MODEL)
    expect(catalogue.facts('lab', 'lab', 'talker')).toEqual(UNKNOWN_MODEL)
    expect(UNKNOWN_MODEL).toMatchObject({ contextWindow: null, maxOutput: null, price: null })
  })

  test('what the file lacks is unknown', () => {
    expect(catalogue.facts('openai', 'openai', 'talker')).toMatchObject({
      contextWindow: null,
      price: null,
      capabilities: ['chat', 'streaming', 'tools'],
      refused: ['reasoningEffort'],
    })
  })

  test.each(['thinker', 'thinker-2025-01-02', 'thinker-2025-09-09', 'Thinker-latest'])(
    '%s is found with and without its date',
    (id) => {
      expect(catalogue.facts('openai', 'any', id)).toMatchObject({
        contextWindow: 1000,
        maxInput: 700,
        maxOutput: 300,
        price: { input: 1, output: 2, currency: 'USD' },
        refused: ['temperature', 'topP', 'topK'],
      })
    },
  )

  test('a snapshot with figures of its own has those', () => {
    expect(catalogue.facts('openai', 'openai', 'talker-2024-01-02').contextWindow).toBe(9)
    expect(catalogue.facts('openai', 'openai', 'talker-2026-01-02').contextWindow).toBeNull()
  })

  test('a variant of a gateway may have another price', () => {
    expect(catalogue.facts('openrouter', 'r', 'openai/talker').capabilities).toContain('tools')
    expect(catalogue.facts('openrouter', 'r', 'openai/thinker:free')).toEqual(UNKNOWN_MODEL)
  })

  test('[catalogue] goes over it, key by key, by the configured name', () => {
    const overrides = {
      'work/thinker': { context_window: 500 },
      'work/own': {
        max_output: 7,
        price: { input: 3, output: 4, cached_input: 1, currency: 'EUR' },
      },
    }
    expect(catalogue.facts('openai', 'work', 'thinker', overrides)).toMatchObject({
      contextWindow: 500,
      maxInput: null,
      maxOutput: 300,
      price: { input: 1 },
    })
    expect(catalogue.facts('openai', 'other', 'thinker', overrides).contextWindow).toBe(1000)
    expect(catalogue.facts('work', 'work', 'own', overrides)).toMatchObject({
      contextWindow: null,
      maxOutput: 7,
      price: { input: 3, output: 4, cachedInput: 1, currency: 'EUR' },
    })
  })
})

describe('the file that came with the program', () => {
  test.each([
    ['openai', 'gpt-5-mini', 400_000, { input: 0.25, output: 2, cachedInput: 0.025 }],
    ['openai', 'gpt-4o-2024-08-06', 128_000, { input: 2.5, output: 10 }],
    ['openai', 'gpt-4o-2024-05-13', 128_000, { input: 5, output: 15 }],
    ['anthropic', 'claude-haiku-4-5-20251001', 200_000, { input: 1, output: 5, cacheWrite: 1.25 }],
    ['google', 'gemini-2.5-flash', 1_048_576, { input: 0.3, output: 2.5 }],
    ['groq', 'openai/gpt-oss-20b', 131_072, { input: 0.075, output: 0.3 }],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 200_000, { input: 3, output: 15 }],
  ])('%s/%s', (vendor, id, contextWindow, price) => {
    expect(bundled.facts(vendor, vendor, id)).toMatchObject({
      contextWindow,
      price: { ...price, currency: 'USD' },
    })
  })

  test('every vendor has models', () => {
    for (const vendor of ['openai', 'anthropic', 'google', 'deepseek', 'mistral', 'xai', 'groq'])
      expect(bundled.idsOf(vendor).length).toBeGreaterThan(1)
    expect(bundled.idsOf('nobody')).toEqual([])
  })
})
