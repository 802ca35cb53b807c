import { describe, expect, test } from 'vitest'
import { GoogleReader } from './google-reader.ts'
import type { ProviderDelta, ToolCallDelta } from './provider.ts'
import type { Reading } from './stream-reader.ts'
import { assembleToolCalls } from './tool-calls.ts'

function readAll(...events: readonly unknown[]) {
  const deltas: ProviderDelta[] = []
  const reader = new GoogleReader((delta) => {
    deltas.push(delta)
  })
  const readings: Reading[] = events.map((event) =>
    reader.event(typeof event === 'string' ? event : JSON.stringify(event), undefined),
  )
  return { deltas, reader, readings }
}

const candidate = (content: unknown, rest: object = {}) => ({ candidates: [{ content, ...rest }] })
const parts = (...given: readonly unknown[]) => candidate({ parts: given, role: 'model' })
const ended = (finishReason: string, ...given: readonly unknown[]) =>
  candidate({ parts: given }, { finishReason })
const called = (name: string, rest: object = {}) => ({ functionCall: { name, ...rest } })
const said = (...texts: string[]) => texts.map((text) => ({ channel: 'text', text }))

const isToolCall = (delta: ProviderDelta): delta is ToolCallDelta => delta.channel === 'toolCall'

describe('parts', () => {
  test('T71 a candidate without content, parts or text is nothing', () => {
    const { deltas, readings } = readAll(
      {},
      { candidates: [] },
      { candidates: 'none' },
      { candidates: [null] },
      { candidates: [{}] },
      candidate({}),
      candidate(null),
      candidate({ parts: 'x' }),
      parts(null, 7, {}, { text: '' }, { text: 7 }, { inlineData: {} }),
      { candidates: null, usageMetadata: null, promptFeedback: {}, error: null },
    )
    expect(deltas).toEqual([])
    expect(new Set(readings)).toEqual(new Set(['open']))
  })

  test('T72 all parts of all chunks are the text', () => {
    expect(readAll(parts({ text: 'a' }, { text: 'b' }), parts({ text: 'c' })).deltas).toEqual(
      said('a', 'b', 'c'),
    )
  })

  test('other candidates are not ours', () => {
    expect(
      readAll({ candidates: [{ index: 1, content: { parts: [{ text: 'x' }] } }] }).deltas,
    ).toEqual([])
  })

  test('T73 thoughts are reasoning; signatures are kept with their places', () => {
    const { deltas, reader } = readAll(
      parts({ text: 'hm', thought: true }),
      parts({ text: 'ab' }, { text: 'cd', thoughtSignature: 'S' }),
      parts({ thoughtSignature: 'T' }),
      parts({ ...called('f'), thoughtSignature: 'U' }),
    )
    expect(deltas.slice(0, 3)).toEqual([{ channel: 'reasoning', text: 'hm' }, ...said('ab', 'cd')])
    expect(reader.replay).toEqual({
      kind: 'google',
      data: JSON.stringify([
        { signature: 'S', from: 2, to: 4 },
        { signature: 'T', from: 4, to: 4 },
        { signature: 'U', call: 0 },
      ]),
    })
  })

  test('without signatures there is nothing to send back', () => {
    expect(readAll(parts({ text: 'a' })).reader.replay).toBeUndefined()
  })

  test('signatures are kept up to a bound', () => {
    const long = parts({ thoughtSignature: 'x'.repeat(400 * 1024) })
    const { reader } = readAll(long, long, long)
    expect(JSON.parse(reader.replay?.data ?? '')).toHaveLength(2)
  })
})

describe('T77 calls of tools', () => {
  test('get an incrementing index and an id, across chunks', () => {
    const { deltas } = readAll(
      { ...parts(called('f', { args: { x: 1 } }), called('g')), responseId: 'R' },
      { ...parts(called('f', { args: { x: 2 } })), responseId: 'R' },
    )
    expect(deltas).toEqual([
      { channel: 'toolCall', index: 0, id: 'call_R_0', name: 'f', text: '{"x":1}' },
      { channel: 'toolCall', index: 1, id: 'call_R_1', name: 'g', text: '{}' },
      { channel: 'toolCall', index: 2, id: 'call_R_2', name: 'f', text: '{"x":2}' },
    ])
  })

  test('keep the vendor’s id; without id and response id each gets one of its own', () => {
    const { deltas } = readAll(parts(called('f', { id: 'own' }), called('f'), called('f')))
    const ids = assembleToolCalls(deltas.filter(isToolCall)).map(({ id }) => id)
    expect(ids[0]).toBe('own')
    expect(ids[1]).toMatch(/^call_[0-9a-f-]{36}$/)
    expect(new Set(ids).size).toBe(3)
  })

  test('end as such', () => {
    expect(readAll(ended('STOP', called('f'))).reader.end()).toMatchObject({
      status: 'completed',
      finishReason: 'tool_calls',
    })
  })
})

describe('ends', () => {
  test('T69 the finish reason is the end mark once the body is over', () => {
    const { reader, readings } = readAll(parts({ text: 'a' }), ended('STOP', { text: 'b' }))
    expect(readings).toEqual(['open', 'finished'])
    expect(reader.bodyEnd('')).toBe('done')
    expect(reader.end()).toMatchObject({ status: 'completed', finishReason: 'stop' })
  })

  test('without one the end of the body is none', () => {
    const { reader } = readAll(parts({ text: 'a' }))
    expect(reader.finished).toBe(false)
    expect(reader.bodyEnd('')).toBe('open')
  })

  test('T70 a blocked prompt', () => {
    const { reader, readings } = readAll({ promptFeedback: { blockReason: 'SAFETY' } })
    expect(readings).toEqual(['finished'])
    expect(reader.end()).toMatchObject({
      status: 'incomplete',
      finishReason: 'content_filter',
      nativeFinishReason: 'SAFETY',
    })
  })

  test('T22 text after a finish reason is told; a reason that is no STOP stays', () => {
    const { deltas, reader } = readAll(
      ended('STOP', { text: 'a' }),
      ended('MAX_TOKENS', { text: 'b' }),
      ended('STOP', { text: 'c' }),
    )
    expect(deltas).toEqual(said('a', 'b', 'c'))
    expect(reader.end()).toMatchObject({ finishReason: 'length' })
  })

  test('T75 STOP with empty parts is completed and empty', () => {
    const { deltas, reader } = readAll(ended('STOP', { text: '' }))
    expect(deltas).toEqual([])
    expect(reader.end()).toMatchObject({ status: 'completed', finishReason: 'stop' })
  })

  test('T76 the last usage wins', () => {
    const { reader } = readAll(
      { ...parts({ text: 'a' }), usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } },
      {
        ...ended('STOP', { text: 'b' }),
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, thoughtsTokenCount: 3 },
      },
    )
    expect(reader.usage).toEqual({ promptTokens: 5, completionTokens: 5, reasoningTokens: 3 })
  })

  test.each([
    ['an object', { error: { code: 503 } }],
    ['an array', [{ error: { code: 503 } }]],
  ])('T78 an error in %s', (_, event) => {
    const { reader, readings } = readAll(parts({ text: 'a' }), event)
    expect(readings).toEqual(['open', 'error'])
    expect(reader.error).toEqual({ error: { code: 503 } })
  })

  test('an event named error', () => {
    const reader = new GoogleReader(() => {})
    expect(reader.event('{"code":503}', 'error')).toBe('error')
  })

  test('T68 an array of chunks in one event', () => {
    expect(readAll([parts({ text: 'a' }), null, ended('STOP', { text: 'b' })])).toMatchObject({
      deltas: said('a', 'b'),
      readings: ['finished'],
    })
  })
})
