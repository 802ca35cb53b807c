/**
 * One run from its upstream call to its end. It alone writes the end, so there is exactly one (L3): whatever else
 * happens (cancel, time-out, drain, a store that fails) only stops the upstream call and leaves the reason.
 */
import { errorInfo, type RunEnd } from '@speak-code/protocol'
import type {
  Checkpoint,
  ProviderDelta,
  ProviderEnd,
  Replay,
  ToolCallDelta,
} from '../providers/provider.ts'
import { assembleToolCalls } from '../providers/tool-calls.ts'
import type { EndRun, Store } from '../store/store.ts'
import { AnswerSize } from './answer-size.ts'
import type { AnswerSource } from './answer-source.ts'
import type { Journal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { endByProvider, endByStop, type EndedRun, INTERRUPTED, type Stop } from './run-end.ts'

/** How long a provider may take to notice that its call was aborted. */
const ABORT_GRACE_MS = 1000
/** How long a run that did not fail waits for a store that does not take its end, and how often it tries. */
const END_PATIENCE_MS = 5000
const END_RETRY_MS = 250

export interface RunTaskOptions {
  readonly run: LiveRun
  readonly source: AnswerSource
  readonly store: Store
  readonly journal: Journal
  readonly maxFrameBytes: number
  /** Told of failures that people should find in the log. */
  readonly warn: (what: string, error: unknown) => void
}

export class RunTask {
  readonly run: LiveRun
  /**
   * Resolves, never rejects, when the end has been published and all accounts are settled, or when the run was left to
   * the next relay.
   */
  readonly ended: Promise<void>
  /** Resolves when it has ended, and its vendor has been told to end it where that would go on by itself. */
  readonly closed: Promise<void>
  readonly #options: RunTaskOptions
  readonly #abort = new AbortController()
  readonly #size: AnswerSize
  readonly #resumable = Promise.withResolvers<void>()
  #stop: Stop | undefined
  /** It is to go on without this relay, if it can. */
  #leaving = false
  #left = false
  #deaf = false
  #kept = false
  #warned = false
  readonly #toolCalls: ToolCallDelta[] = []
  #replay: Replay | undefined
  #cancelling: Promise<void> | undefined

  constructor(options: RunTaskOptions) {
    this.#options = options
    this.run = options.run
    const { text, reasoning, refusal } = options.run.answer
    this.#size = new AnswerSize(
      options.maxFrameBytes,
      text.length + reasoning.length + refusal.length,
    )
    if (options.run.resumeAt !== undefined) this.#resumable.resolve()
    this.ended = this.#work()
    this.closed = this.ended.then(() => this.#cancelling)
  }

  /** Where the run is kept. */
  get store(): Store {
    return this.#options.store
  }

  /** Whether the end is in the store. Until then nobody but this task knows it. */
  get kept(): boolean {
    return this.#kept
  }

  /** Whether it has been left to the next relay: there is no end. */
  get left(): boolean {
    return this.#left
  }

  /** Resolves when the run has ended, or can do without this relay. */
  get dispensable(): Promise<void> {
    return Promise.race([this.ended, this.#resumable.promise])
  }

  /** Tries once more to write the end that was published. Returns whether it is in the store. */
  async keep(): Promise<boolean> {
    const { end } = this.run
    if (!this.#kept && end !== undefined) {
      const { type: _type, id: _id, seq: _seq, delta: _delta, done: _done, ...runEnd } = end
      await this.#write(runEnd)
    }
    return this.#kept
  }

  /** Ends the run for this reason, unless it has one already or the provider is finished first. */
  stop(stop: Stop): void {
    if (this.#stop !== undefined) return
    this.#stop = stop
    this.#abort.abort()
  }

  /** Leaves the run to the next relay where its vendor goes on by itself; ends it as interrupted otherwise. */
  leave(): void {
    if (this.#stop !== undefined) return
    this.#leaving = true
    this.stop(INTERRUPTED)
  }

  /** The store could not take the run's newest chunks; nobody has seen them. */
  storeFailed(error: unknown): void {
    this.#deaf = true
    this.run.rollBack()
    this.#options.warn('the journal could not be written', error)
    this.stop(stopByStore(error))
  }

  async #work(): Promise<void> {
    const outcome = this.#checked(await this.#call())
    const { journal, source } = this.#options
    const { resumeAt } = this.run
    if (this.#leaving && outcome.outcome === 'aborted' && resumeAt !== undefined) {
      this.#deaf = true
      await journal.release(this.run)
      this.#left = true
      return
    }
    if (outcome.outcome !== 'finished' && resumeAt !== undefined) {
      this.#cancelling = source.cancel(resumeAt)
    }
    if (!this.#deaf) journal.append(this.run, this.run.flush())
    this.#deaf = true
    await journal.release(this.run)
    if (outcome.outcome === 'finished') this.#replay = outcome.replay
    await this.#settle(this.#endOf(outcome))
  }

  async #call(): Promise<ProviderEnd> {
    const aborted = new Promise<ProviderEnd>((resolve) => {
      this.#abort.signal.addEventListener('abort', () => {
        setTimeout(resolve, ABORT_GRACE_MS, { outcome: 'aborted' }).unref()
      })
    })
    try {
      const answered = this.#options.source.answer(
        {
          delta: (delta) => {
            this.#take(delta)
          },
          notice: (notice) => {
            this.run.notify(notice)
          },
          checkpoint: (checkpoint) => {
            this.#mark(checkpoint)
          },
        },
        this.#abort.signal,
      )
      return await Promise.race([answered, aborted])
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
    if (delta.channel === 'toolCall') this.#toolCalls.push(delta)
    else this.#options.journal.append(this.run, this.run.add(delta))
  }

  #mark(checkpoint: Checkpoint | undefined): void {
    if (this.#deaf) return
    this.run.resumeAt = checkpoint
    if (checkpoint === undefined) return
    this.#options.journal.mark(this.run)
    this.#resumable.resolve()
  }

  /**
   * An answer that was read on has to be the one that its vendor says it has written: what is missing at its end is added,
   * and another text is never passed off as the whole.
   */
  #checked(end: ProviderEnd): ProviderEnd {
    if (end.outcome !== 'finished' || end.text === undefined || this.#deaf) return end
    this.#options.journal.append(this.run, this.run.flush())
    const whole = end.text.toWellFormed()
    const { text } = this.run.answer
    if (whole.startsWith(text)) {
      if (whole.length > text.length) {
        this.#take({ channel: 'text', text: whole.slice(text.length) })
      }
      return end
    }
    if (end.status !== 'completed') return end
    return {
      outcome: 'failed',
      error: errorInfo(
        'upstream_bad_response',
        'The rest of the answer does not fit what had come before the connection was lost.',
      ),
      ...(end.usage === undefined ? {} : { usage: end.usage }),
    }
  }

  /** What came with the answer beside its text. */
  get #beside(): Pick<EndRun, 'toolCalls' | 'replay'> {
    const calls = assembleToolCalls(this.#toolCalls)
    return {
      ...(calls.length === 0 ? {} : { toolCalls: JSON.stringify(calls) }),
      ...(this.#replay === undefined ? {} : { replay: this.#replay }),
    }
  }

  get #endedRun(): EndedRun {
    return { ...this.#options.source.speaker, answer: this.run.answer }
  }

  #endOf(outcome: ProviderEnd): RunEnd {
    const ended = this.#endedRun
    // A store that failed has lost deltas: whatever the provider says, this answer is not whole. One that was finished
    // before the relay could be is.
    const isWhole = this.#stop === INTERRUPTED && outcome.outcome === 'finished'
    const lossy = this.#stop?.status === 'failed' && !isWhole
    if (outcome.outcome !== 'aborted' && !lossy) return endByProvider(ended, outcome)
    const stop = this.#stop ?? { status: 'cancelled', endedBy: 'relay' }
    return endByStop(ended, stop, outcome.usage)
  }

  /** An end that is not in the store may be forgotten: only a failure is published all the same (L1). */
  async #settle(end: RunEnd): Promise<void> {
    const deadline = performance.now() + END_PATIENCE_MS
    let failure = await this.#write(end)
    while (failure !== undefined && end.status !== 'failed' && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, END_RETRY_MS))
      failure = await this.#write(end)
    }
    if (failure === undefined || end.status === 'failed') {
      this.#publish(end)
      return
    }
    const failed = endByStop(this.#endedRun, stopByStore(failure.error))
    await this.#write(failed)
    this.#publish(failed)
  }

  /** Returns why the store did not take it. */
  async #write(end: RunEnd): Promise<{ readonly error: unknown } | undefined> {
    const { run } = this
    try {
      await this.#options.store.endRun({
        run: run.row.key,
        end,
        endSeq: run.committed + 1,
        answer: run.answer,
        rest: run.tail(),
        ...this.#beside,
        now: Date.now(),
      })
      this.#kept = true
      return undefined
    } catch (error) {
      if (!this.#warned) this.#options.warn('the end of a run could not be written', error)
      this.#warned = true
      return { error }
    }
  }

  #publish(end: RunEnd): void {
    const { run } = this
    const { id } = run.row
    run.finish({ type: 'chunk', id, seq: run.committed + 1, delta: '', done: true, ...end })
  }
}

function stopByStore(error: unknown): Stop {
  const message = error instanceof Error ? error.message : 'The relay’s store failed.'
  return { status: 'failed', error: errorInfo('internal', message) }
}
