/** Every frame survives encoding and parsing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CLIENT_FRAMES,
  encode,
  parseClientMessage,
  parseServerMessage,
  SERVER_FRAMES,
} from '../src/index.ts'
import { anyString, arbitraryOf } from './arbitrary.ts'

describe('client frames', () => {
  test.each(Object.values(CLIENT_FRAMES))('$shape.type.value: parse(encode(x)) is x', (schema) => {
    // What the schema checks beyond its shape (a last message of the user's) is left to its own check.
    const frames = arbitraryOf(schema).map((value) => schema.safeParse(withLastQuestion(value)))
    const property = fc.property(frames, (frame) => {
      fc.pre(frame.success)
      const { data } = frame
      expect(parseClientMessage(encode(data))).toEqual({ ok: true, message: data })
    })
    fc.assert(property)
  })
})

describe('server frames', () => {
  test.each(Object.entries(SERVER_FRAMES))('%s: parse(encode(x)) is x', (_type, schema) => {
    const frames = arbitraryOf(schema).map((value) => schema.parse(value))
    const property = fc.property(frames, (message) => {
      expect(parseServerMessage(encode(message))).toEqual({ kind: 'message', message })
    })
    fc.assert(property)
  })
})

describe('at the door', () => {
  test('no text makes the codec throw', () => {
    const texts = fc.oneof(
      fc.json(),
      anyString(),
      fc
        .tuple(fc.constantFrom(...Object.keys(CLIENT_FRAMES), 'chunk', 'later'), fc.object())
        .map(([type, fields]) => JSON.stringify({ ...fields, type })),
    )
    const property = fc.property(texts, (text) => {
      expect(typeof parseClientMessage(text).ok).toBe('boolean')
      expect(['message', 'unknown', 'bad']).toContain(parseServerMessage(text).kind)
    })
    fc.assert(property)
  })
})

/** A chat's last message made the user's, so that most of what is generated is a frame. */
function withLastQuestion(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('messages' in value)) return value
  const { messages } = value
  if (!Array.isArray(messages)) return value
  const before: unknown[] = messages.slice(0, -1)
  const last: unknown = messages.at(-1)
  return { ...value, messages: [...before, { ...Object(last), role: 'user' }] }
}
