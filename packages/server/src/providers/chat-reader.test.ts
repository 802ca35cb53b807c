import { describe, expect, test } from 'vitest'
import { ChatReader } from './chat-reader.ts'
import type { ProviderDelta } from './provider.ts'
import type { Reading } from './stream-reader.ts'

function readAll(...events: readonly unknown[]) {
  const deltas: ProviderDelta[] = []
  const reader = new ChatReader((delta) => {
    deltas.push(delta)
  })
  const readings: Reading[] = events.map((event) =>
    reader.event(typeof event === 'string' ? event : JSON.stringify(event), undefined),
  )
  return { deltas, reader, readings }
}

const chunk = (delta: unknown, rest: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
})
const counted = (input: number) => ({ prompt_tokens: input, completion_tokens: 1 })
const tokens = (promptTokens: number) => ({ promptTokens, completionTokens: 1 })
const said = (...texts: string[]) => texts.map((text) => ({ channel: 'text', text }))

describe('chunks', () => {
  test('T16 an empty content is no delta', () => {
    expect(
      readAll(chunk({ role: 'assistant', content: '' }), chunk({ content: 'a' })).deltas,
    ).toEqual(said('a'))
  })

  test('T17 T18 chunks without choices bring usage or nothing', () => {
    const { deltas, reader } = readAll(
      { choices: [], prompt_filter_results: [{}] },
      { choices: [], usage: counted(1) },
    )
    expect(deltas).toEqual([])
    expect(reader.usage).toEqual(tokens(1))
  })

  test('T19 the last usage wins, null does not take it away', () => {
    const { reader } = readAll(
      { ...chunk({ content: 'a' }), usage: counted(1) },
      { ...chunk({ content: 'b' }), usage: counted(2) },
      { ...chunk({}), usage: null },
    )
    expect(reader.usage).toEqual(tokens(2))
  })

  test('usage in x_groq and beside the finish reason', () => {
    expect(readAll({ ...chunk({}), x_groq: { usage: counted(1) } }).reader.usage).toEqual(tokens(1))
    expect(readAll(chunk({}, { finish_reason: 'stop', usage: counted(2) })).reader.usage).toEqual(
      tokens(2),
    )
  })

  test('T21 a finish reason that is null or missing is none', () => {
    expect(
      readAll(chunk({ content: 'a' }), { choices: [{ delta: { content: 'b' } }] }).readings,
    ).toEqual(['open', 'open'])
  })

  test('T22 T23 content after the finish reason is told; the first reason stays', () => {
    const { deltas, reader, readings } = readAll(
      chunk({ content: 'a' }, { finish_reason: 'stop' }),
      chunk({ content: 'b' }),
      chunk({}, { finish_reason: 'length' }),
    )
    expect(deltas).toEqual(said('a', 'b'))
    expect(readings).toEqual(['finished', 'finished', 'finished'])
    expect(reader.end()).toMatchObject({ finishReason: 'stop' })
  })

  test('T26 T30 calls of tools have their own channel, in the order of the text', () => {
    const { deltas } = readAll(
      chunk({
        content: 'so',
        tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{}' } }],
      }),
    )
    expect(deltas).toEqual([
      { channel: 'text', text: 'so' },
      { channel: 'toolCall', index: 0, id: 'x', name: 'f', text: '{}' },
    ])
    expect(
      readAll(chunk({ function_call: { name: 'f', arguments: '{' }, content: null })).deltas,
    ).toEqual([{ channel: 'toolCall', index: 0, name: 'f', text: '{' }])
    expect(readAll(chunk({ tool_calls: [null, 'x'], function_call: 'f' })).deltas).toEqual([])
  })

  test.each(['reasoning_content', 'reasoning', 'thinking'])('T31 %s is reasoning', (field) => {
    expect(readAll(chunk({ [field]: 'hm', content: null })).deltas).toEqual([
      { channel: 'reasoning', text: 'hm' },
    ])
  })

  test('T31 reasoning told twice counts once', () => {
    const { deltas } = readAll(
      chunk({ reasoning: 'a', reasoning_content: 'a', reasoning_details: [{ text: 'a' }] }),
      chunk({ content: '', reasoning: null, reasoning_details: [{ summary: 'b' }, { type: 'x' }] }),
    )
    expect(deltas.map(({ text }) => text)).toEqual(['a', 'b'])
  })

  test('T32 refusals have their own channel', () => {
    const { deltas, reader } = readAll(chunk({ refusal: 'no', content: null }))
    expect(deltas).toEqual([{ channel: 'refusal', text: 'no' }])
    reader.event(JSON.stringify(chunk({}, { finish_reason: 'stop' })), undefined)
    expect(reader.end()).toMatchObject({ status: 'completed', finishReason: 'refusal' })
  })

  test('T33 other choices are not ours', () => {
    expect(
      readAll({ choices: [{ index: 1, delta: { content: 'x' }, finish_reason: 'stop' }] }),
    ).toMatchObject({
      deltas: [],
      readings: ['open'],
    })
  })

  test('T35 T36 T37 T39 what is beside the text is ignored', () => {
    const { deltas, readings } = readAll(
      { type: 'ping' },
      {
        id: 'a',
        ...chunk({ content: 'x', annotations: [] }, { logprobs: { content: [] } }),
        obfuscation: 'zz',
      },
      { id: 'b', model: 'other', ...chunk({ content: 'y' }) },
      { choices: [null] },
      { choices: 'none' },
      { choices: [{ delta: null }] },
      { error: null, ...chunk({}) },
    )
    expect(deltas).toEqual(said('x', 'y'))
    expect(new Set(readings)).toEqual(new Set(['open']))
  })

  test('content as parts (Mistral)', () => {
    const { deltas } = readAll(
      chunk({
        content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }, { text: 'm' }] }],
      }),
      chunk({
        content: [
          { type: 'text', text: 'a' },
          { type: 'reference', reference_ids: [1] },
        ],
      }),
      chunk({
        content: [{ thought: true, text: 'so' }, { type: 'refusal', refusal: 'no' }, null, 'x'],
      }),
    )
    expect(deltas).toEqual([
      { channel: 'reasoning', text: 'hm' },
      { channel: 'text', text: 'a' },
      { channel: 'reasoning', text: 'so' },
      { channel: 'refusal', text: 'no' },
    ])
  })

  test('a whole message is read only where no text came before it (Perplexity repeats it)', () => {
    const message = { role: 'assistant', content: 'whole' }
    expect(readAll({ choices: [{ message, finish_reason: 'stop' }] }).deltas).toEqual(said('whole'))
    expect(readAll(chunk({ content: 'a' }), { choices: [{ message }] }).deltas).toEqual(said('a'))
    expect(
      readAll(chunk({ content: 'a' }), { choices: [{ message, delta: { content: '' } }] }).deltas,
    ).toEqual(said('a'))
  })

  test('T14 half a surrogate pair is told as it came', () => {
    expect(readAll('{"choices":[{"delta":{"content":"\\ud83d"}}]}').deltas).toEqual(said('\uD83D'))
  })
})

describe('what is no chunk', () => {
  test('[DONE] is the end mark', () => {
    expect(readAll('[DONE]', ' [DONE] ').readings).toEqual(['done', 'done'])
  })

  test('T9 empty data is ignored, however often', () => {
    expect(new Set(readAll(...Array.from({ length: 200 }, () => '')).readings)).toEqual(
      new Set(['open']),
    )
  })

  test('T10 noise is skipped; more than 50 in a row is garbage', () => {
    const noise = Array.from({ length: 50 }, () => 'keep-alive')
    expect(readAll(...noise, chunk({ content: 'a' }), ...noise).readings).not.toContain('garbage')
    expect(readAll(...noise, '1', 'keep-alive').readings.at(-1)).toBe('garbage')
  })

  test('T45 an error, beside choices too', () => {
    const { readings, reader, deltas } = readAll({
      error: { code: 400 },
      ...chunk({ content: 'a' }),
      usage: counted(3),
    })
    expect(readings).toEqual(['error'])
    expect(reader.error).toMatchObject({ error: { code: 400 } })
    expect(reader.usage).toEqual(tokens(3))
    expect(deltas).toEqual(said('a'))
  })

  test('an event named error, JSON or not', () => {
    const reader = new ChatReader(() => {})
    expect(reader.event('{"message":"x"}', 'error')).toBe('error')
    expect(reader.error).toEqual({ message: 'x' })
    expect(reader.event('busy', 'error')).toBe('error')
    expect(reader.error).toBe('busy')
  })

  test('a bare error line (GPUStack)', () => {
    const reader = new ChatReader(() => {})
    expect(reader.strayLine('error: {"code":500}', 'error', '{"code":500}')).toBe('error')
    expect(reader.error).toEqual({ code: 500 })
  })

  test('a bare JSON error over many lines', () => {
    const reader = new ChatReader(() => {})
    const lines = JSON.stringify([{ error: { code: 429 } }], null, 2).split('\n')
    const rest = lines.pop() ?? ''
    expect(lines.map((line) => reader.strayLine(line, undefined, undefined))).not.toContain('error')
    expect(reader.bodyEnd(rest)).toBe('error')
    expect(reader.error).toEqual({ error: { code: 429 } })
  })

  test.each([
    ['nothing', [], '', 'open'],
    ['a beginning that broke off', [], 'dat', 'open'],
    ['HTML', ['<html>'], '', 'garbage'],
    ['HTML that broke off', [], '<htm', 'garbage'],
    ['JSON', [], '{"choices":[]}', 'garbage'],
    ['words', ['Hello there'], '', 'garbage'],
  ])('a body of %s', (_, lines, rest, reading) => {
    const reader = new ChatReader(() => {})
    for (const line of lines) reader.strayLine(line, undefined, undefined)
    expect(reader.bodyEnd(rest)).toBe(reading)
  })

  test('endless stray lines are garbage before the end', () => {
    const reader = new ChatReader(() => {})
    const readings = Array.from({ length: 100 }, () =>
      reader.strayLine('x'.repeat(1000), undefined, undefined),
    )
    expect(readings[0]).toBe('open')
    expect(readings.at(-1)).toBe('garbage')
  })
})
