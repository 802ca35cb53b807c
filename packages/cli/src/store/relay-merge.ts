/** What a relay knows of a conversation, merged into the history. */
import type { ConversationView, MessageView } from '@speak-code/protocol'
import type { MessageRow } from './rows.ts'
import type { Tables } from './tables.ts'

/**
 * Adds messages that are not here, completes answers that ended there, and takes their places in the tree from there.
 * Runs inside a transaction of the caller's.
 */
export function mergeConversation(
  tables: Tables,
  view: ConversationView,
  messages: readonly MessageView[],
): void {
  const { conversations } = tables
  const conversation = conversations.ensure(view.id, Date.parse(view.createdAt))
  let changed = false
  for (const message of messages) {
    const row = tables.messages.find(conversation, message.id)
    if (row === undefined) changed = add(tables, conversation, message) || changed
    else changed = complete(tables, conversation, row, message) || changed
  }
  if (view.title !== '') conversations.title(conversation, view.title)
  if (view.model !== null) conversations.model(conversation, view.model)
  conversations.atLeastTokens(conversation, view.totalTokens)
  if (changed) conversations.touch(conversation, Date.parse(view.updatedAt))
}

function add(tables: Tables, conversation: number, message: MessageView): boolean {
  return tables.addMessage(conversation, {
    id: message.id,
    parent_id: message.parentId,
    role: message.role,
    content: message.content,
    status: message.status,
    finish_reason: message.finishReason,
    usage: usageJson(message),
    model: message.model,
    created_at: Date.parse(message.createdAt),
  })
}

function complete(
  tables: Tables,
  conversation: number,
  row: MessageRow,
  message: MessageView,
): boolean {
  if (row.parent_id !== message.parentId) tables.messages.setParent(row.key, message.parentId)
  if (row.status !== 'started' || message.status === 'started') return false
  const { status, finishReason, model } = message
  const outcome = {
    status,
    finish_reason: finishReason,
    usage: usageJson(message),
    cost: null,
    model: model ?? row.model,
    provider: row.provider,
    error: null,
  }
  tables.finishAnswer(row, outcome, message.content)
  const run = row.run_id === null ? undefined : tables.runs.find(row.run_id)
  if (run?.ended === 0) {
    tables.runs.end(run.key)
    tables.conversations.addTokens(conversation, message.usage?.totalTokens ?? 0)
  }
  return true
}

function usageJson({ usage }: MessageView): string | null {
  return usage === null ? null : JSON.stringify(usage)
}
