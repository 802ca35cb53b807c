/** The recorded Chat Completions streams through the real provider, cut in three ways. */
import {
  type Cut,
  type Fixture,
  type FixtureExpectation,
  listFixtures,
  type MockUpstream,
  startMockUpstream,
} from '@speak-code/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProviderUsage } from './provider.ts'
import { listen, providerAt, type Told } from './testing.ts'

const fixtures = listFixtures()
const CUTS: readonly Cut[] = ['whole', 'bytes', { seed: 7 }, { seed: 8, longest: 700 }]

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())

async function play({ body, meta }: Fixture, cut: Cut): Promise<Told> {
  await mock.script({
    status: meta.status,
    headers: {
      'content-type': 'text/event-stream',
      ...Object.fromEntries(
        Object.entries(meta.headers).filter(([name]) => name !== 'content-encoding'),
      ),
    },
    body: [{ base64: body.toString('base64') }],
    cut,
  })
  return listen(providerAt(mock.url))
}

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
      const whole = await play(fixture, 'whole')
      expect(whole.text).toBe(expected.text)
      expect(whole.reasoning).toBe(expected.reasoning ?? '')
      expect(whole.refusal).toBe(expected.refusal ?? '')
      expect(whole.toolCalls).toMatchObject(expected.toolCalls ?? [])
      expect(whole.end).toMatchObject(endOf(expected))
      expect(whole.end.usage, name).toEqual(usageOf(expected))
      for (const cut of CUTS) expect(await play(fixture, cut)).toEqual(whole)
    },
  )
})

describe.skipIf(fixtures === undefined)('recorded error answers', () => {
  const errors = (fixtures ?? []).filter(({ meta }) => meta.wire === 'http')

  test.each(errors.map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const whole = await play(fixture, 'whole')
    expect(whole).toMatchObject({ deltas: [], end: { outcome: 'failed' } })
    for (const cut of CUTS) expect(await play(fixture, cut)).toEqual(whole)
  })
})
