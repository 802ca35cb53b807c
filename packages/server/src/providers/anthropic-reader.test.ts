import { describe, expect, test } from 'vitest'
import { AnthropicReader } from './anthropic-reader.ts'
import { replayedBlocks } from './anthropic-replay.ts'
import {
  blockDelta,
  blockStart,
  blockStop,
  errorEvent,
  MESSAGE_STOP,
  messageDelta,
  messageStart,
  PING,
  textBlock,
  textDelta,
  thinkingBlock,
} from './anthropic-testing.ts'
import type { ProviderDelta } from './provider.ts'

const origin = { model: 'm', prefix: 'p' }

function readAll(...events: readonly { readonly type?: string }[]) {
  const deltas: ProviderDelta[] = []
  const reader = new AnthropicReader((delta) => {
    deltas.push(delta)
  }, origin)
  const readings = events.map((event) => reader.event(JSON.stringify(event), event.type))
  return { deltas, reader, readings }
}

const said = (...texts: string[]) => texts.map((text) => ({ channel: 'text', text }))
const inputDelta = (index: number, json: string) =>
  blockDelta(index, { type: 'input_json_delta', partial_json: json })
const toolStart = (index: number, input: unknown = {}) =>
  blockStart(index, { type: 'tool_use', id: `id${index}`, name: 'f', input })

describe('text', () => {
  test('T63 several blocks, in their order', () => {
    const { deltas } = readAll(messageStart(), ...textBlock(0, 'a'), ...textBlock(1, 'b'))
    expect(deltas).toEqual(said('a', 'b'))
  })

  test('T16 an empty piece is no delta; what comes with the start is', () => {
    const { deltas } = readAll(blockStart(0, { type: 'text', text: 'a' }), textDelta(0, ''))
    expect(deltas).toEqual(said('a'))
  })

  test('a gateway that leaves out the start of a block', () => {
    expect(readAll(textDelta(0, 'a'), textDelta(0, 'b')).deltas).toEqual(said('a', 'b'))
  })

  test('T58 a ping is nothing, wherever it comes', () => {
    const { deltas, readings } = readAll(PING, messageStart(), PING, ...textBlock(0, 'a'), PING)
    expect(deltas).toEqual(said('a'))
    expect(new Set(readings)).toEqual(new Set(['open']))
  })

  test('T60 unknown events, blocks and deltas are nothing', () => {
    const { deltas, readings } = readAll(
      { type: 'sunspots' },
      {},
      blockStart(0, { type: 'sunspot', text: 'x' }),
      blockDelta(0, { type: 'sunspot_delta', text: 'x' }),
      { type: 'content_block_delta' },
      { type: 'content_block_start' },
      { type: 'message_start' },
      { type: 'message_delta' },
    )
    expect(deltas).toEqual([])
    expect(new Set(readings)).toEqual(new Set(['open']))
  })

  test('T66 citations are nothing', () => {
    const citation = { type: 'char_location', cited_text: 'x', document_index: 0 }
    const { deltas } = readAll(
      blockStart(0, { type: 'text', text: '', citations: [] }),
      blockDelta(0, { type: 'citations_delta', citation }),
      textDelta(0, 'a'),
    )
    expect(deltas).toEqual(said('a'))
  })
})

describe('T61 thinking', () => {
  test('is reasoning, and is kept with its signature', () => {
    const { deltas, reader } = readAll(
      blockStart(0, { type: 'redacted_thinking', data: 'd' }),
      blockStop(0),
      ...thinkingBlock(1, 'hm', 'sig'),
      ...textBlock(2, 'a'),
      messageDelta('end_turn'),
    )
    expect(deltas).toEqual([{ channel: 'reasoning', text: 'hm' }, ...said('a')])
    const { replay } = reader
    expect(replay && replayedBlocks(replay, 'a', origin)).toEqual([
      { type: 'redacted_thinking', data: 'd' },
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'text', text: 'a' },
    ])
  })

  test('without text it has a signature all the same', () => {
    const { deltas, reader } = readAll(
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'signature_delta', signature: 'sig' }),
      blockStop(0),
      ...textBlock(1, 'a'),
    )
    expect(deltas).toEqual(said('a'))
    const { replay } = reader
    expect(replay && replayedBlocks(replay, 'a', origin)).toEqual([
      { type: 'thinking', thinking: '', signature: 'sig' },
      { type: 'text', text: 'a' },
    ])
  })

  test('nothing is kept without thinking, without its signature, or beside blocks that don’t go back', () => {
    expect(readAll(...textBlock(0, 'a')).reader.replay).toBeUndefined()
    expect(readAll(...thinkingBlock(0, 'hm', '')).reader.replay).toBeUndefined()
    const search = blockStart(1, { type: 'server_tool_use', id: 's', name: 'web_search' })
    expect(readAll(...thinkingBlock(0, 'hm'), search).reader.replay).toBeUndefined()
    expect(readAll(...thinkingBlock(0, 'hm'), toolStart(1)).reader.replay).toBeUndefined()
    expect(readAll(...thinkingBlock(0, 'hm')).reader.replay).toBeDefined()
  })
})

describe('T62 calls of tools', () => {
  test('pieces of the input, with id and name first', () => {
    const { deltas } = readAll(
      toolStart(0),
      inputDelta(0, ''),
      inputDelta(0, '{"a"'),
      inputDelta(0, ':1}'),
      blockStop(0),
      toolStart(1),
      inputDelta(1, '{}'),
      blockStop(1),
    )
    expect(deltas).toEqual([
      { channel: 'toolCall', index: 0, id: 'id0', name: 'f', text: '{"a"' },
      { channel: 'toolCall', index: 0, text: ':1}' },
      { channel: 'toolCall', index: 1, id: 'id1', name: 'f', text: '{}' },
    ])
  })

  test('an input of no piece is {}, or what came with the start', () => {
    const call = { channel: 'toolCall', index: 0, name: 'f' }
    expect(readAll(toolStart(4), inputDelta(4, ''), blockStop(4)).deltas).toEqual([
      { ...call, id: 'id4', text: '{}' },
    ])
    expect(readAll(toolStart(4, { a: 1 }), blockStop(4)).deltas).toEqual([
      { ...call, id: 'id4', text: '{"a":1}' },
    ])
  })

  test('a block that is left open is told at the end', () => {
    for (const end of [messageDelta('tool_use'), MESSAGE_STOP]) {
      const { deltas } = readAll(toolStart(0), end)
      expect(deltas).toEqual([{ channel: 'toolCall', index: 0, id: 'id0', name: 'f', text: '{}' }])
    }
  })

  test('what the provider calls itself is nothing', () => {
    const { deltas } = readAll(
      blockStart(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      inputDelta(0, '{"query":"x"}'),
      blockStop(0),
      blockStart(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      blockStop(1),
    )
    expect(deltas).toEqual([])
  })
})

describe('T65 how it ends', () => {
  test.each([
    ['end_turn', 'completed', 'stop'],
    ['stop_sequence', 'completed', 'stop'],
    ['tool_use', 'completed', 'tool_calls'],
    ['refusal', 'completed', 'refusal'],
    ['max_tokens', 'incomplete', 'length'],
    ['model_context_window_exceeded', 'incomplete', 'length'],
    ['pause_turn', 'incomplete', 'unknown'],
    ['sunspots', 'incomplete', 'unknown'],
  ])('%s is %s / %s', (native, status, finishReason) => {
    const { reader, readings } = readAll(messageDelta(native), MESSAGE_STOP)
    expect(readings).toEqual(['finished', 'done'])
    expect(reader.end()).toEqual({
      outcome: 'finished',
      status,
      finishReason,
      ...(native === finishReason ? {} : { nativeFinishReason: native }),
    })
  })

  test('L4 message_stop without a stop_reason is incomplete / unknown', () => {
    const { reader, readings } = readAll(messageDelta(null), MESSAGE_STOP)
    expect(readings).toEqual(['open', 'done'])
    expect(reader.end()).toMatchObject({ status: 'incomplete', finishReason: 'unknown' })
  })

  test('the explanation of a refusal has its own channel, before the end', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'I cannot help.' }
    const { deltas } = readAll(messageDelta('refusal', {}, details))
    expect(deltas).toEqual([{ channel: 'refusal', text: 'I cannot help.' }])
    expect(readAll(messageDelta('refusal', {}, { explanation: null })).deltas).toEqual([])
  })

  test('the first reason counts', () => {
    const { reader } = readAll(messageDelta('max_tokens'), messageDelta('end_turn'))
    expect(reader.end()).toMatchObject({ finishReason: 'length' })
  })

  test('T59 an error is told, as the API or a gateway spells it', () => {
    const told = readAll(errorEvent('overloaded_error', 'Overloaded'))
    expect(told.readings).toEqual(['error'])
    expect(told.reader.error).toMatchObject({ error: { type: 'overloaded_error' } })
    expect(readAll({ error: { message: 'x' } } as object).readings).toEqual(['error'])
  })
})

test('T57 usage of message_start and message_delta: the largest, not the sum', () => {
  const { reader } = readAll(
    messageStart({ input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 1 }),
    messageDelta('end_turn', { input_tokens: 5, output_tokens: 9 }),
  )
  expect(reader.usage).toEqual({ promptTokens: 12, completionTokens: 9, cachedTokens: 7 })
  expect(readAll(textDelta(0, 'a')).reader.usage).toBeUndefined()
})
