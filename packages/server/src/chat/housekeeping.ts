/** What the relay forgets in time: journals of finished runs, and what was never to be kept. */
import type { Store } from '../store/store.ts'

/** How long an ephemeral run is kept after its end. */
const EPHEMERAL_MS = 60_000
const EPHEMERAL_CHECK_MS = 5000
const TRIM_CHECK_MS = 60_000

interface HousekeepingOptions {
  readonly config: () => {
    readonly config: { readonly run: { readonly journal_ttl_secs: number } }
  }
}

export class Housekeeping {
  readonly #timers: readonly NodeJS.Timeout[]

  constructor(
    store: Store,
    memory: Store,
    { config }: HousekeepingOptions,
    warn: (what: string, error: unknown) => void,
  ) {
    const every = (ms: number, what: string, work: () => Promise<unknown>): NodeJS.Timeout =>
      setInterval(() => {
        work().catch((error: unknown) => {
          warn(what, error)
        })
      }, ms).unref()
    const trim = async (): Promise<void> => {
      const { journal_ttl_secs: secs } = config().config.run
      if (secs > 0) await store.trimJournals(Date.now() - secs * 1000)
    }
    this.#timers = [
      every(TRIM_CHECK_MS, 'journals could not be trimmed', trim),
      every(EPHEMERAL_CHECK_MS, 'ephemeral runs could not be forgotten', () =>
        memory.forgetConversations(Date.now() - EPHEMERAL_MS),
      ),
    ]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }
}
