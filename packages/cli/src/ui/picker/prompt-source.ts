/** Earlier prompts, across sessions. */
import type { Clock } from '../../client/clock.ts'
import { FuzzyList, MOST_MATCHES, type Titled } from './fuzzy-list.ts'
import { loadInSlices } from './list-loader.ts'
import type { Found, PickerItem, PickerWords } from './picker-state.ts'
import type { PickerSource } from './source.ts'

const WORDS: PickerWords = {
  title: 'Earlier prompts',
  placeholder: 'type to find one',
  hints: ['Enter takes it', 'Tab all conversations'],
  empty: 'No prompt is found.',
  rows: { wide: 1, narrow: 1 },
}

export interface PromptSourceParts {
  /** The newest first. */
  readonly prompts: readonly string[]
  readonly clock: Clock
  readonly take: (prompt: string) => void
}

interface Prompt extends Titled {
  readonly text: string
}

export class PromptSource implements PickerSource {
  readonly words = WORDS
  readonly #parts: PromptSourceParts
  readonly #list = new FuzzyList<Prompt>()
  /** Each prompt once, where it was typed last. */
  readonly #distinct: readonly Prompt[]

  constructor(parts: PromptSourceParts) {
    this.#parts = parts
    this.#distinct = [...new Set(parts.prompts)].map((text, index) => ({
      key: String(index),
      title: text.trim().replaceAll(/\s+/g, ' '),
      text,
    }))
  }

  load(changed: () => void, failed: (error: unknown) => void): () => void {
    const read = (count: number): number => {
      const done = this.#list.items.length
      const slice = this.#distinct.slice(done, done + count)
      this.#list.add(slice)
      changed()
      return slice.length
    }
    return loadInSlices(this.#parts.clock, read, failed)
  }

  find(query: string): Found {
    const items: readonly PickerItem[] =
      query === ''
        ? this.#list.items
        : this.#list.find(query).map(({ item, marks }) => ({ ...item, marks }))
    return { items, more: query !== '' && items.length >= MOST_MATCHES }
  }

  choose(key: string): void {
    const prompt = this.#distinct[Number(key)]
    if (prompt !== undefined) this.#parts.take(prompt.text)
  }
}
