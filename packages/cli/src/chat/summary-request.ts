/** What a model is asked for a summary. It is no question of the person's: no list of branches offers it. Pure. */
import type { LocalMessage } from '../store/local-store.ts'
import type { MessageTree } from './message-tree.ts'

export const SUMMARY_REQUEST =
  'Summarise our conversation so far, so that it can go on from your summary alone. Keep what was asked, what was ' +
  'decided and why, names, numbers, file names and code that is still needed, and what is still open. ' +
  'Write the summary and nothing else.'

/** Whether the message asks for a summary, or is one, and nothing was asked after it. */
export function isAboutSummary(
  tree: MessageTree,
  { id, role, content, parentId }: LocalMessage,
): boolean {
  if (role === 'user') {
    return (
      content === SUMMARY_REQUEST &&
      tree.below(id).filter((other) => other.role === 'user').length === 1
    )
  }
  const request = parentId === null ? undefined : tree.get(parentId)
  return (
    role === 'assistant' && request?.content === SUMMARY_REQUEST && tree.children(id).length === 0
  )
}
