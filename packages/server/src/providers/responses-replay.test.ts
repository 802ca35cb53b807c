import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, parseJson } from './json.ts'
import { AnswerItems, replayedItems } from './responses-replay.ts'

const reasoning = (id: string, encrypted: string | null = `sealed ${id}`) => ({
  type: 'reasoning',
  id,
  summary: [{ type: 'summary_text', text: 'Hm.' }],
  content: [],
  encrypted_content: encrypted,
})
const message = (id: string, phase?: string) => ({
  type: 'message',
  id,
  status: 'completed',
  role: 'assistant',
  content: [],
  ...(phase === undefined ? {} : { phase }),
})
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' }

function kept(...items: readonly (readonly [object, number])[]) {
  const answer = new AnswerItems('us')
  for (const [item, length] of items) answer.add({ ...item }, length)
  return answer.replay
}

const said = (text: string) => [{ type: 'output_text', text, annotations: [] }]

describe('what is kept with an answer', () => {
  test('its items come back as they were, each message with its own text', () => {
    const replay = kept(
      [reasoning('rs_1'), 0],
      [message('msg_1', 'commentary'), 3],
      [reasoning('rs_2'), 0],
      [message('msg_2', 'final_answer'), 2],
    )
    expect(replay?.kind).toBe('openai-responses')
    const { content: _none, ...first } = reasoning('rs_1')
    const { content: _neither, ...second } = reasoning('rs_2')
    expect(
      replayedItems({ role: 'assistant', content: 'abcde', ...(replay && { replay }) }, 'us'),
    ).toEqual([
      first,
      { ...message('msg_1', 'commentary'), content: said('abc') },
      second,
      { ...message('msg_2', 'final_answer'), content: said('de') },
    ])
  })

  test('the text is not kept twice', () => {
    expect(kept([reasoning('rs_1'), 0], [message('msg_1'), 1_000_000])?.data.length).toBeLessThan(
      400,
    )
  })

  test.each([
    ['a mere text', [[message('msg_1'), 1]]],
    ['nothing', []],
    ['reasoning that led to nothing', [[reasoning('rs_1'), 0]]],
    [
      'reasoning in the clear alone',
      [
        [reasoning('rs_1', null), 0],
        [message('msg_1'), 1],
      ],
    ],
    [
      'a call of a tool',
      [
        [reasoning('rs_1'), 0],
        [call, 0],
        [message('msg_1'), 1],
      ],
    ],
    [
      'a message without text',
      [
        [reasoning('rs_1'), 0],
        [message('msg_1'), 0],
      ],
    ],
    [
      'more than is kept',
      [
        [reasoning('rs_1', 'x'.repeat(5_000_000)), 0],
        [message('msg_1'), 1],
      ],
    ],
  ] as const)('%s needs none', (_, items) => {
    expect(kept(...items)).toBeUndefined()
  })
})

describe('what is sent again', () => {
  const replay = kept([reasoning('rs_1'), 0], [message('msg_1'), 5])
  const answer = {
    role: 'assistant',
    content: 'abcde',
    replay: replay ?? { kind: '', data: '' },
  } as const

  test('only to the one who can read it', () => {
    expect(replayedItems(answer, 'us')).toHaveLength(2)
    expect(replayedItems(answer, 'others')).toBeUndefined()
  })

  test('only what is of this API and fits the text', () => {
    expect(replayedItems({ ...answer, content: 'abcd' }, 'us')).toBeUndefined()
    expect(replayedItems({ ...answer, content: 'abcdef' }, 'us')).toBeUndefined()
    expect(replayedItems({ role: 'assistant', content: 'abcde' }, 'us')).toBeUndefined()
    const foreign = { ...answer.replay, kind: 'anthropic' }
    expect(replayedItems({ ...answer, replay: foreign }, 'us')).toBeUndefined()
  })

  test('whatever is in the store, it throws nothing and sends the text whole or not at all', () => {
    const broken = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .array(
          fc.oneof(
            fc.constant(reasoning('rs_1')),
            fc.record({ ...fcMessage, length: fc.oneof(fc.nat({ max: 5 }), fc.anything()) }),
            fc.jsonValue(),
          ),
          { maxLength: 4 },
        )
        .map((items) => JSON.stringify({ origin: 'us', items })),
    )
    fc.assert(
      fc.property(broken, (data) => {
        const items = replayedItems({ ...answer, replay: { ...answer.replay, data } }, 'us')
        if (items === undefined) return
        const sent: unknown = parseJson(JSON.stringify(items))
        const texts = Array.isArray(sent) ? sent.map(textOf).join('') : ''
        expect(texts).toBe('abcde')
      }),
    )
  })
})

const fcMessage = { type: fc.constant('message'), id: fc.constant('msg_1') }

function textOf(item: unknown): string {
  const content: unknown = isObject(item) ? item['content'] : undefined
  const part: unknown = Array.isArray(content) ? content[0] : undefined
  return isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''
}
