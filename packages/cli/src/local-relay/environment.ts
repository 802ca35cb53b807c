/** Which variables go where: a caller's keys with each hello, never into the process in the background (L10). */
import { ENVIRONMENT_NAMES } from '@speak-code/protocol'
import type { Config } from '@speak-code/server/config'

/** The caller's provider variables, for `hello` on the private socket and nowhere else. Empty ones are left out. */
export function callerEnvironment(env: NodeJS.ProcessEnv, config: Config): Record<string, string> {
  const providers = [config.openai, ...Object.values(config.providers)]
  const names = new Set([
    ...ENVIRONMENT_NAMES,
    ...providers.flatMap((provider) => provider.api_key_env ?? []),
  ])
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = env[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}

/** What a process needs to run and to reach providers. Whatever else the caller's environment holds may be a secret. */
const BACKGROUND_NAMES = new Set([
  'HOME',
  'LANG',
  'LOGNAME',
  'PATH',
  'TMPDIR',
  'TZ',
  'USER',
  'NODE_COMPILE_CACHE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
])

/** The environment for the relay's own process. Its folders and files come as arguments. */
export function backgroundEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => BACKGROUND_NAMES.has(name) || name.startsWith('LC_')),
  )
}
