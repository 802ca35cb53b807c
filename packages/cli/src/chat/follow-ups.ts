/** Questions that were typed while another one's answer was awaited, where that answer is not what they follow. */
import type { ChatRun } from './chat-run.ts'
import type { SessionState } from './session-state.ts'

/** What waited for `run` follows `head`, with what the relay lacks before it. Nothing of it has gone out yet. */
export function moveFollowUps(state: SessionState, run: ChatRun, head: string | null): void {
  const { conversation, parts } = state
  for (const { chat } of parts.client.outbox) {
    const question = conversation.runs.get(chat.id)
    if (question?.follows !== run.id || chat.follows !== undefined) continue
    const { parentId, messages } = conversation.lacking(head)
    parts.client.place({ ...chat, parentId, messages: [...messages, ...question.messages] })
  }
}
