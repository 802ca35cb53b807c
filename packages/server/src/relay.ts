/** A relay's life: activity, idleness, drain and stop. */
import type { Server } from 'node:http'
import { CloseCode } from '@speak-code/protocol'
import type { Chat } from './chat/chat.ts'
import type { Housekeeping } from './chat/housekeeping.ts'
import type { Store } from './store/store.ts'
import type { Session } from './transport/session.ts'

export interface Relay {
  /** `ws://HOST:PORT/ws/chat`, `unix:PATH`. */
  readonly addresses: readonly string[]
  readonly activity: { readonly clients: number; readonly runs: number }
  /** Takes nothing new, lets live runs end for `[run] drain_secs`, then stops. */
  drain(): Promise<void>
  /** Stops at once; what had arrived is kept, marked as interrupted. */
  stop(): Promise<void>
  /** Calls `then` once there was neither a client nor a live run for this long. */
  onIdle(idleMs: number, then: () => void): void
  /** Resolves when the relay has stopped and its store is closed. */
  readonly closed: Promise<void>
}

/** What clients wait before they come back to a relay that restarts. */
const RECONNECT_AFTER_MS = 1000
/** How long slow readers may take for the ends of their runs while the relay stops. */
const FLUSH_MS = 2000
const IDLE_CHECK_MS = 1000

export interface RelayParts {
  readonly chat: Chat
  readonly sessions: Set<Session>
  readonly servers: readonly Server[]
  readonly addresses: readonly string[]
  readonly store: Store
  readonly memory: Store
  readonly housekeeping: Housekeeping
  /** `[run] drain_secs`, in ms; asked when the drain begins. */
  readonly drainMs: () => number
}

/** A relay that has just begun to listen. */
export function relayOf({
  chat,
  sessions,
  servers,
  addresses,
  store,
  memory,
  housekeeping,
  drainMs,
}: RelayParts): Relay {
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<void>()
  let stopping: Promise<void> | undefined
  const timers = new Set<NodeJS.Timeout>()

  const finish = async (patienceMs: number): Promise<void> => {
    for (const timer of timers) clearInterval(timer)
    for (const session of sessions) session.goingAway(RECONNECT_AFTER_MS)
    await chat.drain(patienceMs)
    await flushed(sessions)
    for (const session of sessions)
      session.close(CloseCode.serviceRestart, 'the relay is restarting')
    await Promise.all(servers.map(closeServer))
    housekeeping.stop()
    chat.close()
    await store.close()
    await memory.close()
    resolveClosed()
  }

  return {
    addresses,
    get activity() {
      return { clients: sessions.size, runs: chat.liveRuns }
    },
    async drain() {
      stopping ??= finish(drainMs())
      await stopping
    },
    async stop() {
      if (stopping === undefined) stopping = finish(0)
      // A drain is under way: it ends as soon as no run is live.
      else chat.interrupt()
      await stopping
    },
    onIdle(idleMs, then) {
      let idleSince = performance.now()
      const timer = setInterval(
        () => {
          if (sessions.size > 0 || chat.liveRuns > 0) idleSince = performance.now()
          else if (performance.now() - idleSince >= idleMs) {
            clearInterval(timer)
            then()
          }
        },
        Math.min(IDLE_CHECK_MS, idleMs),
      )
      timers.add(timer)
    },
    closed,
  }
}

async function flushed(sessions: ReadonlySet<Session>): Promise<void> {
  const until = performance.now() + FLUSH_MS
  while (performance.now() < until && [...sessions].some((session) => session.delivering)) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function closeServer(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
    setTimeout(() => {
      server.closeAllConnections()
    }, FLUSH_MS).unref()
  })
}
