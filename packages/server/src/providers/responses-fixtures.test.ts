/** The recorded Responses streams and error answers through the real provider, cut in four ways. */
import { type Fixture, listFixtures } from '@speak-code/testkit'
import { describe, expect, test } from 'vitest'
import { RecordingPlayer } from '../testing/recordings.ts'
import type { ProviderUsage, ToolCallDelta } from './provider.ts'
import { failed, responsesAt, type Told } from './testing.ts'
import { assembleToolCalls } from './tool-calls.ts'

const fixtures = listFixtures()

const MARKED = { outcome: 'finished', certainty: 'end_mark' }

/** Which failure a recording ends in, or our finish reason. */
const ENDS: Readonly<Record<string, object>> = {
  'error-400-context-length': failed('context_too_long', false),
  'error-401': failed('upstream_auth', false),
  'error-quota-in-stream': failed('quota_exhausted', false),
  'incomplete-max-output-tokens': { ...MARKED, status: 'incomplete', finishReason: 'length' },
  'reasoning-hidden': { ...MARKED, status: 'completed', finishReason: 'stop' },
  'reasoning-summary': { ...MARKED, status: 'completed', finishReason: 'stop' },
  refusal: { ...MARKED, status: 'completed', finishReason: 'refusal' },
  text: { ...MARKED, status: 'completed', finishReason: 'stop' },
  'tool-call': { ...MARKED, status: 'completed', finishReason: 'tool_calls' },
  'web-search-cjk': { ...MARKED, status: 'completed', finishReason: 'stop' },
}

const player = new RecordingPlayer(responsesAt)

function usageOf({ expected }: Fixture): ProviderUsage | undefined {
  if (expected.usage === null) return undefined
  const { totalTokens, ...usage } = expected.usage
  expect(usage.promptTokens + usage.completionTokens).toBe(totalTokens)
  return usage
}

function nativeOf({ end }: Told): string | undefined {
  return end.outcome === 'finished' ? end.nativeFinishReason : undefined
}

describe.skipIf(fixtures === undefined)('recorded streams and errors', () => {
  const recorded = (fixtures ?? []).filter(({ name }) => name.startsWith('openai-responses/'))

  test('each one’s end is known here', () => {
    const names = recorded.map(({ name }) => name.slice('openai-responses/'.length))
    expect(names.toSorted()).toEqual(Object.keys(ENDS).toSorted())
  })

  test.each(recorded.map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    async (name, fixture) => {
      const { expected } = fixture
      const whole = await player.play(fixture)
      expect(whole.text).toBe(expected.text)
      expect(whole.reasoning).toBe(expected.reasoning ?? '')
      expect(whole.refusal).toBe(expected.refusal ?? '')
      const pieces = whole.deltas.filter(
        (delta): delta is ToolCallDelta => delta.channel === 'toolCall',
      )
      expect(assembleToolCalls(pieces)).toEqual(expected.toolCalls ?? [])
      expect(whole.end).toMatchObject(ENDS[name.slice('openai-responses/'.length)] ?? {})
      expect(nativeOf(whole)).toBe(expected.error === null ? expected.finishReason : undefined)
      expect(whole.end.usage).toEqual(usageOf(fixture))
    },
  )
})
