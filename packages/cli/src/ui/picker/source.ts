import type { Found, Glance, PickerWords } from './picker-state.ts'

/** Opens a conversation; with a hit at its message, where the words of `query` are. */
export type OpenConversation = (
  conversationId: string,
  hit?: { readonly messageId: string; readonly query: string },
) => void

/** Changes to what is listed. Each throws what the store throws. */
export interface ItemChanges {
  rename(key: string, title: string): void
  remove(key: string): void
}

/** Where a picker's items come from, and what choosing one does. */
export interface PickerSource {
  readonly words: PickerWords
  /** What the query finds at once: within a frame, however much there is. */
  find(query: string): Found
  /** Finds what takes longer; `find` gives it from then on. Called once the person pauses. */
  search?(query: string): void
  /** Whether `search` has something to do. */
  needsSearch?(query: string): boolean
  /**
   * Begins to read what is to be listed: `changed` is called when `find` would give something else, `failed` when more
   * cannot be read. Throws what the first reading throws. Returns how to stop.
   */
  load?(changed: () => void, failed: (error: unknown) => void): () => void
  /** What is not known yet of an item that is seen. */
  glance?(key: string): Glance
  /** A word about how it stands, in place of how many there are. */
  readonly note?: string | undefined
  choose(key: string): void
  /** Absent where the list is not for changing. */
  readonly changes?: ItemChanges | undefined
}
