/** Rows of the relay's SQLite file, and how they become what the contract promises. */
import {
  FinishReason,
  Role,
  RunEnd,
  RunStatus,
  Usage,
  type ConversationView,
  type MessageView,
} from '@speak-code/protocol'
import type { RunCheckpoint, RunRow } from '../store.ts'

export interface RunRecord {
  key: number
  user_id: string
  id: string
  conversation_id: string
  message_id: string
  parent_id: string
  body_hash: string
  model: string
  provider: string
  status: string
  end_seq: number | null
  end_json: string | null
  prompt_length: number
  trimmed: number
  checkpoint_seq: number | null
  checkpoint: string | null
}

export interface MessageRecord {
  id: string
  parent_id: string | null
  role: string
  content: string
  status: string
  finish_reason: string | null
  usage: string | null
  model: string | null
  created_at: number
}

export interface ConversationRecord {
  key: number
  id: string
  title: string
  model: string | null
  message_count: number
  total_tokens: number
  created_at: number
  updated_at: number
  last_message_at: number | null
}

/** Throws ZodError where the row was damaged; so do the others here. */
export function runRow(record: RunRecord): RunRow {
  return {
    key: record.key,
    userId: record.user_id,
    id: record.id,
    conversationId: record.conversation_id,
    messageId: record.message_id,
    parentId: record.parent_id,
    bodyHash: record.body_hash,
    model: record.model,
    provider: record.provider,
    status: RunStatus.parse(record.status),
    trimmed: record.trimmed === 1,
    ...(record.end_seq === null || record.end_json === null
      ? {}
      : { endSeq: record.end_seq, end: RunEnd.parse(JSON.parse(record.end_json)) }),
  }
}

export function checkpointOf(record: RunRecord): RunCheckpoint | undefined {
  const { key: run, checkpoint_seq: seq, checkpoint: data } = record
  return seq === null || data === null ? undefined : { run, seq, data }
}

export function messageView(record: MessageRecord): MessageView {
  return {
    id: record.id,
    parentId: record.parent_id,
    role: Role.parse(record.role),
    content: record.content,
    status: RunStatus.parse(record.status),
    finishReason: record.finish_reason === null ? null : FinishReason.parse(record.finish_reason),
    usage: record.usage === null ? null : Usage.parse(JSON.parse(record.usage)),
    model: record.model,
    createdAt: new Date(record.created_at).toISOString(),
  }
}

export function conversationView(record: ConversationRecord): ConversationView {
  return {
    id: record.id,
    title: record.title,
    model: record.model,
    messageCount: record.message_count,
    totalTokens: record.total_tokens,
    createdAt: new Date(record.created_at).toISOString(),
    updatedAt: new Date(record.updated_at).toISOString(),
    lastMessageAt:
      record.last_message_at === null ? null : new Date(record.last_message_at).toISOString(),
  }
}
