/** Whether the providers that this machine's own relay would ask can be reached, and take the key. */
import type { ErrorInfo } from '@speak-code/protocol'
import type { ProviderProbe } from '@speak-code/server'
import type { Config } from '@speak-code/server/config'
import { hintFor } from '../../errors.ts'
import { callerEnvironment } from '../../local-relay/environment.ts'
import type { Check } from './check.ts'

const PROBE_TIMEOUT_MS = 5000

/**
 * One check for each. A default provider that fails is a problem, another one a warning. `all`: those built in that have
 * neither key nor base URL are told of as well.
 */
export async function checkProviders(
  config: Config,
  env: NodeJS.ProcessEnv,
  all: boolean,
): Promise<readonly Check[]> {
  const { providerProbes } = await import('@speak-code/server')
  const probes = providerProbes(config, callerEnvironment(env, config), all)
  const checks = await Promise.all(probes.map(checkProvider))
  return probes.some(({ usable }) => usable) ? checks : [...checks, DEMO]
}

const DEMO: Check = {
  id: 'provider:demo',
  status: 'info',
  detail:
    'no provider has a key or a base URL, so the built-in demo answers, which is no real model',
}

async function checkProvider(probe: ProviderProbe): Promise<Check> {
  const { name, baseUrl, hasKey, keyHint, usable, isDefault, isBuiltIn } = probe
  const id = `provider:${name}`
  const facts = { baseUrl, hasKey, isDefault, usable }
  if (!usable) {
    const status = isBuiltIn ? 'info' : 'warning'
    return { id, status, detail: `no key is set for ${baseUrl}`, fix: keyHint, facts }
  }
  const failure = await probe.run(PROBE_TIMEOUT_MS)
  if (failure === undefined) {
    const key = hasKey ? 'its key is taken' : 'no key is set, and none is sent'
    return { id, status: 'ok', detail: `${baseUrl} answers; ${key}`, facts }
  }
  const detail = failure.message.replace(keyHint, '').trim()
  const fix = failure.message.includes(keyHint) ? keyHint : fixFor(failure)
  return { id, status: isDefault ? 'problem' : 'warning', detail, fix, facts }
}

function fixFor({ code }: ErrorInfo): string | undefined {
  return code === 'upstream_unreachable' || code === 'upstream_timeout'
    ? 'Check its base URL, the network, and HTTPS_PROXY and NO_PROXY; NODE_EXTRA_CA_CERTS names a file of certificates to trust.'
    : hintFor(code)
}
