/** Models that the relay leaves alone for a while, because they kept failing. */
import type { CircuitView } from '@speak-code/protocol'
import { createHttpApi } from '../../client/http-api.ts'
import { relayTarget, type TargetOptions } from '../../client/relay-target.ts'
import { type Check, messageOf } from './check.ts'

/** One check for each circuit that is not closed; one that says so where they cannot be read. */
export async function checkCircuits(options: TargetOptions): Promise<readonly Check[]> {
  try {
    const api = createHttpApi({ relay: relayTarget(options), env: options.env, retries: 0 })
    return (await api.listCircuits()).filter(({ state }) => state !== 'closed').map(checkCircuit)
  } catch (error) {
    const detail = `the relay’s circuit breakers cannot be read: ${messageOf(error)}`
    return [{ id: 'circuits', status: 'warning', detail, facts: {} }]
  }
}

function checkCircuit({ provider, model, state, retryAfterMs }: CircuitView): Check {
  const name = `${provider}/${model}`
  const when =
    retryAfterMs === undefined ? 'with the next question' : `in ${Math.ceil(retryAfterMs / 1000)} s`
  return {
    id: `circuit:${name}`,
    status: 'warning',
    detail: `${name} kept failing and is left alone; it is tried again ${when}`,
    facts: { provider, model, state, retryAfterMs },
  }
}
