/** The recorded Chat Completions streams through the real provider, cut in four ways. */
import { type FixtureExpectation, listFixtures } from '@speak-code/testkit'
import { describe, expect, test } from 'vitest'
import { RecordingPlayer } from '../testing/recordings.ts'
import type { ProviderUsage } from './provider.ts'
import { providerAt } from './testing.ts'

const fixtures = listFixtures()

const player = new RecordingPlayer(providerAt)

/** Vendors count in their own ways; xAI alone of these leaves reasoning out of the completion. */
function usageOf(expected: FixtureExpectation): ProviderUsage | undefined {
  if (expected.usage === null) return undefined
  const { totalTokens, completionTokens, promptTokens, ...usage } = expected.usage
  const apart = promptTokens + completionTokens + (usage.reasoningTokens ?? 0) === totalTokens
  return {
    promptTokens,
    completionTokens: apart ? totalTokens - promptTokens : completionTokens,
    ...usage,
  }
}

function endOf({ finishReason, refusal }: FixtureExpectation): object {
  if (finishReason === null) return { outcome: 'failed', error: { code: 'bad_request' } }
  return {
    outcome: 'finished',
    status: finishReason === 'length' ? 'incomplete' : 'completed',
    finishReason: refusal === undefined ? finishReason : 'refusal',
  }
}

describe.skipIf(fixtures === undefined)('recorded streams', () => {
  const streams = (fixtures ?? []).filter(({ meta }) => meta.wire === 'chat')

  test.each(streams.map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    async (name, fixture) => {
      const { expected } = fixture
      const whole = await player.play(fixture)
      expect(whole.text).toBe(expected.text)
      expect(whole.reasoning).toBe(expected.reasoning ?? '')
      expect(whole.refusal).toBe(expected.refusal ?? '')
      expect(whole.toolCalls).toMatchObject(expected.toolCalls ?? [])
      expect(whole.end).toMatchObject(endOf(expected))
      expect(whole.end.usage, name).toEqual(usageOf(expected))
    },
  )
})

describe.skipIf(fixtures === undefined)('recorded error answers', () => {
  const errors = (fixtures ?? []).filter(({ meta }) => meta.wire === 'http')

  test.each(errors.map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const whole = await player.play(fixture)
    expect(whole).toMatchObject({ deltas: [], end: { outcome: 'failed' } })
  })
})
