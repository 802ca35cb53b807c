import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { Config } from '../../packages/server/src/config/index.ts'
import { createProviders } from '../../packages/server/src/providers/index.ts'
import { DIALECT, dialectOf, DIALECTS } from './dialects.ts'
import { sampleText, sampleToken } from './sample-tokens.ts'

const COUNT = 7

test.each(DIALECTS)(
  '%s: the relay’s own adapter finds every delta and a clean end',
  async (name) => {
    const { opening, delta, ending } = DIALECT[name]
    const server = createServer((request, response) => {
      expect(dialectOf(request.url ?? '')).toBe(DIALECT[name])
      const deltas = Array.from({ length: COUNT }, (_, index) => delta(sampleToken(index), index))
      const whole = [opening, ...deltas, ending(sampleText(COUNT), COUNT)]
      response.setHeader('content-type', 'text/event-stream').end(whole.join(''))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const table = { kind: name, base_url: `http://127.0.0.1:${port}/v1` }
    const providers = createProviders(Config.parse({ providers: { bench: table } }), {})
    const { provider, model } = providers.resolve('bench/model')
    const texts: string[] = []
    const end = await provider.stream(
      {
        model,
        messages: [{ role: 'user', content: 'Go.' }],
        params: {},
        signal: AbortSignal.timeout(5000),
      },
      ({ text }) => texts.push(text),
    )
    server.close()
    expect(texts).toEqual(Array.from({ length: COUNT }, (_, index) => sampleToken(index)))
    expect(end).toMatchObject({
      outcome: 'finished',
      status: 'completed',
      finishReason: 'stop',
      certainty: 'end_mark',
      usage: { promptTokens: 3, completionTokens: COUNT },
    })
  },
)

test('the paths that calls go to name the dialect, and no others', () => {
  for (const name of DIALECTS) {
    expect(dialectOf(`/v1${DIALECT[name].path('vendor-1-2')}`)).toBe(DIALECT[name])
  }
  expect(dialectOf('/v1/models')).toBeUndefined()
})
