/** The branch of a conversation → what the model is asked with. */
import type { PromptMessage } from '../providers/provider.ts'
import type { ContextMessage } from '../store/store.ts'

/** Leaves out answers that have no text (cancelled or failed before the first word): providers refuse empty messages. */
export function promptOf(context: readonly ContextMessage[]): PromptMessage[] {
  return context
    .filter((message) => message.content !== '')
    .map(({ role, content }) => ({ role, content }))
}
