/** Which relay this client speaks to (CONTRACT.md §4, "Which relay"). */
import { CHAT_PATH } from '@speak-code/protocol'
import type { LoadedConfig } from '@speak-code/server/config'
import { UsageError } from '../errors.ts'
import { callerEnvironment } from '../local-relay/environment.ts'
import { runningRelay } from '../local-relay/running-relay.ts'
import type { Paths } from '../paths.ts'

/** Where to connect now. */
export type RelayAddress =
  | { readonly url: string }
  | {
      readonly socketPath: string
      /** The caller's provider keys and base URLs; only a socket of our own gets them. */
      readonly environment?: Readonly<Record<string, string>>
    }

export interface RelayTarget {
  /** The relay's address for people. */
  readonly label: string
  /** Named by flag, environment or file; else it is this machine's own. */
  readonly configured: boolean
  /** SPEAK_CODE_TOKEN, for a configured relay only. */
  readonly token: string | undefined
  /** Finds this machine's own relay, and starts it where none runs. Throws LocalRelayError. */
  target(): Promise<RelayAddress>
}

export interface TargetOptions {
  /** `--server` */
  readonly server?: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly paths: Paths
  readonly version: string
  /** Throws ConfigError. */
  readonly config: () => LoadedConfig
}

/** A flag goes over the environment, the environment over the file. Throws ConfigError and UsageError. */
export function relayTarget(options: TargetOptions): RelayTarget {
  const named = namedServer(options)
  if (named === undefined) return ownRelay(options)
  const address = parseServer(named.value, named.source)
  const { env } = options
  const token = env['SPEAK_CODE_TOKEN'] === '' ? undefined : env['SPEAK_CODE_TOKEN']
  return {
    label: labelOf(address),
    configured: true,
    token,
    target: () => Promise.resolve(address),
  }
}

function namedServer({
  server,
  env,
  config,
}: TargetOptions): { value: string; source: string } | undefined {
  if (server !== undefined) return { value: server, source: '--server' }
  const variable = env['SPEAK_CODE_SERVER']
  if (variable !== undefined && variable !== '') {
    return { value: variable, source: 'SPEAK_CODE_SERVER' }
  }
  const written = config().config.server.url
  return written === undefined ? undefined : { value: written, source: '[server] url' }
}

/** `unix:PATH` is what `serve --socket` prints. A URL without a path means the chat's own. */
function parseServer(value: string, source: string): RelayAddress {
  if (value.startsWith('unix:') && value.length > 'unix:'.length) {
    return { socketPath: value.slice('unix:'.length) }
  }
  const url = URL.parse(value)
  if (url === null || !['ws:', 'wss:'].includes(url.protocol)) {
    throw new UsageError(
      `${source} must be a ws or wss URL.`,
      'For example: --server ws://127.0.0.1:3000/ws/chat',
    )
  }
  if (url.pathname === '/') url.pathname = CHAT_PATH
  // A fragment means nothing on this wire, and a WebSocket may not have one (RFC 6455, 3).
  url.hash = ''
  return { url: url.href }
}

/** Without user and password, which a URL may hold. */
function labelOf(address: RelayAddress): string {
  if ('socketPath' in address) return `unix:${address.socketPath}`
  const url = new URL(address.url)
  url.username = ''
  url.password = ''
  return url.href
}

/** The variables that hold a provider's base URL; a call with one that is none would fail at the relay, in other words. */
const BASE_URLS = ['OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL', 'GOOGLE_GEMINI_BASE_URL'] as const

function checkBaseUrls(env: NodeJS.ProcessEnv): void {
  for (const name of BASE_URLS) {
    const value = env[name]
    if (value === undefined || value === '') continue
    if (!['http:', 'https:'].includes(URL.parse(value)?.protocol ?? '')) {
      throw new UsageError(
        `${name} must be an http or https URL.`,
        `For example: export ${name}=http://127.0.0.1:8000/v1`,
      )
    }
  }
}

function ownRelay(options: TargetOptions): RelayTarget {
  const { env, paths, version } = options
  checkBaseUrls(env)
  return {
    label: 'this machine’s own relay',
    configured: false,
    token: undefined,
    target: async () => {
      const socket = (await runningRelay(paths, env, version)) ?? (await ensured(options))
      return { socketPath: socket, environment: callerEnvironment(env, options.config().config) }
    },
  }
}

async function ensured({ paths, env, version }: TargetOptions): Promise<string> {
  const { LocalRelay } = await import('./local-relay.ts')
  return (await new LocalRelay({ paths, env, version }).ensure()).socket
}
