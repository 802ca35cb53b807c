import { CircuitList } from '@speak-code/protocol'
import { expect, test } from 'vitest'
import { circuitRoutes } from './circuits.ts'

test('GET / tells the state of each circuit', async () => {
  const circuit = { provider: 'lab', model: 'm', state: 'open', retryAfterMs: 3000 } as const
  const answer = await circuitRoutes(() => [circuit]).request('/')
  expect(CircuitList.parse(await answer.json())).toEqual({ items: [circuit] })
})
