import { CircuitList } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './config/index.ts'
import { RelayClient } from './testing/relay-client.ts'
import { httpOf, RelayGround } from './testing/relay-ground.ts'
import { chatRequest } from './testing/session-client.ts'

const ground = new RelayGround()

describe('the relay asks again as its configuration says', () => {
  test('T54 [run] max_attempts, and GET /api/circuits without a secret', async () => {
    await ground.upstream.script({ status: 503, headers: { 'retry-after-ms': '1' } })
    let loaded = parseConfig('[run]\nmax_attempts = 2', 'f')
    const url = await ground.start({ config: () => loaded })
    const client = await RelayClient.open(url)
    const ask = async (): Promise<void> => {
      const request = chatRequest({ model: 'gpt-a' })
      client.send(request)
      await client.wait('chunk', ({ id, done }) => id === request.id && done)
    }
    await ask()
    expect(await ground.upstream.calls()).toHaveLength(2)
    expect(client.of('notice')).toMatchObject([{ code: 'retrying', attempt: 2 }])
    expect(client.received.at(-1)).toMatchObject({ error: { code: 'upstream_overloaded' } })

    // The circuit outlives a change of the file.
    loaded = parseConfig('[run]\nmax_attempts = 1', 'f')
    for (let runs = 0; runs < 3; runs += 1) await ask()
    expect(await ground.upstream.calls()).toHaveLength(5)
    const answer = await fetch(`${httpOf(url)}/api/circuits`)
    expect(CircuitList.parse(await answer.json()).items).toMatchObject([
      { provider: 'openai', model: 'gpt-a', state: 'open', retryAfterMs: expect.any(Number) },
    ])
  })
})
