/** What the program itself remembers between sessions, never configuration. */
export interface Remembered {
  /** `provider/id` last used by `chat`. */
  lastModel: string | undefined
  /** Names of the hints that were shown and need not be again. */
  hintsSeen: readonly string[]
}
