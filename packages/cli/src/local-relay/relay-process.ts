/** The life of this machine's own relay, in its process in the background. */
import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Relay, RelayOptions } from '@speak-code/server'
import { serveControl, type ControlHandlers } from './control.ts'
import { drainOnSignals, type Leaving } from './drain-on-signals.ts'
import { LocalRelayError, type LocalRelayReason } from './error.ts'
import { takeLock } from './lock.ts'
import { ensurePrivateFolder } from './private-folder.ts'
import { reportReadiness } from './readiness.ts'
import { removeRecord, writeRecord } from './record.ts'
import { controlSocket, storeFiles } from './relay-files.ts'
import { trimLog } from './relay-log.ts'
import { clearStaleSocket } from './stale-socket.ts'
import { watchedConfig } from './watched-config.ts'

export interface RelayProcess {
  /** The configuration file. */
  readonly config: string
  /** DATA */
  readonly data: string
  readonly socket: string
  readonly log: string
  readonly version: string
  readonly env: NodeJS.ProcessEnv
  readonly startRelay: () => Promise<(options: RelayOptions) => Promise<Relay>>
}

/** How soon it notices that its socket was taken away, and with it every caller. */
const SOCKET_CHECK_MS = 5000

/**
 * Runs the relay until it leaves: after idling, on an order, on a signal, or because its socket is gone. Tells its
 * starter how the start went. Gives the exit code: 0 also where another process has the data folder.
 */
export async function runRelayProcess(options: RelayProcess): Promise<number> {
  process.title = 'speak-code relay'
  // What it makes, sockets included, is for this user alone.
  process.umask(0o077)
  try {
    const lock = takeLock(storeFiles(join(options.data, 'relay')).lock)
    if (lock === undefined) {
      await reportReadiness({ type: 'elsewhere' })
      return 0
    }
    const { closed } = await start(options)
    logLine('info', 'the relay is ready', { pid: process.pid, version: options.version })
    await reportReadiness({ type: 'ready' })
    await closed
    lock.release()
    logLine('info', 'the relay has left')
    return 0
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    logLine('error', message)
    await reportReadiness({ type: 'failed', reason: reasonOf(error), message })
    return 1
  }
}

/** Starts everything. `closed` resolves when the relay has ended and nothing of it is left. */
async function start(options: RelayProcess): Promise<{ readonly closed: Promise<void> }> {
  const { record } = storeFiles(join(options.data, 'relay'))
  const control = controlSocket(options.socket)
  // Left by a process that was killed: it must not be taken for ours.
  removeRecord(record)
  trimLog(options.log)
  ensurePrivateFolder(dirname(options.socket))
  await Promise.all([free(options.socket), free(control)])
  const config = watchedConfig(options.config, (error) => {
    const sentence = 'the configuration has changed and cannot be used; the last good one stays'
    logLine('warn', sentence, { error: String(error) })
  })
  const startRelay = await options.startRelay()
  const relay = await startRelay({
    config,
    env: options.env,
    dataDir: join(options.data, 'relay'),
    listen: { socket: options.socket },
    private: true,
    findOllama: true,
    version: options.version,
    log: 'stderr',
  })
  try {
    const leaving = drainOnSignals(relay)
    const idleMs = config().config.relay.idle_exit_secs * 1000
    if (idleMs > 0) relay.onIdle(idleMs, leaving.drain)
    const server = await serveControl(control, controlOf(options, relay, leaving))
    const { data, socket } = options
    writeRecord(record, {
      pid: process.pid,
      data,
      config: options.config,
      socket,
      version: options.version,
    })
    const watch = watchSocket(socket, leaving.drain)
    const closed = relay.closed.finally(() => {
      clearInterval(watch)
      removeRecord(record)
      server.close()
    })
    return { closed }
  } catch (error) {
    await relay.stop()
    throw error
  }
}

function controlOf(options: RelayProcess, relay: Relay, leaving: Leaving): ControlHandlers {
  const startedAt = new Date().toISOString()
  const { version, socket, config } = options
  return {
    status: () => ({
      pid: process.pid,
      version,
      startedAt,
      clients: relay.activity.clients,
      runs: relay.activity.runs,
      draining: leaving.begun,
      socket,
      config,
    }),
    order: (order) => {
      if (order === 'yield' && relay.activity.runs > 0) return false
      leaving.drain()
      if (order === 'stop-now') void relay.stop()
      return true
    },
  }
}

async function free(socket: string): Promise<void> {
  if (await clearStaleSocket(socket)) return
  throw new LocalRelayError(
    'folder',
    `The relay's socket ${socket} is taken by something else: remove it, or end what listens there.`,
  )
}

/** A line as the relay writes them. */
function logLine(
  level: 'info' | 'warn' | 'error',
  msg: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const time = new Date().toISOString()
  process.stderr.write(`${JSON.stringify({ level, time, ...fields, msg })}\n`)
}

/** Calls `gone` where the socket's file is no longer the one that was made: nobody can come in any more. */
function watchSocket(socket: string, gone: () => void): NodeJS.Timeout {
  const inode = (): bigint | undefined =>
    lstatSync(socket, { throwIfNoEntry: false, bigint: true })?.ino
  const ours = inode()
  return setInterval(() => {
    if (inode() !== ours) gone()
  }, SOCKET_CHECK_MS).unref()
}

/** Errors of other rooms are known by their reasons. */
const REASONS: Readonly<Record<string, LocalRelayReason>> = {
  data_in_use: 'data_in_use',
  store_newer: 'store_newer',
  store_unusable: 'folder',
}

function reasonOf(error: unknown): LocalRelayReason {
  if (error instanceof LocalRelayError) return error.reason
  if (!(error instanceof Error)) return 'start_failed'
  if (error.name === 'ConfigError') return 'config'
  return 'reason' in error && typeof error.reason === 'string'
    ? (REASONS[error.reason] ?? 'start_failed')
    : 'start_failed'
}
