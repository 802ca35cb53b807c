/** The messages of a conversation as the tree that they are (CONTRACT.md §1, Trees). */
import type { LocalMessage } from '../store/local-store.ts'

export class MessageTree {
  /** In the order in which they came. */
  readonly #messages = new Map<string, LocalMessage>()
  readonly #children = new Map<string | null, string[]>()

  constructor(messages: readonly LocalMessage[] = []) {
    for (const message of messages) this.put(message)
  }

  /** Oldest first, all branches. */
  get messages(): readonly LocalMessage[] {
    return [...this.#messages.values()]
  }

  get(id: string): LocalMessage | undefined {
    return this.#messages.get(id)
  }

  /** Adds a message, or tells what has become of it; its place in the tree is the first that was told. */
  put(message: LocalMessage): void {
    const known = this.#messages.get(message.id)
    if (known !== undefined) {
      this.#messages.set(message.id, { ...message, parentId: known.parentId })
      return
    }
    this.#messages.set(message.id, message)
    const siblings = this.#children.get(message.parentId)
    if (siblings === undefined) this.#children.set(message.parentId, [message.id])
    else siblings.push(message.id)
  }

  /** What follows a message, or begins the conversation (null), oldest first. */
  children(parentId: string | null): readonly LocalMessage[] {
    return this.#known(this.#children.get(parentId) ?? [])
  }

  /** From the root to `id`; begins later where an ancestor is not known. */
  path(id: string | null): readonly LocalMessage[] {
    const path: LocalMessage[] = []
    const seen = new Set<string>()
    for (let next = id; next !== null && !seen.has(next);) {
      seen.add(next)
      const message = this.#messages.get(next)
      if (message === undefined) break
      path.push(message)
      next = message.parentId
    }
    return path.toReversed()
  }

  /** A message and all below it, in the order in which they came. */
  below(id: string): readonly LocalMessage[] {
    const found = new Set([id])
    const open = [id]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const child of this.#children.get(next) ?? []) {
        if (found.has(child)) continue
        found.add(child)
        open.push(child)
      }
    }
    return this.messages.filter((message) => found.has(message.id))
  }

  #known(ids: readonly string[]): LocalMessage[] {
    return ids.flatMap((id) => this.#messages.get(id) ?? [])
  }
}
