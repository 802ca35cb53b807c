import { describe, expect, test } from 'vitest'
import { CatalogueFile } from './catalogue.ts'
import { catalogueFrom } from './models-dev.ts'

const NOW = new Date('2026-03-04T05:06:07Z')
const TEXT = { modalities: { input: ['text'], output: ['text'] } }
const VENDORS = ['openai', 'anthropic', 'google', 'deepseek', 'mistral', 'xai', 'groq']

function converted(models: object): CatalogueFile {
  const source = Object.fromEntries(VENDORS.map((vendor) => [vendor, { models: {} }]))
  return catalogueFrom({ ...source, other: { models: 1 }, openai: { models } }, NOW)
}

describe('catalogueFrom', () => {
  test('takes over figures, in the shape of our file', () => {
    const file = converted({
      full: {
        name: 'Full',
        reasoning: true,
        tool_call: { supported: true },
        temperature: false,
        cost: {
          input: 1,
          output: 2,
          cache_read: 0.1,
          cache_write: 3,
          reasoning: 4,
          input_audio: 9,
        },
        limit: { context: 1000, input: 600, output: 400 },
        modalities: { input: ['text', 'image'], output: ['text'] },
      },
    })
    expect(CatalogueFile.parse(file)).toEqual({
      source: 'https://models.dev/api.json',
      date: '2026-03-04',
      models: {
        'openai/full': {
          contextWindow: 1000,
          maxInput: 600,
          maxOutput: 400,
          price: {
            input: 1,
            output: 2,
            cachedInput: 0.1,
            cacheWrite: 3,
            reasoning: 4,
            currency: 'USD',
          },
          capabilities: ['reasoning', 'tools', 'vision'],
          sampling: false,
        },
      },
    })
  })

  test('what is not told is left out: no figure is made up', () => {
    const { models } = converted({ bare: { limit: { context: 0, output: 0 }, ...TEXT } })
    expect(models['openai/bare']).toEqual({ capabilities: [], sampling: true })
  })

  test.each([
    [{ context_over_200k: { input: 4, output: 6 } }, 200_000],
    [{ tiers: [{ tier: { size: 272_000 }, input: 4, output: 6 }] }, 272_000],
  ])('dearer long prompts: %j', (tiers, above) => {
    const cost = { input: 2, output: 3, ...tiers }
    const { models } = converted({ long: { cost, limit: { context: 1, output: 1 }, ...TEXT } })
    expect(models['openai/long']?.price?.tiers).toEqual([{ above, input: 4, output: 6 }])
  })

  test('models that write no text are left out; a source of another shape is refused', () => {
    const image = { limit: { context: 1, output: 1 }, modalities: { input: [], output: ['image'] } }
    expect(converted({ image }).models).toEqual({})
    expect(() => catalogueFrom({ openai: {} }, NOW)).toThrow(
      expect.objectContaining({ name: 'ZodError' }),
    )
  })
})
