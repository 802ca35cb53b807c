/** The history could not be read or written. The message is a sentence for people; nothing of the verb has happened. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
