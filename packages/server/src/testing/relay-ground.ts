/** A relay over real sockets, with a mock upstream in another process, a folder for each test, and what has to go afterwards. */
import { join } from 'node:path'
import {
  startMockUpstream,
  temporaryFolder,
  type MockUpstream,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { loadConfig } from '../config/index.ts'
import type { Relay } from '../relay.ts'
import { startRelay, type RelayOptions } from '../server.ts'
import { startRelayProcess, type RelayProcess } from './relay-process.ts'

export class RelayGround {
  relay: Relay | undefined
  #upstream: MockUpstream | undefined
  #folder: TemporaryFolder | undefined
  readonly #processes: RelayProcess[] = []

  /** To be made at the top of a test file: it sets the tests' hooks. */
  constructor() {
    beforeAll(async () => {
      this.#upstream = await startMockUpstream()
    })
    afterAll(() => this.upstream.stop())
    beforeEach(async () => {
      this.#folder = temporaryFolder()
      await this.upstream.reset()
    })
    afterEach(async () => {
      await this.relay?.stop()
      this.relay = undefined
      for (const one of this.#processes.splice(0)) await one.kill()
      this.#folder?.remove()
    })
  }

  get upstream(): MockUpstream {
    if (this.#upstream === undefined) throw new Error('the mock upstream is not there yet')
    return this.#upstream
  }

  /** This test's folder, which is the relay's data folder. */
  get folder(): string {
    if (this.#folder === undefined) throw new Error('the folder is not there yet')
    return this.#folder.path
  }

  /** A relay in this process. Resolves with its first address. */
  async start(options: Partial<RelayOptions> = {}): Promise<string> {
    this.relay = await startRelay({
      config: () => loadConfig('/nonexistent'),
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: this.upstream.url },
      dataDir: this.folder,
      listen: { host: '127.0.0.1', port: 0 },
      private: false,
      version: '1.2.3',
      log: { file: join(this.folder, 'log') },
      ...options,
    })
    return this.relay.addresses[0] ?? ''
  }

  /** A relay in a process of its own, to be killed. */
  async startProcess(config?: string): Promise<RelayProcess> {
    const one = await startRelayProcess(this.folder, this.upstream.url, config)
    this.#processes.push(one)
    return one
  }
}

/** The address of HTTP routes beside this WebSocket. */
export const httpOf = (url: string): string => url.replace(/^ws/, 'http').replace('/ws/chat', '')
