/** The answer of a model that is asked for it, or of those that are asked in its place. */
import type { ChatParams } from '@speak-code/protocol'
import { type ModelFacts, UNKNOWN_MODEL } from '../catalogue/model-facts.ts'
import type {
  Checkpoint,
  PromptMessage,
  ProviderEnd,
  ResolvedModel,
} from '../providers/provider.ts'
import {
  callModels,
  type PreparedCall,
  type RefusedCall,
  type RouterOptions,
} from '../providers/router.ts'
import type { RunRow, Store } from '../store/store.ts'
import type { AnswerEvents, AnswerSource } from './answer-source.ts'
import { lengthOf } from './context.ts'
import { preparedCall } from './prepared-call.ts'

export interface AskedAnswerOptions {
  readonly row: RunRow
  readonly target: ResolvedModel
  readonly prompt: readonly PromptMessage[]
  /** The request's own. */
  readonly params: ChatParams
  /** Nothing of it may be kept. */
  readonly ephemeral: boolean
  readonly router: RouterOptions
  readonly store: Store
  /** Told of failures that people should find in the log. */
  readonly warn: (what: string, error: unknown) => void
}

export class AskedAnswer implements AnswerSource {
  readonly #options: AskedAnswerOptions
  /** Who is asked, and so who spoke. */
  #target: ResolvedModel
  /** What is known of the model that was asked last, and how much it was sent, in UTF-16 code units. */
  #facts: ModelFacts = UNKNOWN_MODEL
  #sentLength: number

  constructor(options: AskedAnswerOptions) {
    this.#options = options
    this.#target = options.target
    this.#sentLength = lengthOf(options.prompt)
  }

  get speaker(): AnswerSource['speaker'] {
    const { model, provider } = this.#target
    const { price } = this.#facts
    return { model, provider: provider.name, promptLength: this.#sentLength, price }
  }

  answer(events: AnswerEvents, signal: AbortSignal): Promise<ProviderEnd> {
    const { target, prompt, params, ephemeral, router } = this.#options
    return callModels(
      target,
      {
        messages: prompt,
        params,
        signal,
        ephemeral,
        prepare: (asked) => this.#prepare(asked),
      },
      {
        ...events,
        target: (next) => this.#redirect(next),
      },
      router,
    )
  }

  async cancel(checkpoint: Checkpoint): Promise<void> {
    await this.#target.provider.background?.cancel(checkpoint)
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
    const { row, store, warn } = this.#options
    try {
      await store.redirectRun(row.key, { provider: provider.name, model })
    } catch (error) {
      warn('the store could not be told of a fallback', error)
    }
  }
}
