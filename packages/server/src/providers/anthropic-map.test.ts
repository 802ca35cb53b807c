import { describe, expect, test } from 'vitest'
import { normalisedFigures, requestPlan, takeUsage, type UsageFigures } from './anthropic-map.ts'
import { replayOf } from './anthropic-replay.ts'
import type { PromptMessage, Replay } from './provider.ts'

const model = 'claude-haiku-4-5'
const system = (content: string): PromptMessage => ({ role: 'system', content })
const user = (content: string): PromptMessage => ({ role: 'user', content })
const assistant = (content: string, replay?: Replay): PromptMessage => ({
  role: 'assistant',
  content,
  ...(replay === undefined ? {} : { replay }),
})
const plan = (...messages: PromptMessage[]) => requestPlan({ model, messages, params: {} })

describe('the request', () => {
  test('T67 what is unset is not sent, but max_tokens', () => {
    expect(plan(user('hi')).body).toEqual({
      model,
      max_tokens: 8192,
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    })
    expect(requestPlan({ model, messages: [], params: {} }, 4).body.max_tokens).toBe(4)
  })

  test('parameters, and those that are left out', () => {
    const { body, dropped } = requestPlan({
      model,
      messages: [user('hi')],
      params: { temperature: 2, topK: 3 },
    })
    expect(body).toMatchObject({ top_k: 3 })
    expect(body).not.toHaveProperty('temperature')
    expect(dropped).toEqual(['temperature'])
  })

  test('system messages are apart, wherever they stand', () => {
    const { body } = plan(system('a'), user('hi'), system('b'), system(' '))
    expect(body).toMatchObject({ system: 'a\n\nb', messages: [{ role: 'user', content: 'hi' }] })
  })

  test('neighbours of one role are one turn', () => {
    expect(
      plan(user('a'), user('b'), assistant('c'), assistant('d'), user('e')).body.messages,
    ).toEqual([
      { role: 'user', content: 'a\n\nb' },
      { role: 'assistant', content: 'c\n\nd' },
      { role: 'user', content: 'e' },
    ])
  })

  test('the first turn is the user’s', () => {
    expect(plan(assistant('hello'), user('hi')).body.messages).toEqual([
      { role: 'user', content: 'hi' },
    ])
  })

  test('blank messages are left out, but never what is asked', () => {
    expect(plan(user('a'), assistant(' \n'), user('b')).body.messages).toEqual([
      { role: 'user', content: 'a\n\nb' },
    ])
    expect(plan(user('a'), assistant('b'), user(' ')).body.messages).toHaveLength(3)
  })
})

describe('T61 thinking goes back with its answer', () => {
  const thought = { type: 'thinking', thinking: 'hm', signature: 's' } as const
  const asked = [system('s'), user('q')]
  const replay = replayOf(plan(...asked).origin, [thought, { type: 'text', length: 1 }])
  const answer = assistant('a', replay)

  test('in front of its text, after the same conversation', () => {
    expect(plan(...asked, answer, user('r')).body.messages).toEqual([
      { role: 'user', content: 'q' },
      { role: 'assistant', content: [thought, { type: 'text', text: 'a' }] },
      { role: 'user', content: 'r' },
    ])
  })

  test('the next answer’s too', () => {
    const further = [...asked, answer, user('r')]
    const next = replayOf(plan(...further).origin, [thought, { type: 'text', length: 1 }])
    expect(plan(...further, assistant('b', next), user('t')).body.messages[3]).toEqual({
      role: 'assistant',
      content: [thought, { type: 'text', text: 'b' }],
    })
    // Without the first thinking it is another conversation.
    const without = plan(...asked, assistant('a'), user('r'), assistant('b', next), user('t'))
    expect(without.body.messages[3]).toEqual({ role: 'assistant', content: 'b' })
  })

  test('answers that are neighbours keep the order of their blocks', () => {
    expect(plan(...asked, answer, assistant('b'), user('r')).body.messages[1]).toEqual({
      role: 'assistant',
      content: [thought, { type: 'text', text: 'a\n\nb' }],
    })
  })

  test.each([
    ['another question', [system('s'), user('other'), answer, user('r')]],
    ['another system message', [system('other'), user('q'), answer, user('r')]],
    ['a damaged replay', [...asked, assistant('a', { kind: 'anthropic', data: '{' }), user('r')]],
    ['another vendor’s', [...asked, assistant('a', { kind: 'google', data: '{}' }), user('r')]],
  ])('%s: the text goes alone', (_, messages) => {
    expect(plan(...messages).body.messages[1]).toEqual({ role: 'assistant', content: 'a' })
  })

  test('to another model the text goes alone', () => {
    const messages = [...asked, answer, user('r')]
    const { body } = requestPlan({ model: 'claude-opus-4-5', messages, params: {} })
    expect(body.messages[1]).toEqual({ role: 'assistant', content: 'a' })
  })
})

function figuresOf(...usages: unknown[]) {
  const figures: UsageFigures = {}
  for (const usage of usages) takeUsage(figures, usage)
  return normalisedFigures(figures)
}

describe('T57 usage', () => {
  test('the largest of each figure, never their sum; cached input is input', () => {
    expect(
      figuresOf(
        {
          input_tokens: 10,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 20,
          output_tokens: 1,
        },
        { input_tokens: 12, cache_read_input_tokens: 0, output_tokens: 30 },
      ),
    ).toEqual({
      promptTokens: 132,
      completionTokens: 30,
      cachedTokens: 100,
      cacheWriteTokens: 20,
    })
  })

  test('thinking is a part of the output', () => {
    expect(
      figuresOf({
        input_tokens: 1,
        output_tokens: 9,
        output_tokens_details: { thinking_tokens: 5 },
      }),
    ).toEqual({ promptTokens: 1, completionTokens: 9, reasoningTokens: 5 })
  })

  test.each([null, 'x', {}, { input_tokens: 1 }, { input_tokens: -1, output_tokens: 1 }])(
    'T20 %j is none',
    (usage) => {
      expect(figuresOf(usage)).toBeUndefined()
    },
  )

  test('null takes nothing away', () => {
    expect(
      figuresOf({ input_tokens: 4, output_tokens: 1 }, { input_tokens: null, output_tokens: 2 }),
    ).toEqual({ promptTokens: 4, completionTokens: 2 })
  })
})
