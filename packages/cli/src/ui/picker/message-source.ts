/** Full-text search over all conversations. */
import type { LocalStore } from '../../store/local-store.ts'
import { hitGlance } from './conversation-glance.ts'
import type { Found, PickerItem, PickerWords } from './picker-state.ts'
import type { OpenConversation, PickerSource } from './source.ts'

const MOST_HITS = 50

const WORDS: PickerWords = {
  title: 'Search in all conversations',
  placeholder: 'type words that were said',
  hints: ['Enter opens', 'Tab earlier prompts'],
  empty: 'Nothing is found.',
  rows: { wide: 2, narrow: 2 },
}

interface Hit extends PickerItem {
  readonly conversationId: string
  readonly messageId: string
}

export interface MessageSourceParts {
  readonly store: LocalStore
  readonly open: OpenConversation
}

export class MessageSource implements PickerSource {
  readonly words = WORDS
  readonly #parts: MessageSourceParts
  #searched = ''
  #hits: readonly Hit[] = []

  constructor(parts: MessageSourceParts) {
    this.#parts = parts
  }

  /** What the last search found stays until the next one is done, so that the list does not flicker. */
  find(query: string): Found {
    if (query === '') this.#take('', [])
    return { items: this.#hits, more: this.#hits.length >= MOST_HITS }
  }

  needsSearch(query: string): boolean {
    return query !== this.#searched
  }

  search(query: string): void {
    const hits = this.#parts.store.search(query, MOST_HITS, 'quick')
    this.#take(
      query,
      hits.map((hit) => ({
        key: `${hit.conversationId}/${hit.messageId}`,
        title: hit.title,
        glance: hitGlance(hit),
        conversationId: hit.conversationId,
        messageId: hit.messageId,
      })),
    )
  }

  choose(key: string): void {
    const hit = this.#hits.find((item) => item.key === key)
    if (hit === undefined) return
    const { conversationId, messageId } = hit
    this.#parts.open(conversationId, { messageId, query: this.#searched })
  }

  #take(query: string, hits: readonly Hit[]): void {
    this.#searched = query
    this.#hits = hits
  }
}
