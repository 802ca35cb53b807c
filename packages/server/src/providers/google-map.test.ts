import { ThinkingLevel } from '@google/genai/web'
import type { ChatParams } from '@speak-code/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contentsOf,
  droppedParams,
  replayOf,
  requestOf,
  type Signature,
  systemInstructionOf,
} from './google-map.ts'
import type { PromptMessage } from './provider.ts'

const user = (content: string): PromptMessage => ({ role: 'user', content })
const system = (content: string): PromptMessage => ({ role: 'system', content })

function answer(content: string, ...signatures: readonly Signature[]): PromptMessage {
  const replay = replayOf(signatures)
  return { role: 'assistant', content, ...(replay === undefined ? {} : { replay }) }
}

const answerParts = (message: PromptMessage) => contentsOf([message])[0]?.parts

describe('messages', () => {
  test('roles alternate: neighbours of the same role are one content', () => {
    expect(
      contentsOf([user('a'), user('b'), answer('c'), system('s'), answer('d'), user('e')]),
    ).toEqual([
      { role: 'user', parts: [{ text: 'a' }, { text: 'b' }] },
      { role: 'model', parts: [{ text: 'c' }, { text: 'd' }] },
      { role: 'user', parts: [{ text: 'e' }] },
    ])
  })

  test('the system’s messages are one instruction, apart', () => {
    expect(systemInstructionOf([system('a'), user('x'), system('b')])).toBe('a\n\nb')
    expect(systemInstructionOf([user('x')])).toBeUndefined()
  })

  test('Gemma takes no instruction: the user says it first', () => {
    const messages = [system('be brief'), user('x')]
    const request = requestOf({ model: 'gemma-3-27b-it', messages, params: {} }, ThinkingLevel)
    expect(request).toEqual({
      model: 'gemma-3-27b-it',
      contents: [{ role: 'user', parts: [{ text: 'be brief' }, { text: 'x' }] }],
      config: {},
    })
  })
})

describe('T73 thought signatures are sent back', () => {
  test('with the part that they came with', () => {
    expect(
      answerParts(
        answer(
          'abcdef',
          { signature: 'S', from: 2, to: 4 },
          { signature: 'C', call: 0 },
          { signature: 'T', from: 6, to: 6 },
        ),
      ),
    ).toEqual([
      { text: 'ab' },
      { text: 'cd', thoughtSignature: 'S' },
      { text: 'ef' },
      { text: '', thoughtSignature: 'T' },
    ])
  })

  test('another provider’s are left out', () => {
    expect(answerParts({ ...answer('a'), replay: { kind: 'other', data: '[]' } })).toEqual([
      { text: 'a' },
    ])
  })

  test.each([
    'not JSON',
    '7',
    '[null, 7, {}]',
    '[{"signature":"S","from":0,"to":9}]',
    '[{"signature":"S","from":1,"to":0}]',
    '[{"signature":7,"from":0,"to":1}]',
    '[{"signature":"S","from":-1,"to":1}]',
  ])('%s is none', (data) => {
    expect(answerParts({ ...answer('ab'), replay: { kind: 'google', data } })).toEqual([
      { text: 'ab' },
    ])
  })

  test('whatever the signatures, the text is sent whole', () => {
    const place = fc.record({ signature: fc.string(), from: fc.nat(12), to: fc.nat(12) })
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(place), (content, places) => {
        const parts = answerParts(answer(content, ...places)) ?? []
        expect(parts.map(({ text }) => text).join('')).toBe(content)
      }),
    )
  })
})

const config = (params: ChatParams, model = 'gemini-2.5-flash') =>
  requestOf({ model, messages: [user('x')], params }, ThinkingLevel).config

describe('parameters', () => {
  test('each by the vendor’s name', () => {
    expect(
      config({
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        maxTokens: 100,
        stop: 'END',
        reasoningEffort: 'low',
      }),
    ).toEqual({
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      maxOutputTokens: 100,
      stopSequences: ['END'],
      thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 },
    })
    expect(config({ stop: ['a', 'b'] }).stopSequences).toEqual(['a', 'b'])
  })

  test('what is unset is not sent', () => {
    expect(config({}, 'gemini-2.0-flash')).toEqual({})
  })

  test('an effort is dropped where the model does not think', () => {
    const params = { reasoningEffort: 'high', temperature: 1 } as const
    expect(droppedParams(params, 'gemini-2.0-flash')).toEqual(['reasoningEffort'])
    expect(config(params, 'gemini-2.0-flash')).toEqual({ temperature: 1 })
    expect(droppedParams(params, 'gemini-2.5-pro')).toEqual([])
    expect(droppedParams({ temperature: 1 }, 'gemini-2.0-flash')).toEqual([])
    expect(droppedParams({ reasoningEffort: 'none' }, 'gemini-2.0-flash')).toEqual([])
  })
})
