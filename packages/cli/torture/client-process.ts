/** A terminal whose process is killed with -9 and started again on the same history. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ChaosProxy } from '@speak-code/testkit'
import SqliteDatabase from 'better-sqlite3'
import type { OutgoingChat } from '../src/client/client.ts'
import type { LocalMessage } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { type ClientOrder, isClientNews } from './client-messages.ts'
import type { RelayUnderTest } from './relay-under-test.ts'
import { Witness } from './witness.ts'

const MAIN = fileURLToPath(new URL('client-process-main.ts', import.meta.url))

export interface ClientProcessOptions {
  readonly name: string
  readonly relay: RelayUnderTest
  readonly history: string
  readonly seed: number
}

export class ClientProcess {
  readonly line: ChaosProxy
  readonly witness: Witness
  /** Questions that the client has said are on disk. */
  readonly asked = new Set<string>()
  readonly #history: string
  #child: ChildProcess
  #exited: Promise<unknown>

  private constructor({ name, history }: ClientProcessOptions, line: ChaosProxy) {
    this.line = line
    this.witness = new Witness(name)
    this.#history = history
    this.#child = this.#spawn()
    this.#exited = once(this.#child, 'exit')
  }

  static async start(options: ClientProcessOptions): Promise<ClientProcess> {
    return new ClientProcess(options, await options.relay.line(options.seed))
  }

  ask(chat: OutgoingChat): void {
    this.#order({ type: 'ask', chat })
  }

  cancel(runId: string): void {
    this.#order({ type: 'cancel', runId })
  }

  /** Reads a run from its start. */
  follow(runId: string): void {
    this.#order({ type: 'follow', runId })
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /** The next process, after `kill`. It takes up what the one before left. */
  restart(): void {
    this.#child = this.#spawn()
    this.#exited = once(this.#child, 'exit')
  }

  /** The history between `kill` and `restart`; throws where the file is damaged. */
  messages(conversationId: string): readonly LocalMessage[] {
    const db = new SqliteDatabase(this.#history)
    const found = String(db.pragma('integrity_check', { simple: true }))
    db.close()
    if (found !== 'ok') throw new Error(`the history is damaged: ${found}`)
    const store = openLocalStore(this.#history)
    try {
      return store.messages(conversationId)
    } finally {
      store.close()
    }
  }

  #order(order: ClientOrder): void {
    if (this.#child.connected) this.#child.send(order)
  }

  #spawn(): ChildProcess {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--conditions=@speak-code/source',
        MAIN,
        this.#history,
        String(this.line.port),
      ],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    )
    child.on('message', (news) => {
      if (!isClientNews(news)) return
      if (news.type === 'event') this.witness.take(news.event)
      else if (news.type === 'asked') this.asked.add(news.runId)
      else this.witness.restoring = news.type === 'restoring'
    })
    // An order to a process that was just killed.
    child.on('error', () => undefined)
    return child
  }
}
