/**
 * One run from its upstream call to its end. It alone writes the end, so there is exactly one (L3): whatever else
 * happens (cancel, time-out, drain, a store that fails) only stops the upstream call and leaves the reason.
 */
import { errorInfo, type EndChunk, type RunEnd } from '@speak-code/protocol'
import type {
  PromptMessage,
  ProviderDelta,
  ProviderEnd,
  ResolvedModel,
} from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { AnswerSize } from './answer-size.ts'
import type { Journal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { endByProvider, endByStop, type Stop } from './run-end.ts'

/** How long a provider may take to notice that its call was aborted. */
const ABORT_GRACE_MS = 1000
/** Between attempts to write an end that the store would not take. */
const END_RETRY_MS = 1000

export interface RunTaskOptions {
  readonly run: LiveRun
  readonly target: ResolvedModel
  readonly prompt: readonly PromptMessage[]
  readonly params: ResolvedModel['defaults']
  readonly store: Store
  readonly journal: Journal
  readonly maxFrameBytes: number
  /** Told of failures that people should find in the log. */
  readonly warn: (what: string, error: unknown) => void
}

export class RunTask {
  readonly run: LiveRun
  /** Resolves, never rejects, when the end has been published and all accounts are settled. */
  readonly ended: Promise<void>
  readonly #options: RunTaskOptions
  readonly #abort = new AbortController()
  readonly #size: AnswerSize
  #stop: Stop | undefined
  #deaf = false

  constructor(options: RunTaskOptions) {
    this.#options = options
    this.run = options.run
    this.#size = new AnswerSize(options.maxFrameBytes)
    this.ended = this.#work()
  }

  /** Where the run is kept. */
  get store(): Store {
    return this.#options.store
  }

  /** Ends the run for this reason, unless it has one already or the provider is finished first. */
  stop(stop: Stop): void {
    if (this.#stop !== undefined) return
    this.#stop = stop
    this.#abort.abort()
  }

  /** The store could not take the run's newest chunks; nobody has seen them. */
  storeFailed(error: unknown): void {
    this.#deaf = true
    this.run.rollBack()
    this.#options.warn('the journal could not be written', error)
    const message = error instanceof Error ? error.message : 'The relay’s store failed.'
    this.stop({ status: 'failed', error: errorInfo('internal', message) })
  }

  async #work(): Promise<void> {
    const outcome = await this.#call()
    if (!this.#deaf) this.#options.journal.append(this.run, this.run.flush())
    this.#deaf = true
    await this.#options.journal.release(this.run)
    await this.#settle(this.#endOf(outcome))
  }

  async #call(): Promise<ProviderEnd> {
    const { target, prompt, params } = this.#options
    const aborted = new Promise<ProviderEnd>((resolve) => {
      this.#abort.signal.addEventListener('abort', () => {
        setTimeout(resolve, ABORT_GRACE_MS, { outcome: 'aborted' }).unref()
      })
    })
    try {
      const called = target.provider.stream(
        { model: target.model, messages: prompt, params, signal: this.#abort.signal },
        (delta) => {
          this.#take(delta)
        },
      )
      return await Promise.race([called, aborted])
    } catch (error) {
      this.#options.warn('a provider broke its contract', error)
      return {
        outcome: 'failed',
        error: errorInfo('internal', 'The relay failed while it asked the model.'),
      }
    }
  }

  #take(delta: ProviderDelta): void {
    if (this.#deaf) return
    if (!this.#size.fits(delta.text, () => this.run.answer)) {
      this.#deaf = true
      this.stop({
        status: 'failed',
        error: errorInfo('upstream_bad_response', 'The answer is longer than the relay can keep.'),
      })
      return
    }
    this.#options.journal.append(this.run, this.run.add(delta))
  }

  #endOf(outcome: ProviderEnd): RunEnd {
    const { row, answer, promptLength } = this.run
    const ended = { model: row.model, provider: row.provider, answer, promptLength }
    // A store that failed has lost deltas: whatever the provider says, this answer is not whole.
    const lossy = this.#stop?.status === 'failed'
    if (outcome.outcome !== 'aborted' && !lossy) return endByProvider(ended, outcome)
    const stop = this.#stop ?? { status: 'cancelled', endedBy: 'relay' }
    return endByStop(ended, stop, outcome.usage)
  }

  async #settle(end: RunEnd): Promise<void> {
    const { run } = this
    const endSeq = run.committed + 1
    const chunk: EndChunk = {
      type: 'chunk',
      id: run.row.id,
      seq: endSeq,
      delta: '',
      done: true,
      ...end,
    }
    const write = (): Promise<void> =>
      this.#options.store.endRun({
        run: run.row.key,
        end,
        endSeq,
        answer: run.answer,
        rest: run.tail(),
        now: Date.now(),
      })
    try {
      await write()
    } catch (error) {
      this.#options.warn('the end of a run could not be written', error)
      void retry(write)
    }
    run.finish(chunk)
  }
}

/** Until it works: what clients were told of the end must be what a later reader finds. */
async function retry(write: () => Promise<void>): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, END_RETRY_MS).unref())
    try {
      await write()
      return
    } catch {
      // The store's own health check tells people; here there is nothing to do but wait.
    }
  }
}
