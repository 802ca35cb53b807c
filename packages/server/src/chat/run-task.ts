/**
 * One run from its upstream call to its end. It alone writes the end, so there is exactly one (L3): whatever else
 * happens (cancel, time-out, drain, a store that fails) only stops the upstream call and leaves the reason.
 */
import { type ChatParams, errorInfo, type RunEnd } from '@speak-code/protocol'
import { type ModelFacts, UNKNOWN_MODEL } from '../catalogue/model-facts.ts'
import type {
  PromptMessage,
  ProviderDelta,
  ProviderEnd,
  Replay,
  ResolvedModel,
  ToolCallDelta,
} from '../providers/provider.ts'
import {
  callModels,
  type PreparedCall,
  type RefusedCall,
  type RouterOptions,
} from '../providers/router.ts'
import { assembleToolCalls } from '../providers/tool-calls.ts'
import type { EndRun, Store } from '../store/store.ts'
import { AnswerSize } from './answer-size.ts'
import type { Journal } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { lengthOf } from './context.ts'
import { preparedCall } from './prepared-call.ts'
import { endByProvider, endByStop, type EndedRun, type Stop } from './run-end.ts'

/** How long a provider may take to notice that its call was aborted. */
const ABORT_GRACE_MS = 1000
/** How long a run that did not fail waits for a store that does not take its end, and how often it tries. */
const END_PATIENCE_MS = 5000
const END_RETRY_MS = 250

export interface RunTaskOptions {
  readonly run: LiveRun
  readonly target: ResolvedModel
  readonly prompt: readonly PromptMessage[]
  /** The request's own. */
  readonly params: ChatParams
  readonly router: RouterOptions
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
  /** Who is asked, and so who spoke. */
  #target: ResolvedModel
  /** What is known of the model that was asked last, and how much it was sent, in UTF-16 code units. */
  #facts: ModelFacts = UNKNOWN_MODEL
  #sentLength: number | undefined
  #stop: Stop | undefined
  #deaf = false
  #kept = false
  #warned = false
  readonly #toolCalls: ToolCallDelta[] = []
  #replay: Replay | undefined

  constructor(options: RunTaskOptions) {
    this.#options = options
    this.run = options.run
    this.#target = options.target
    this.#size = new AnswerSize(options.maxFrameBytes)
    this.ended = this.#work()
  }

  /** Where the run is kept. */
  get store(): Store {
    return this.#options.store
  }

  /** Whether the end is in the store. Until then nobody but this task knows it. */
  get kept(): boolean {
    return this.#kept
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

  /** The store could not take the run's newest chunks; nobody has seen them. */
  storeFailed(error: unknown): void {
    this.#deaf = true
    this.run.rollBack()
    this.#options.warn('the journal could not be written', error)
    this.stop(stopByStore(error))
  }

  async #work(): Promise<void> {
    const outcome = await this.#call()
    if (!this.#deaf) this.#options.journal.append(this.run, this.run.flush())
    this.#deaf = true
    await this.#options.journal.release(this.run)
    if (outcome.outcome === 'finished') this.#replay = outcome.replay
    await this.#settle(this.#endOf(outcome))
  }

  async #call(): Promise<ProviderEnd> {
    const { target, prompt, params, router } = this.#options
    const aborted = new Promise<ProviderEnd>((resolve) => {
      this.#abort.signal.addEventListener('abort', () => {
        setTimeout(resolve, ABORT_GRACE_MS, { outcome: 'aborted' }).unref()
      })
    })
    try {
      const called = callModels(
        target,
        {
          messages: prompt,
          params,
          signal: this.#abort.signal,
          prepare: (asked) => this.#prepare(asked),
        },
        {
          delta: (delta) => {
            this.#take(delta)
          },
          notice: (notice) => {
            this.run.notify(notice)
          },
          target: (next) => this.#redirect(next),
        },
        router,
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

  async #prepare(target: ResolvedModel): Promise<PreparedCall | RefusedCall> {
    const { prompt, params } = this.#options
    this.#facts = (await target.facts?.()) ?? UNKNOWN_MODEL
    const prepared = preparedCall(target, this.#facts, prompt, params)
    if ('messages' in prepared) this.#sentLength = lengthOf(prepared.messages)
    return prepared
  }

  /** A relay that starts after a crash has to name who spoke. */
  async #redirect(target: ResolvedModel): Promise<void> {
    this.#target = target
    const { provider, model } = target
    try {
      await this.#options.store.redirectRun(this.run.row.key, { provider: provider.name, model })
    } catch (error) {
      this.#options.warn('the store could not be told of a fallback', error)
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

  /** What came with the answer beside its text. */
  get #beside(): Pick<EndRun, 'toolCalls' | 'replay'> {
    const calls = assembleToolCalls(this.#toolCalls)
    return {
      ...(calls.length === 0 ? {} : { toolCalls: JSON.stringify(calls) }),
      ...(this.#replay === undefined ? {} : { replay: this.#replay }),
    }
  }

  get #endedRun(): EndedRun {
    const { answer, promptLength } = this.run
    const { model, provider } = this.#target
    return {
      model,
      provider: provider.name,
      answer,
      promptLength: this.#sentLength ?? promptLength,
      price: this.#facts.price,
    }
  }

  #endOf(outcome: ProviderEnd): RunEnd {
    const ended = this.#endedRun
    // A store that failed has lost deltas: whatever the provider says, this answer is not whole.
    const lossy = this.#stop?.status === 'failed'
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
