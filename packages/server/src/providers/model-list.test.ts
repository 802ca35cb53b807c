import { describe, expect, test } from 'vitest'
import { listedModels } from './model-list.ts'

const ids = (answer: unknown, vendor = 'lab'): readonly string[] | undefined =>
  listedModels(answer, vendor)?.map(({ id }) => id)

describe('listedModels', () => {
  test.each([
    ['OpenAI', { id: 'gpt-5', object: 'model' }, null, null],
    ['OpenRouter', { id: 'a/b', context_length: 1000 }, 1000, null],
    ['Groq', { id: 'm', context_window: 131_072, max_completion_tokens: 5 }, 131_072, 5],
    ['vLLM', { id: 'm', max_model_len: 4096 }, 4096, null],
    ['Anthropic', { id: 'm', max_input_tokens: 7, max_tokens: 3 }, 7, 3],
    ['odd figures', { id: 'm', context_length: '9', context_window: -1 }, null, null],
    ['no window', { id: 'm', context_length: 0 }, null, null],
  ])('%s', (_vendor, item, contextWindow, maxOutput) => {
    expect(listedModels({ data: [item] }, 'lab')).toEqual([
      { id: item.id, contextWindow, maxOutput },
    ])
  })

  test('Google: names without their folder, and only what generates content', () => {
    const models = [
      {
        name: 'models/gemini-x',
        inputTokenLimit: 10,
        outputTokenLimit: 4,
        supportedGenerationMethods: ['generateContent', 'countTokens'],
      },
      { name: 'models/embedder', supportedGenerationMethods: ['embedContent'] },
    ]
    expect(listedModels({ models }, 'google')).toEqual([
      { id: 'gemini-x', contextWindow: 10, maxOutput: 4 },
    ])
  })

  test('of OpenAI’s own list only what answers a chat', () => {
    const data = ['gpt-5', 'text-embedding-3-small', 'whisper-1', 'gpt-image-1', 'o3'].map(
      (id) => ({
        id,
      }),
    )
    expect(ids({ data }, 'openai')).toEqual(['gpt-5', 'o3'])
    expect(ids({ data }, 'lab')).toHaveLength(5)
  })

  test.each([undefined, null, 'x', [], {}, { data: 'x' }, { models: 3 }])(
    '%j is no list',
    (answer) => {
      expect(ids(answer)).toBeUndefined()
    },
  )

  test('items without a name are passed over', () => {
    expect(ids({ data: [null, 1, {}, { id: '' }, { id: 'm' }] })).toEqual(['m'])
  })
})
