/** The recorded Messages streams through the real provider, cut in four ways. */
import { type Fixture, listFixtures } from '@speak-code/testkit'
import { describe, expect, test } from 'vitest'
import { RecordingPlayer } from '../testing/recordings.ts'
import { anthropicAt } from './anthropic-testing.ts'
import { count, isObject, type JsonObject } from './json.ts'
import type { ProviderUsage, ToolCallDelta } from './provider.ts'
import { failed } from './testing.ts'
import { assembleToolCalls } from './tool-calls.ts'

const fixtures = listFixtures()

const player = new RecordingPlayer(anthropicAt)

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

/** Anthropic's own prompt figure leaves out what was cached. */
function usageOf(expected: JsonObject): Partial<ProviderUsage> {
  const figure = (name: string): number => count(member(expected['usage'], name)) ?? 0
  return {
    promptTokens: figure('promptTokens') + figure('cacheReadTokens') + figure('cacheWriteTokens'),
    completionTokens: figure('completionTokens'),
    cachedTokens: figure('cacheReadTokens'),
  }
}

const FINISH_REASONS: Readonly<Record<string, object>> = {
  end_turn: { status: 'completed', finishReason: 'stop', nativeFinishReason: 'end_turn' },
  tool_use: { status: 'completed', finishReason: 'tool_calls', nativeFinishReason: 'tool_use' },
  max_tokens: { status: 'incomplete', finishReason: 'length', nativeFinishReason: 'max_tokens' },
  refusal: { status: 'completed', finishReason: 'refusal' },
}

function endOf({ finishReason, error }: Fixture['expected']): object {
  if (error !== null) return failed('upstream_overloaded', true)
  const end = FINISH_REASONS[finishReason ?? '']
  if (end === undefined) throw new Error(`an unforeseen finish reason: ${finishReason}`)
  return { outcome: 'finished', certainty: 'end_mark', ...end }
}

const isToolCall = (delta: { readonly channel: string }): delta is ToolCallDelta =>
  delta.channel === 'toolCall'

describe.skipIf(fixtures === undefined)('recorded streams', () => {
  const streams = (fixtures ?? []).filter(({ meta }) => meta.wire === 'anthropic')

  test.each(streams.map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    async (_, fixture) => {
      const { expected } = fixture
      const whole = await player.play(fixture)
      expect(whole.text).toBe(expected.text)
      expect(whole.reasoning).toBe(expected.reasoning ?? '')
      expect(whole.refusal).toBe(expected.refusal ?? '')
      expect(assembleToolCalls(whole.deltas.filter(isToolCall))).toEqual(expected.toolCalls ?? [])
      expect(whole.end).toMatchObject(endOf(expected))
      expect(whole.end.usage).toMatchObject(usageOf({ ...expected }))
    },
  )

  test('T61 thinking and redacted thinking are kept to be sent back', async () => {
    for (const name of ['anthropic/thinking', 'anthropic/thinking-redacted']) {
      const fixture = streams.find((candidate) => candidate.name === name)
      expect(fixture && (await player.play(fixture)).end).toMatchObject({
        replay: { kind: 'anthropic' },
      })
    }
  })
})

describe.skipIf(fixtures === undefined)('recorded error answers', () => {
  test.each([
    ['anthropic/error-400-prompt-too-long', 'context_too_long'],
    ['anthropic/error-401', 'upstream_auth'],
  ])('%s is %s', async (name, code) => {
    const fixture = fixtures?.find((candidate) => candidate.name === name)
    if (fixture === undefined) throw new Error(`no fixture ${name}`)
    const told = await player.play(fixture)
    expect(told).toMatchObject({ deltas: [], end: failed(code, false) })
    expect(JSON.stringify(told.end)).not.toContain('req_')
  })
})
