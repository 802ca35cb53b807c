/** The recorded Gemini streams and error answers through the real provider, cut in four ways. */
import { type Fixture, listFixtures } from '@speak-code/testkit'
import { describe, expect, test } from 'vitest'
import { RecordingPlayer } from '../testing/recordings.ts'
import { googleAt } from './google-testing.ts'
import type { ProviderUsage } from './provider.ts'
import { failed } from './testing.ts'

const fixtures = listFixtures()

/** Which failure a recording ends in, or our finish reason. */
const ENDS: Readonly<Record<string, object>> = {
  'error-400-api-key': failed('upstream_auth', false),
  'error-429': {
    outcome: 'failed',
    error: { code: 'upstream_rate_limited', retryable: true, retryAfterMs: 48_000 },
  },
  'finish-reason-safety': { status: 'incomplete', finishReason: 'content_filter' },
  'function-call': { status: 'completed', finishReason: 'tool_calls' },
  'max-tokens': { status: 'incomplete', finishReason: 'length' },
  'prompt-blocked-safety': {
    status: 'incomplete',
    finishReason: 'content_filter',
    nativeFinishReason: 'SAFETY',
  },
  'text-cjk': { status: 'completed', finishReason: 'stop' },
  'text-crlf': { status: 'completed', finishReason: 'stop' },
  'text-long': { status: 'completed', finishReason: 'stop' },
  thinking: { status: 'completed', finishReason: 'stop' },
  'web-search-grounding': { status: 'completed', finishReason: 'stop' },
}

const player = new RecordingPlayer(googleAt, { model: 'gemini-2.5-flash' })

/** The vendor leaves thinking out of the completion; ours has it. */
function usageOf({ expected }: Fixture): ProviderUsage | undefined {
  if (expected.usage === null) return undefined
  const { totalTokens: _total, completionTokens, ...usage } = expected.usage
  return { ...usage, completionTokens: completionTokens + (usage.reasoningTokens ?? 0) }
}

/** The vendor's own word for the end, which is the end mark. */
function markOf({ expected }: Fixture): object {
  return expected.finishReason === null
    ? {}
    : { certainty: 'end_mark', nativeFinishReason: expected.finishReason }
}

describe.skipIf(fixtures === undefined)('recorded streams and errors', () => {
  const recorded = (fixtures ?? []).filter(({ name }) => name.startsWith('gemini/'))

  test('each one’s end is known here', () => {
    const names = recorded.map(({ name }) => name.slice('gemini/'.length))
    expect(names.toSorted()).toEqual(Object.keys(ENDS).toSorted())
  })

  test.each(recorded.map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    async (name, fixture) => {
      const { expected } = fixture
      const whole = await player.play(fixture)
      expect(whole.text).toBe(expected.text)
      expect(whole.reasoning).toBe(expected.reasoning ?? '')
      const called = whole.toolCalls.map(({ id, ...call }) => {
        expect(id).not.toBe('')
        return { id: null, ...call }
      })
      expect(called).toEqual(expected.toolCalls ?? [])
      expect(whole.end).toMatchObject({
        ...ENDS[name.slice('gemini/'.length)],
        ...markOf(fixture),
      })
      expect(whole.end.usage).toEqual(usageOf(fixture))
    },
  )
})
