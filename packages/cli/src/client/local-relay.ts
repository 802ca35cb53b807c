/** Finds or starts this machine's own relay, and stops it. */
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pRetry from 'p-retry'
import { ownCommand, startInBackground } from '../local-relay/background.ts'
import { ControlCall, ControlTimeout, type RelayStatus } from '../local-relay/control.ts'
import { backgroundEnvironment } from '../local-relay/environment.ts'
import { LocalRelayError } from '../local-relay/error.ts'
import { isLocked } from '../local-relay/lock.ts'
import { checkPrivateFolder, ensurePrivateFolder } from '../local-relay/private-folder.ts'
import { readRecord, type RelayRecord } from '../local-relay/record.ts'
import { controlSocket, relayFiles, type RelayFiles } from '../local-relay/relay-files.ts'
import { isOlder } from '../local-relay/version-order.ts'
import type { Paths } from '../paths.ts'

export interface LocalRelayOptions {
  readonly paths: Paths
  readonly env: NodeJS.ProcessEnv
  /** This program's: an older relay makes room for it. */
  readonly version: string
  /** The program that runs `relay run …`, with its first arguments; this one where absent. */
  readonly command?: readonly string[]
  /** How long a start may take. */
  readonly timeoutMs?: number
  /** How long a relay that runs may take to answer. */
  readonly answerTimeoutMs?: number
}

/** The relay that has the data folder, whichever configuration it serves. */
interface Holder {
  readonly record: RelayRecord
  readonly status: RelayStatus
  readonly call: ControlCall
}

const START_TIMEOUT_MS = 10_000
/** A relay on the same machine answers within milliseconds, unless it hangs. */
const ANSWER_TIMEOUT_MS = 3000

/** Worth another try within the time of a start. */
class NotYet extends Error {
  override readonly name = 'NotYet'
}

/** One relay per data folder and config path, however many look for it at once. */
export class LocalRelay {
  readonly files: RelayFiles
  readonly #options: LocalRelayOptions
  readonly #timeoutMs: number
  readonly #answerTimeoutMs: number

  /** Throws {@link LocalRelayError} on Windows, which has no such sockets. */
  constructor(options: LocalRelayOptions) {
    if (process.platform === 'win32') {
      throw new LocalRelayError(
        'unsupported',
        'On Windows there is no relay of this machine’s own: run `speak-code serve`, and give its address with --server ws://127.0.0.1:3000/ws/chat.',
      )
    }
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? START_TIMEOUT_MS
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS
    this.files = relayFiles(options.paths, options.env)
  }

  /** The relay that runs; undefined where there is none. Throws {@link LocalRelayError} where it does not answer. */
  async status(): Promise<RelayStatus | undefined> {
    const holder = await this.#holder()
    holder?.call.close()
    return holder !== undefined && this.#serves(holder) ? holder.status : undefined
  }

  /**
   * The relay, started where none runs, and started anew where its version is older than ours and it has no work.
   * Throws {@link LocalRelayError}.
   */
  async ensure(): Promise<RelayStatus> {
    try {
      return await pRetry(() => this.#attempt(), {
        retries: Infinity,
        minTimeout: 20,
        factor: 1.5,
        maxTimeout: 250,
        maxRetryTime: this.#timeoutMs,
        shouldRetry: ({ error }) => error instanceof NotYet,
      })
    } catch (error) {
      if (!(error instanceof NotYet)) throw error
      throw new LocalRelayError('start_failed', `${error.message} Its log is ${this.files.log}.`, {
        cause: error,
      })
    }
  }

  /**
   * Stops the relay and waits for its end: live runs are finished within the drain time, or kept as they are with
   * `now`. Returns whether one was running. Throws {@link LocalRelayError} where it does not answer.
   */
  async stop(now: boolean): Promise<boolean> {
    const holder = await this.#holder()
    if (holder === undefined) return false
    try {
      if (!this.#serves(holder)) return false
      await holder.call.order(now ? 'stop-now' : 'stop')
      await holder.call.closed
    } finally {
      holder.call.close()
    }
    await this.#released()
    return true
  }

  /** Stops the relay at once; one that does not answer is killed. Returns whether one was running. */
  async forceStop(): Promise<boolean> {
    try {
      return await this.stop(true)
    } catch (error) {
      if (error instanceof LocalRelayError && error.cause instanceof ControlTimeout) {
        return this.#kill()
      }
      throw error
    }
  }

  async #attempt(): Promise<RelayStatus> {
    const holder = await this.#holder()
    if (holder === undefined) return this.#start()
    try {
      const { status } = holder
      if (status.draining) throw new NotYet('The relay is leaving and has not ended yet.')
      const serves = this.#serves(holder)
      if (serves && !isOlder(status.version, this.#options.version)) return status
      if (await holder.call.order('yield')) {
        await Promise.race([holder.call.closed, delay(this.#timeoutMs, undefined, { ref: false })])
        throw new NotYet('The relay that was there is leaving and has not ended yet.')
      }
      if (serves) return status
      throw new LocalRelayError(
        'busy',
        `A relay for ${holder.record.config} (pid ${String(status.pid)}) is at work in the same data folder: wait until its answers are finished, or set SPEAK_CODE_HOME to another folder.`,
      )
    } finally {
      holder.call.close()
    }
  }

  async #start(): Promise<RelayStatus> {
    const { paths, env, command } = this.#options
    if (isLocked(this.files.lock)) {
      throw new NotYet('The relay holds its data folder but does not accept connections.')
    }
    ensurePrivateFolder(dirname(this.files.socket))
    const outcome = await startInBackground({
      command: [
        ...(command ?? ownCommand()),
        'relay',
        'run',
        `--config=${paths.config}`,
        `--data=${paths.data}`,
        `--socket=${this.files.socket}`,
        `--log=${this.files.log}`,
      ],
      env: backgroundEnvironment(env),
      log: this.files.log,
      timeoutMs: this.#timeoutMs,
    })
    const status = outcome === 'ready' ? await this.status() : undefined
    if (status === undefined) throw new NotYet('The relay is starting and not ready yet.')
    return status
  }

  async #kill(): Promise<boolean> {
    const record = readRecord(this.files.record)
    // Without the lock the number may meanwhile be another process's.
    if (record === undefined || !isLocked(this.files.lock)) return false
    process.kill(record.pid, 'SIGKILL')
    await this.#released()
    return true
  }

  async #holder(): Promise<Holder | undefined> {
    const record = readRecord(this.files.record)
    if (record === undefined) return undefined
    const call = await openControl(record, this.#answerTimeoutMs)
    if (call === undefined) return undefined
    try {
      const status = await call.status()
      if (status !== undefined) return { record, status, call }
      call.close()
      return undefined
    } catch (error) {
      call.close()
      if (!(error instanceof ControlTimeout)) throw error
      throw new LocalRelayError(
        'start_failed',
        `The relay (pid ${String(record.pid)}) does not answer: \`speak-code relay stop --force\` ends it. Its log is ${this.files.log}.`,
        { cause: error },
      )
    }
  }

  #serves({ record }: Holder): boolean {
    const { config, data } = this.#options.paths
    return record.config === config && record.data === data
  }

  /** The lock goes with the process, a moment after its sockets. */
  async #released(): Promise<void> {
    await pRetry(
      () => {
        if (isLocked(this.files.lock)) throw new NotYet('The relay has not ended yet.')
      },
      { retries: Infinity, minTimeout: 10, maxTimeout: 100, maxRetryTime: this.#timeoutMs },
    )
  }
}

async function openControl(
  record: RelayRecord,
  timeoutMs: number,
): Promise<ControlCall | undefined> {
  const control = controlSocket(record.socket)
  const call = await ControlCall.open(control, timeoutMs)
  // Keys are sent to the socket beside it.
  if (call !== undefined) checkPrivateFolder(dirname(control))
  return call
}
