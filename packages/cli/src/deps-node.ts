/** {@link Deps} of the real program. */
import { loadConfig, type LoadedConfig } from '@speak-code/server/config'
import { relayTarget, type RelayTarget } from './client/relay-target.ts'
import type { CommonFlags, Deps } from './deps.ts'
import { pathsOf } from './paths.ts'
import type { LocalStore } from './store/local-store.ts'
import { harmless } from './terminal/harmless.ts'
import { version } from './version.ts'

/** Nothing is read or opened before it is asked for, and then once. */
export function createDeps(flags: CommonFlags): Deps {
  const { env } = process
  const paths = pathsOf(env, flags.config)
  const note = (text: string): void => {
    if (flags.quiet !== true) say(text)
  }
  const detail = (text: string): void => {
    if (flags.verbose === true) say(text)
  }
  const config = once((): LoadedConfig => loadConfig(paths.config))
  const relay = once((): RelayTarget =>
    relayTarget({ server: flags.server, env, paths, version: version(), config }),
  )
  const store = once(async (): Promise<LocalStore> => {
    const { openLocalStore } = await import('./store/sqlite-store.ts')
    const opened = openLocalStore(paths.history, { note })
    process.once('exit', () => {
      opened.close()
    })
    return opened
  })
  const historyIfAny = async (): Promise<LocalStore | undefined> => {
    try {
      return await store()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      note(`The local history cannot be used; this goes on without it. ${why}`)
      return undefined
    }
  }
  return {
    env,
    get stdin() {
      return process.stdin
    },
    get stdout() {
      return process.stdout
    },
    get stderr() {
      return process.stderr
    },
    paths,
    config,
    store,
    remembered: once(async () => (await import('./remembered.ts')).openRemembered(paths.state)),
    client: async ({ save = true, pace } = {}) => {
      const { server } = config().config
      const target = relay()
      const [{ createChatClient }, history] = await Promise.all([
        import('./client/chat-client.ts'),
        save ? historyIfAny() : undefined,
      ])
      return createChatClient({
        relay: target,
        client: { name: 'speak-code', version: version() },
        reconnectIntervalMs: server.reconnect_interval_ms,
        maxReconnectAttempts: server.max_reconnect_attempts,
        store: history,
        env,
        detail,
        pace,
      })
    },
    http: async () => {
      const { createHttpApi } = await import('./client/http-api.ts')
      return createHttpApi({ relay: relay(), env })
    },
    note,
    detail,
  }
}

function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? harmless(text) : text}\n`)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
