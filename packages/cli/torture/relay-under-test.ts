/** A relay in a process of its own that is killed, drained and started again, always on the same data folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KillPoint, type RelayProcess, startRelayProcess } from '@speak-code/server/testing'
import { type ChaosProxy, startChaosProxy } from '@speak-code/testkit'
import { damageOf, RelayFiles } from './relay-files.ts'

export interface RelayUnderTestOptions {
  /** An empty folder. */
  readonly folder: string
  /** The mock upstream's base URL. */
  readonly upstream: string
  readonly seed: number
  /** `[run] drain_secs` */
  readonly drainSecs?: number
}

export class RelayUnderTest {
  readonly dataDir: string
  /** Between relay and upstream. */
  readonly upstreamLine: ChaosProxy
  /** What `PRAGMA integrity_check` said against the files, each time that the relay was down. */
  readonly damages: string[] = []
  /** Goes up when the relay begins to go, and again when it is gone. */
  changes = 0
  readonly #config: string
  readonly #baseUrl: string
  readonly #lines: ChaosProxy[] = []
  #process: RelayProcess
  #changing: Promise<void> = Promise.resolve()

  private constructor(
    started: Pick<RelayUnderTest, 'dataDir' | 'upstreamLine'> & {
      readonly config: string
      readonly baseUrl: string
      readonly process: RelayProcess
    },
  ) {
    this.dataDir = started.dataDir
    this.upstreamLine = started.upstreamLine
    this.#config = started.config
    this.#baseUrl = started.baseUrl
    this.#process = started.process
  }

  static async start(options: RelayUnderTestOptions): Promise<RelayUnderTest> {
    const { folder, upstream, seed, drainSecs = 1 } = options
    const dataDir = join(folder, 'relay')
    mkdirSync(dataDir)
    const config = join(folder, 'config.toml')
    writeFileSync(config, `[run]\ndrain_secs = ${drainSecs}\n`)
    const { port, pathname } = new URL(upstream)
    const upstreamLine = await startChaosProxy({ target: { port: Number(port) }, seed })
    const baseUrl = `http://127.0.0.1:${upstreamLine.port}${pathname}`
    const process = await startRelayProcess(dataDir, baseUrl, config, 'ignore')
    return new RelayUnderTest({ dataDir, upstreamLine, config, baseUrl, process })
  }

  /** A bad line to this relay, also to the processes that come later. */
  async line(seed: number): Promise<ChaosProxy> {
    const line = await startChaosProxy({ target: { port: this.#port }, seed })
    this.#lines.push(line)
    return line
  }

  /** The store, read from outside. Close it when done. */
  files(): RelayFiles {
    return new RelayFiles(this.dataDir)
  }

  /** `kill -9`, a look at the files, and a new process. `whileDown` happens before that one. */
  kill(whileDown: () => void = () => undefined): Promise<void> {
    return this.#change(async (current) => {
      await current.kill()
      whileDown()
    })
  }

  /** As `kill`, at the moment when the store comes to this point, or after `patienceMs`. Returns whether it came to it. */
  async killAt(point: KillPoint, patienceMs: number): Promise<boolean> {
    let reached = true
    await this.#change(async (current) => {
      current.dieAt(point)
      const timer = setTimeout(() => {
        reached = false
        current.child.kill('SIGKILL')
      }, patienceMs)
      await current.exited
      clearTimeout(timer)
    })
    return reached
  }

  /** SIGTERM, and a new process. `meanwhile` happens while the relay drains. Throws where it does not leave with 0. */
  drain(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.#change(async (current) => {
      const [code] = await Promise.all([current.drain(), meanwhile()])
      if (code !== 0) throw new Error(`a drained relay left with ${String(code)}`)
    })
  }

  /** A further SIGTERM, while it drains. */
  hurry(): void {
    this.#process.child.kill('SIGTERM')
  }

  async stop(): Promise<void> {
    await this.#changing
    await this.#process.kill()
    await Promise.all(this.#lines.map((line) => line.close()))
    await this.upstreamLine.close()
  }

  /** Where it listens now. */
  get url(): string {
    return this.#process.url
  }

  get #port(): number {
    return Number(new URL(this.#process.url).port)
  }

  /** One change after the other. */
  #change(end: (current: RelayProcess) => Promise<void>): Promise<void> {
    const change = this.#changing.then(async () => {
      this.changes += 1
      try {
        await end(this.#process)
      } finally {
        this.changes += 1
        for (const line of this.#lines) line.aim()
        const damage = damageOf(this.dataDir)
        if (damage !== undefined) this.damages.push(damage)
        this.#process = await startRelayProcess(this.dataDir, this.#baseUrl, this.#config, 'ignore')
        for (const line of this.#lines) line.aim({ port: this.#port })
      }
    })
    this.#changing = change.catch(() => undefined)
    return change
  }
}
