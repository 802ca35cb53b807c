/** Fuzzy search by title in a list that may still grow. */
import { go, snapshot } from 'fuzzysort'

export interface Titled {
  readonly key: string
  readonly title: string
}

export interface FuzzyMatch<T> {
  readonly item: T
  /** UTF-16 code units of the title that match. */
  readonly marks: readonly number[]
}

/** So many matches are told; nobody looks at more. */
export const MOST_MATCHES = 100
/** Of a longer title the beginning is searched. */
const SEARCHED_LENGTH = 160
/** From 0 (anything) to 1 (the same). */
const WORST_SCORE = 0.2

function snapshotOf<T extends Titled>(items: readonly T[]) {
  const searchable = snapshot(items, {
    key: ({ title }: T) => title.slice(0, SEARCHED_LENGTH),
  })
  // It is prepared by the first search: that shall not be a person's.
  go('e', searchable, { limit: 1 })
  return searchable
}

interface Part<T extends Titled> {
  readonly items: readonly T[]
  readonly searchable: ReturnType<typeof snapshotOf<T>>
}

export class FuzzyList<T extends Titled> {
  #items: T[] = []
  #parts: readonly Part<T>[] = []

  get items(): readonly T[] {
    return this.#items
  }

  /** Costs some 5 ms for a thousand items; many small parts make each search dearer. */
  add(items: readonly T[]): void {
    this.#items.push(...items)
    this.#parts = [...this.#parts, { items, searchable: snapshotOf(items) }]
  }

  /** Puts another item in the place of one; undefined leaves it out. */
  change(key: string, item: T | undefined): void {
    const isMeant = (other: T): boolean => other.key === key
    this.#parts = this.#parts.map((part) => {
      if (!part.items.some(isMeant)) return part
      const items = part.items.flatMap((other) => {
        if (!isMeant(other)) return [other]
        return item === undefined ? [] : [item]
      })
      return { items, searchable: snapshotOf(items) }
    })
    this.#items = this.#parts.flatMap(({ items }) => items)
  }

  /** The best first; of equal ones in the order of the list. */
  find(query: string): FuzzyMatch<T>[] {
    const options = { limit: MOST_MATCHES, threshold: WORST_SCORE }
    return this.#parts
      .flatMap(({ searchable }) => [...go(query, searchable, options)])
      .toSorted((a, b) => b.score - a.score)
      .slice(0, MOST_MATCHES)
      .map(({ obj, indexes }) => ({ item: obj, marks: indexes }))
  }
}
