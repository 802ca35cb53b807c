/** Rows of the history's tables, and what the contract makes of them. */
import {
  type Channel,
  ChatMessage,
  ChatParams,
  ChatRequest,
  type ConversationView,
  Cost,
  type FinishReason,
  Id,
  type RunStatus,
  Usage,
} from '@speak-code/protocol'
import { z } from 'zod'
import type { LocalMessage } from './local-store.ts'
import type { Attachment, OutgoingChat } from './outgoing-chat.ts'

export interface ConversationRow {
  readonly key: number
  readonly id: string
  readonly title: string
  /** 1: a person gave the title. */
  readonly named: number
  readonly model: string | null
  readonly message_count: number
  readonly total_tokens: number
  readonly created_at: number
  readonly updated_at: number
  readonly last_message_at: number | null
}

export interface MessageRow {
  readonly key: number
  readonly id: string
  readonly parent_id: string | null
  readonly role: ChatMessage['role']
  readonly content: string
  readonly reasoning: string
  readonly refusal: string
  readonly status: RunStatus
  readonly finish_reason: FinishReason | null
  readonly usage: string | null
  readonly cost: string | null
  readonly model: string | null
  readonly provider: string | null
  readonly run_id: string | null
  readonly error: string | null
  readonly created_at: number
}

export interface RunRow {
  readonly key: number
  readonly id: string
  readonly conversation: number
  readonly conversation_id: string
  /** The message that the answer follows. */
  readonly question_id: string | null
  /** null until the relay has accepted it. */
  readonly answer_id: string | null
  /** null once it has ended. */
  readonly chat: string | null
  readonly ended: number
}

/** An answer's text by channel. */
export interface AnswerText {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
}

/** A channel as a column holds it. */
export type PartChannel = Channel | 'text'

const StoredAttachment = z.object({ name: z.string(), path: z.string() })

const StoredChat: z.ZodType<OutgoingChat> = z.looseObject({
  id: Id,
  conversationId: Id,
  parentId: Id.nullable(),
  messages: z.array(ChatMessage),
  model: z.string().exactOptional(),
  params: ChatParams.exactOptional(),
  ephemeral: z.boolean().exactOptional(),
  exercise: ChatRequest.shape.exercise.unwrap().exactOptional(),
  follows: z.string().exactOptional(),
  summarises: z.boolean().exactOptional(),
  asked: z.object({ typed: z.string(), attached: z.array(StoredAttachment) }).exactOptional(),
})

/** The chat that `recordSend` wrote. */
export function chatOf(json: string): OutgoingChat {
  return StoredChat.parse(JSON.parse(json))
}

/** The files that `saveDraft` wrote. */
export function attachmentsOf(json: string): readonly Attachment[] {
  return z.array(StoredAttachment).parse(JSON.parse(json))
}

export function conversationView(row: ConversationRow): ConversationView {
  return {
    id: row.id,
    title: row.title,
    model: row.model,
    messageCount: row.message_count,
    totalTokens: row.total_tokens,
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
    lastMessageAt: row.last_message_at === null ? null : isoTime(row.last_message_at),
  }
}

/** `live` is the text so far of an answer under way. */
export function localMessage(row: MessageRow, live?: AnswerText): LocalMessage {
  return {
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    content: row.content + (live?.text ?? ''),
    reasoning: row.reasoning + (live?.reasoning ?? ''),
    refusal: row.refusal + (live?.refusal ?? ''),
    status: row.status,
    finishReason: row.finish_reason,
    usage: row.usage === null ? null : Usage.parse(JSON.parse(row.usage)),
    cost: row.cost === null ? null : Cost.parse(JSON.parse(row.cost)),
    model: row.model,
    provider: row.provider,
    runId: row.run_id,
    error: row.error,
    createdAt: isoTime(row.created_at),
  }
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
