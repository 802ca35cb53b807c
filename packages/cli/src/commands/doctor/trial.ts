/** One short question to one model, and what came of it. */
import type { ModelView, NoticeMessage } from '@speak-code/protocol'
import { v7 as uuid } from 'uuid'
import { moneyInWords, seconds, tokensInWords } from '../../chat/wording.ts'
import type { OutgoingChat } from '../../client/client.ts'
import type { Answer } from '../answer/answer.ts'
import { outcomeOf, type Ending, type Outcome } from '../answer/ending.ts'
import type { Check } from './check.ts'

const QUESTION = 'Reply with the word OK.'
/** Models that reason need some before their first word. */
const MAX_TOKENS = 256

/** Is told of the answer as it comes. */
export class Trial {
  /** Kept nowhere. */
  readonly request: OutgoingChat
  readonly #model: ModelView
  readonly #isDefault: boolean
  #startedAt = performance.now()
  #latencyMs: number | undefined
  #fallback: string | undefined
  #outcome: Outcome | undefined

  constructor(model: ModelView, isDefault: boolean) {
    this.#model = model
    this.#isDefault = isDefault
    this.request = {
      id: uuid(),
      conversationId: uuid(),
      parentId: null,
      messages: [{ id: uuid(), role: 'user', content: QUESTION }],
      model: model.id,
      params: { maxTokens: MAX_TOKENS },
      ephemeral: true,
    }
  }

  begin(): void {
    this.#startedAt = performance.now()
  }

  spoke(): void {
    this.#latencyMs ??= performance.now() - this.#startedAt
  }

  noticed({ code, message }: NoticeMessage): void {
    if (code === 'fallback') this.#fallback = message
  }

  end(answer: Answer, ending: Ending): void {
    this.spoke()
    this.#outcome = outcomeOf(answer, ending, false)
  }

  get check(): Check {
    const { id, provider } = this.#model
    const found = this.#finding()
    const status = found.works ? 'ok' : this.#isDefault ? 'problem' : 'warning'
    return {
      id: `answer:${provider}`,
      status,
      detail: found.detail,
      fix: found.fix,
      facts: {
        model: id,
        latencyMs: found.works ? Math.round(this.#latencyMs ?? 0) : undefined,
        usage: this.#outcome?.usage ?? undefined,
        cost: this.#outcome?.cost,
        code: this.#outcome?.error?.code,
      },
    }
  }

  #finding(): { works: boolean; detail: string; fix?: string | undefined } {
    const { id } = this.#model
    const outcome = this.#outcome
    if (outcome === undefined) return { works: false, detail: `${id} was not asked` }
    const { status, finishReason, complaint, error } = outcome
    if (this.#fallback !== undefined) {
      return { works: false, detail: `${id} did not answer: ${this.#fallback}` }
    }
    // The bound on its length is ours.
    if (status === 'completed' || finishReason === 'length') {
      const time = seconds(this.#latencyMs ?? 0)
      return { works: true, detail: `${id} answered after ${time}${figuresOf(outcome)}` }
    }
    const why = complaint?.message ?? `the answer is ${status}`
    const code = error === undefined ? '' : ` (${error.code})`
    return { works: false, detail: `${id}: ${why.trim()}${code}`, fix: complaint?.hint }
  }
}

function figuresOf({ usage, cost }: Outcome): string {
  const figures = [
    ...(usage === null ? [] : [tokensInWords(usage.totalTokens)]),
    ...(cost === undefined ? [] : [moneyInWords(cost)]),
  ]
  return figures.length === 0 ? '' : ` (${figures.join(', ')})`
}
