/** The models that the relay knows. */
import type { ModelView } from '@speak-code/protocol'
import { FuzzyList, type Titled } from './fuzzy-list.ts'
import type { Found, Glance, PickerItem, PickerWords } from './picker-state.ts'
import type { PickerSource } from './source.ts'

const WORDS: PickerWords = {
  title: 'Models',
  placeholder: 'type to find one',
  hints: ['Enter asks it from now on'],
  empty: 'No model is found; /model NAME asks one that is not listed.',
  rows: { wide: 1, narrow: 2 },
}

export interface ModelSourceParts {
  readonly list: () => Promise<readonly ModelView[]>
  /** What is asked at the moment: `provider/id`. */
  readonly current: string | undefined
  readonly take: (id: string) => void
}

interface Model extends Titled {
  readonly glance: Glance
}

export class ModelSource implements PickerSource {
  readonly words = WORDS
  readonly #parts: ModelSourceParts
  readonly #models = new FuzzyList<Model>()
  note: string | undefined = 'Asking the relay …'

  constructor(parts: ModelSourceParts) {
    this.#parts = parts
  }

  load(changed: () => void): () => void {
    let isStopped = false
    void this.#read().then(() => {
      if (!isStopped) changed()
    })
    return () => {
      isStopped = true
    }
  }

  find(query: string): Found {
    const items: readonly PickerItem[] =
      query === ''
        ? this.#models.items
        : this.#models.find(query).map(({ item, marks }) => ({ ...item, marks }))
    return { items: items.map((item) => this.#marked(item)), more: false }
  }

  choose(key: string): void {
    this.#parts.take(key)
  }

  async #read(): Promise<void> {
    try {
      const models = await this.#parts.list()
      this.#models.add(
        models.map((model) => ({
          key: model.id,
          title: model.id,
          glance: { details: detailsOf(model) },
        })),
      )
      this.note = undefined
    } catch (error) {
      this.note = `The relay does not list its models: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  #marked(item: PickerItem): PickerItem {
    return item.key === this.#parts.current ? { ...item, current: true } : item
  }
}

function detailsOf({ contextWindow, price }: ModelView): string[] {
  return [
    ...(contextWindow === null ? [] : [`${Math.round(contextWindow / 1000)}k context`]),
    ...(price === null
      ? []
      : [`${price.input} in, ${price.output} out ${price.currency} per million`]),
  ]
}
