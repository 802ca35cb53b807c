/** The relay: the only file that wires the rooms together. */
import type { Server } from 'node:http'
import {
  HEARTBEAT_MS,
  MAX_FRAME_BYTES,
  MAX_INFLIGHT,
  type HelloMessage,
  type WelcomeMessage,
} from '@speak-code/protocol'
import { listenOnPort, listenOnSocket, RelayStartError, type ListenOptions } from './addresses.ts'
import { Chat } from './chat/chat.ts'
import { Housekeeping } from './chat/housekeeping.ts'
import { LOCAL, type Principal } from './chat/principal.ts'
import { recoverRuns } from './chat/recovery.ts'
import type { LoadedConfig } from './config/index.ts'
import { createLog, type LogDestination } from './log.ts'
import type { Logger } from 'pino'
import { ProviderCache } from './provider-cache.ts'
import type { AttemptLimits } from './providers/attempts.ts'
import { Breakers } from './providers/breakers.ts'
import { realClock } from './providers/wait.ts'
import { relayOf, type Relay } from './relay.ts'
import { openMemoryStore, openSqliteStore, StoreOpenError } from './store/index.ts'
import type { Store } from './store/store.ts'
import type { Admission } from './transport/admission.ts'
import { httpApp, httpServer } from './transport/http.ts'
import { circuitRoutes } from './transport/routes/circuits.ts'
import { conversationRoutes } from './transport/routes/conversations.ts'
import { healthRoutes } from './transport/routes/health.ts'
import { modelRoutes } from './transport/routes/models.ts'
import type { Session, SessionHost } from './transport/session.ts'
import { acceptUpgrades } from './transport/upgrade.ts'

export interface RelayOptions {
  /** Asked again for every hello and chat, so that a file that has changed counts. Throws ConfigError. */
  readonly config: () => LoadedConfig
  readonly env: Readonly<Record<string, string | undefined>>
  /** The store's folder. */
  readonly dataDir: string
  /** At least one of a port and a socket. */
  readonly listen: ListenOptions
  /** This machine's own relay: on its socket, a hello may carry the caller's environment. */
  readonly private: boolean
  /** Whether an Ollama that runs on this machine is listed, though nobody wrote it down. Default: no. */
  readonly findOllama?: boolean
  readonly version: string
  /** Default: stderr. */
  readonly log?: LogDestination
}

/** Resolves when the relay takes clients. Throws {@link RelayStartError}, ConfigError. */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { config } = options.config()
  const log = createLog(options.log ?? 'stderr')
  const warn = (what: string, error: unknown): void => {
    log.warn({ error }, what)
  }
  const store = openStore(options.dataDir)
  const memory = openMemoryStore()
  const breakers = new Breakers()
  const chat = new Chat({
    store,
    memory,
    router: { limits: () => attemptLimits(options), breakers, clock: realClock },
    maxFrameBytes: MAX_FRAME_BYTES,
    orphanTimeoutMs: () => options.config().config.run.orphan_timeout_secs * 1000,
    warn,
  })
  const providers = new ProviderCache({
    ...options,
    warn: (oddity) => {
      log.warn(oddity)
    },
  })
  await recover(options, store, chat, providers, log)
  const sessions = new Set<Session>()
  const host: SessionHost = {
    chat,
    maxInflight: MAX_INFLIGHT,
    welcome: (hello) => welcome(hello, options, providers, chat),
    providers: (environment) => providers.of(environment),
    warn,
  }
  const app = httpApp(
    [
      {
        path: '/',
        app: healthRoutes(options.version, {
          get draining() {
            return chat.draining
          },
          storeHealthy: () => store.healthy(),
        }),
      },
      { path: '/api/circuits', app: circuitRoutes(() => breakers.report()) },
      { path: '/api/conversations', app: conversationRoutes(chat) },
      { path: '/api/models', app: modelRoutes((environment) => providers.of(environment)) },
    ],
    warn,
  )
  const servers: Server[] = []
  const addresses: string[] = []
  const open = async (
    unixSocket: boolean,
    listen: (server: Server) => Promise<string>,
    hosts: readonly string[],
  ): Promise<void> => {
    const admission = (): Admission => ({
      origins: options.config().config.listen.origins,
      hosts,
      unixSocket,
    })
    const server = httpServer(app, admission)
    acceptUpgrades(server, {
      host,
      heartbeatMs: HEARTBEAT_MS,
      admission,
      draining: () => chat.draining,
      sessions,
    })
    addresses.push(await listen(server))
    servers.push(server)
  }
  const { socket, port } = options.listen
  const bindHost = options.listen.host ?? config.listen.host
  try {
    if (port !== undefined) {
      await open(false, (server) => listenOnPort(server, bindHost, port), [bindHost])
    }
    if (socket !== undefined) {
      await open(true, (server) => listenOnSocket(server, socket), [])
    }
  } catch (error) {
    for (const server of servers) server.close()
    chat.close()
    await store.close()
    throw error
  }
  const housekeeping = new Housekeeping(store, memory, options, warn)
  return relayOf({
    chat,
    sessions,
    servers,
    addresses,
    store,
    memory,
    housekeeping,
    drainMs: () => drainMs(options),
  })
}

function openStore(dataDir: string): Store {
  try {
    return openSqliteStore(dataDir)
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error
    const reason = {
      in_use: 'data_in_use',
      newer: 'store_newer',
      unusable: 'store_unusable',
    } as const
    throw new RelayStartError(reason[error.reason], error.message, { cause: error })
  }
}

/** Goes on with what was under way, or ends it. */
async function recover(
  { private: awaitsKeys }: RelayOptions,
  store: Store,
  chat: Chat,
  providers: ProviderCache,
  log: Logger,
): Promise<void> {
  const { interrupted, continued } = await recoverRuns({
    store,
    chat,
    providers: () => providers.of(undefined),
    awaitsKeys,
  })
  if (interrupted > 0) log.info({ runs: interrupted }, 'ended what was under way as interrupted')
  if (continued > 0) log.info({ runs: continued }, 'reading on what was under way')
}

function welcome(
  hello: HelloMessage,
  { version }: RelayOptions,
  providers: ProviderCache,
  chat: Chat,
): { principal: Principal; welcome: WelcomeMessage } {
  const found = providers.of(hello.environment)
  chat.offer(found)
  return {
    principal: LOCAL,
    welcome: {
      type: 'welcome',
      server: { name: 'speak-code', version },
      user: null,
      heartbeatMs: HEARTBEAT_MS,
      maxFrameBytes: MAX_FRAME_BYTES,
      maxInflight: MAX_INFLIGHT,
      defaultModel: found.defaultModel,
    },
  }
}

function attemptLimits({ config }: RelayOptions): AttemptLimits {
  const { max_attempts: maxAttempts, max_retry_wait_secs: maxWaitSecs } = config().config.run
  return { maxAttempts, maxWaitMs: maxWaitSecs * 1000 }
}

/** 0 means unlimited for every limit: then only the longest timer there is ends the wait. */
function drainMs({ config }: RelayOptions): number {
  const secs = config().config.run.drain_secs
  return secs === 0 ? 2 ** 31 - 1 : secs * 1000
}
