/** The rest of an answer that its vendor went on writing while the relay was away. */
import { type ModelFacts, UNKNOWN_MODEL } from '../catalogue/model-facts.ts'
import type { Checkpoint, ProviderEnd, ResolvedModel } from '../providers/provider.ts'
import { continueAnswer } from '../providers/read-on.ts'
import type { RouterOptions } from '../providers/router.ts'
import type { RunRow } from '../store/store.ts'
import type { AnswerEvents, AnswerSource } from './answer-source.ts'

export class ContinuedAnswer implements AnswerSource {
  readonly #row: Pick<RunRow, 'model' | 'provider'>
  readonly #from: Checkpoint
  readonly #promptLength: number
  readonly #router: RouterOptions
  readonly #opened = Promise.withResolvers<ResolvedModel>()
  #target: ResolvedModel | undefined
  #facts: ModelFacts = UNKNOWN_MODEL

  /** `promptLength` is in UTF-16 code units. */
  constructor(
    row: Pick<RunRow, 'model' | 'provider'>,
    from: Checkpoint,
    promptLength: number,
    router: RouterOptions,
  ) {
    this.#row = row
    this.#from = from
    this.#promptLength = promptLength
    this.#router = router
  }

  /** Here is the key: nothing is read before. */
  open(target: ResolvedModel): void {
    this.#target = target
    this.#opened.resolve(target)
  }

  get speaker(): AnswerSource['speaker'] {
    const { model, provider } = this.#row
    return { model, provider, promptLength: this.#promptLength, price: this.#facts.price }
  }

  async answer(events: AnswerEvents, signal: AbortSignal): Promise<ProviderEnd> {
    const target = await Promise.race([this.#opened.promise, abortOf(signal)])
    if (target === undefined) return { outcome: 'aborted' }
    this.#facts = (await target.facts?.()) ?? UNKNOWN_MODEL
    return continueAnswer(target, this.#from, signal, events, this.#router)
  }

  async cancel(checkpoint: Checkpoint): Promise<void> {
    await this.#target?.provider.background?.cancel(checkpoint)
  }
}

function abortOf(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const settle = (): void => {
      resolve(undefined)
    }
    if (signal.aborted) settle()
    else signal.addEventListener('abort', settle, { once: true })
  })
}
