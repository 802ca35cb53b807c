/** The trees of a relay as CONTRACT.md §1 (Trees) has them. */
import type { ChatRequest } from '@speak-code/protocol'

interface Known {
  readonly parentId: string | null
  readonly role: string
  readonly content: string
}

/** What comes in is checked: an id that comes again with another content or place is a fault. */
export class RelayTrees {
  readonly #messages = new Map<string, Map<string, Known>>()
  readonly faults: string[] = []

  take({ conversationId, parentId, messages }: ChatRequest): 'taken' | 'unknown_parent' {
    const tree = this.#messages.get(conversationId) ?? new Map<string, Known>()
    this.#messages.set(conversationId, tree)
    if (parentId !== null && !tree.has(parentId)) return 'unknown_parent'
    let parent = parentId
    for (const { id, role, content } of messages) {
      const known = tree.get(id)
      const message = { parentId: parent, role, content }
      if (known === undefined) tree.set(id, message)
      else if (JSON.stringify(known) !== JSON.stringify(message)) {
        this.faults.push(`${id} came again as ${JSON.stringify(message)}`)
      }
      parent = id
    }
    return 'taken'
  }

  answered(conversationId: string, id: string, parentId: string | null, content: string): void {
    this.#messages.get(conversationId)?.set(id, { parentId, role: 'assistant', content })
  }

  /** The texts from the root to a message. */
  pathTo(conversationId: string, id: string | null): string[] {
    const tree = this.#messages.get(conversationId)
    const path: string[] = []
    for (let next = id; next !== null;) {
      const message = tree?.get(next)
      if (message === undefined) break
      path.unshift(message.content)
      next = message.parentId
    }
    return path
  }

  has(conversationId: string, content: string): boolean {
    return [...(this.#messages.get(conversationId)?.values() ?? [])].some(
      (message) => message.content === content,
    )
  }
}
