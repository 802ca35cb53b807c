/** Conversations: fuzzy by title, and by what was said in them. */
import type { Clock } from '../../client/clock.ts'
import type { LocalStore } from '../../store/local-store.ts'
import type { ConversationChanges } from './conversation-changes.ts'
import { conversationGlance, hitGlance } from './conversation-glance.ts'
import { FuzzyList, MOST_MATCHES } from './fuzzy-list.ts'
import { loadInSlices } from './list-loader.ts'
import type { Found, Glance, PickerItem, PickerWords } from './picker-state.ts'
import type { ItemChanges, OpenConversation, PickerSource } from './source.ts'

/** Older ones are found by what was said in them; nobody scrolls so far. */
const MOST_TITLES = 16_000
const MOST_HITS = 50
/** Fewer characters say too little to be looked for in all texts. */
const SHORTEST_SEARCH = 3

/** What keys do where the history may be changed. */
const CHANGING: readonly string[] = ['Ctrl-T renames', 'Ctrl-X deletes']

const WORDS: PickerWords = {
  title: 'Conversations',
  placeholder: 'type to find one by its title or its text',
  hints: ['Enter opens'],
  empty: 'No conversation is found.',
  rows: { wide: 2, narrow: 3 },
}

interface Hit extends PickerItem {
  readonly messageId: string
}

interface Titled extends PickerItem {
  readonly activity: number
}

export interface ConversationSourceParts {
  readonly store: LocalStore
  readonly clock: Clock
  /** The conversation that is open. */
  readonly current: string | undefined
  readonly open: OpenConversation
  /** Absent where the history is not to be written. */
  readonly changes?: Pick<ConversationChanges, 'rename' | 'remove'> | undefined
}

export class ConversationSource implements PickerSource {
  readonly words: PickerWords
  readonly changes: ItemChanges | undefined
  readonly #parts: ConversationSourceParts
  readonly #titles = new FuzzyList<Titled>()
  #isMore = true
  #searched = ''
  /** Of the hits, those that are listed because of their text. */
  #byText: readonly Hit[] = []
  #hits: readonly Hit[] = []

  constructor(parts: ConversationSourceParts) {
    this.#parts = parts
    const { changes } = parts
    this.words = changes === undefined ? WORDS : { ...WORDS, hints: [...WORDS.hints, ...CHANGING] }
    this.changes = changes === undefined ? undefined : this.#changesBy(changes)
  }

  load(changed: () => void, failed: (error: unknown) => void): () => void {
    const { store, clock } = this.#parts
    const read = (count: number): number => {
      const before = this.#titles.items.at(-1)?.activity
      const page = store.conversationTitles({
        limit: count,
        ...(before === undefined ? {} : { before }),
      })
      this.#titles.add(
        page.map(({ id, title, activity }) => ({ ...this.#item({ key: id, title }), activity })),
      )
      this.#isMore = page.length === count
      changed()
      return this.#titles.items.length >= MOST_TITLES ? 0 : page.length
    }
    return loadInSlices(clock, read, failed)
  }

  find(query: string): Found {
    this.#byText = []
    if (query === '') return { items: this.#titles.items, more: this.#isMore }
    const byTitle = this.#titles.find(query).map(({ item, marks }) => ({ ...item, marks }))
    const known = new Set(byTitle.map(({ key }) => key))
    if (this.#searched === query) this.#byText = this.#hits.filter(({ key }) => !known.has(key))
    return { items: [...byTitle, ...this.#byText], more: byTitle.length >= MOST_MATCHES }
  }

  needsSearch(query: string): boolean {
    return query !== this.#searched && query.length >= SHORTEST_SEARCH
  }

  search(query: string): void {
    const hits = this.#parts.store.search(query, MOST_HITS, 'quick')
    const first = new Map(hits.toReversed().map((hit) => [hit.conversationId, hit]))
    this.#searched = query
    this.#hits = [...new Set(hits.map(({ conversationId }) => conversationId))].flatMap((key) => {
      const hit = first.get(key)
      if (hit === undefined) return []
      const { title, messageId } = hit
      return [{ ...this.#item({ key, title }), glance: hitGlance(hit), messageId }]
    })
  }

  glance(key: string): Glance {
    return conversationGlance(this.#parts.store, key)
  }

  choose(key: string): void {
    const hit = this.#byText.find((item) => item.key === key)
    if (hit === undefined) this.#parts.open(key)
    else this.#parts.open(key, { messageId: hit.messageId, query: this.#searched })
  }

  #changesBy(changes: Pick<ConversationChanges, 'rename' | 'remove'>): ItemChanges {
    return {
      rename: (key, typed) => {
        const title = changes.rename(key, typed)
        const item = this.#titles.items.find((other) => other.key === key)
        if (item !== undefined) this.#titles.change(key, { ...item, title })
        this.#hits = this.#hits.map((hit) => (hit.key === key ? { ...hit, title } : hit))
      },
      remove: (key) => {
        if (!changes.remove(key)) return
        this.#titles.change(key, undefined)
        this.#hits = this.#hits.filter((hit) => hit.key !== key)
      },
    }
  }

  #item({ key, title }: Pick<PickerItem, 'key' | 'title'>): PickerItem {
    return { key, title, ...(key === this.#parts.current ? { current: true } : {}) }
  }
}
