import { describe, expect, test } from 'vitest'
import { parseClientMessage, parseServerMessage } from './codec.ts'

const ID = '01977a1e-0000-7000-8000-000000000001'
const OTHER = '01977a1e-0000-7000-8000-000000000002'

const question = { id: OTHER, role: 'user', content: 'Why?' }
const chat = {
  type: 'chat',
  id: ID,
  conversationId: OTHER,
  parentId: null,
  messages: [question],
}

const parse = (frame: unknown) => parseClientMessage(JSON.stringify(frame))

describe('bad frames', () => {
  test.each([
    ['no JSON', '{"type":'],
    ['nothing', ''],
    ['a number', '1'],
    ['null', 'null'],
    ['an array', '[{"type":"ping"}]'],
    ['no type', '{"id":1}'],
    ['a type that is no string', '{"type":1}'],
    ['an unknown type', '{"type":"shout"}'],
    ['a type of the other direction', '{"type":"pong"}'],
    ['a name of Object.prototype', '{"type":"constructor"}'],
    ['a field of a wrong type', '{"type":"ping","n":"1"}'],
    ['a missing field', '{"type":"cancel"}'],
    ['an id that is no UUID', '{"type":"cancel","id":"7"}'],
    ['a negative `after`', `{"type":"resume","id":"${ID}","after":-1}`],
    ['half an `after`', `{"type":"resume","id":"${ID}","after":0.5}`],
  ])('%s is answered `for: frame`', (_what, text) => {
    expect(parseClientMessage(text)).toMatchObject({ ok: false, for: 'frame' })
  })

  test('the id is told where it was a UUID, and only then', () => {
    expect(parse({ type: 'resume', id: ID, after: 'x' })).toHaveProperty('id', ID)
    expect(parse({ type: 'shout', id: ID })).toHaveProperty('id', ID)
    expect(parse({ type: 'cancel', id: 'x' })).not.toHaveProperty('id')
  })

  test.each([
    ['messages that are no list', { messages: {} }],
    ['content that is no string', { messages: [{ ...question, content: null }] }],
    ['a message id that is no UUID', { messages: [{ ...question, id: 'a' }] }],
    ['a missing parentId', { parentId: undefined }],
    ['a temperature that is no number', { params: { temperature: '1' } }],
    ['ephemeral that is no boolean', { ephemeral: 1 }],
    ['a model that is no string', { model: 5 }],
    ['an exercise without slug', { exercise: {} }],
  ])('a chat with %s is a bad frame', (_what, fields) => {
    expect(parse({ ...chat, ...fields })).toMatchObject({ ok: false, for: 'frame', id: ID })
  })
})

describe('a well-formed chat with values out of range is answered `for: chat`', () => {
  test.each([
    ['no messages', { messages: [] }],
    ['empty content', { messages: [{ ...question, content: '' }] }],
    ['a last message of the assistant', { messages: [{ ...question, role: 'assistant' }] }],
    ['an unknown role', { messages: [{ ...question, role: 'tool' }] }],
    ['two messages with one id', { messages: [question, question] }],
    ['an empty model', { model: '' }],
    ['temperature above 2', { params: { temperature: 2.1 } }],
    ['temperature below 0', { params: { temperature: -0.1 } }],
    ['topP above 1', { params: { topP: 1.1 } }],
    ['topK 0', { params: { topK: 0 } }],
    ['half a token', { params: { maxTokens: 1.5 } }],
    ['maxTokens 0', { params: { maxTokens: 0 } }],
    ['an unknown effort', { params: { reasoningEffort: 'enormous' } }],
    ['an empty stop', { params: { stop: '' } }],
    ['an empty slug', { exercise: { slug: '' } }],
  ])('%s', (_what, fields) => {
    expect(parse({ ...chat, ...fields })).toMatchObject({ ok: false, for: 'chat', id: ID })
  })

  test('the reason names the field', () => {
    expect(parse({ ...chat, params: { temperature: 3 } })).toMatchObject({
      reason: expect.stringMatching(/^params\.temperature: /),
    })
  })

  test.each([
    { temperature: 0, topP: 0 },
    { temperature: 2, topP: 1, topK: 1, maxTokens: 1 },
    { stop: 'END' },
    { stop: ['a', 'b'] },
  ])('the borders are in range: %j', (params) => {
    expect(parse({ ...chat, params })).toMatchObject({ ok: true, message: { params } })
  })
})

describe('later versions', () => {
  test('unknown fields of a client frame are dropped, at any depth', () => {
    const frame = { ...chat, shiny: 1, messages: [{ ...question, mood: 'fine' }] }
    expect(parse(frame)).toEqual({ ok: true, message: chat })
  })

  test('unknown fields of a server frame are dropped', () => {
    expect(parseServerMessage('{"type":"pong","n":1,"shiny":true}')).toEqual({
      kind: 'message',
      message: { type: 'pong', n: 1 },
    })
  })

  test('a server frame of an unknown type is said to be one', () => {
    expect(parseServerMessage('{"type":"fireworks"}')).toEqual({ kind: 'unknown' })
    expect(parseServerMessage('{"type":"toString"}')).toEqual({ kind: 'unknown' })
  })

  test.each([
    ['no JSON', 'hello'],
    ['an array', '[]'],
    ['no type', '{}'],
    ['a known type with a wrong field', '{"type":"pong","n":"1"}'],
    ['an empty delta', `{"type":"chunk","id":"${ID}","seq":1,"delta":"","done":false}`],
    ['an end without its fields', `{"type":"chunk","id":"${ID}","seq":1,"delta":"","done":true}`],
    ['seq 0', `{"type":"chunk","id":"${ID}","seq":0,"delta":"a","done":false}`],
  ])('a server frame that is broken (%s) is bad', (_what, text) => {
    expect(parseServerMessage(text)).toMatchObject({ kind: 'bad', reason: expect.any(String) })
  })
})
