/** What the native HTTP routes answer with (camelCase, under `/api`). */
import { z } from 'zod'
import { Id, Role, Usage } from './chat.ts'
import { ErrorInfo } from './errors.ts'
import { FinishReason, RunStatus } from './stream.ts'

/**
 * Carries the caller's environment on the private socket, where no hello goes before a request: the JSON of hello's
 * `environment`, in base64url (a header takes no other bytes).
 */
export const ENVIRONMENT_HEADER = 'speak-code-environment'

/** Times are ISO 8601 in UTC. */
const Timestamp = z.iso.datetime()

export const MessageView = z.object({
  id: Id,
  parentId: Id.nullable(),
  role: Role,
  content: z.string(),
  /** An answer's run; `completed` for what was sent. */
  status: RunStatus,
  finishReason: FinishReason.nullable(),
  usage: Usage.nullable(),
  model: z.string().nullable(),
  createdAt: Timestamp,
})
export type MessageView = z.infer<typeof MessageView>

export const ConversationView = z.object({
  id: Id,
  title: z.string(),
  model: z.string().nullable(),
  messageCount: z.int().nonnegative(),
  /** Of every run. */
  totalTokens: z.int().nonnegative(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  lastMessageAt: Timestamp.nullable(),
})
export type ConversationView = z.infer<typeof ConversationView>

export const ConversationWithMessages = ConversationView.extend({
  messages: z.array(MessageView),
})
export type ConversationWithMessages = z.infer<typeof ConversationWithMessages>

export const ModelView = z.object({
  /** `provider/id`. */
  id: z.string(),
  provider: z.string(),
  /** Tokens; null where unknown. */
  contextWindow: z.int().positive().nullable(),
  /** Per million tokens; null where unknown. */
  price: z.object({ input: z.number(), output: z.number(), currency: z.string() }).nullable(),
  capabilities: z.array(z.string()),
})
export type ModelView = z.infer<typeof ModelView>

export const ModelList = z.object({ items: z.array(ModelView) })

/** The circuit breaker of one model: whether it is asked (closed), left alone (open), or tried with one call. */
export const CircuitView = z.object({
  provider: z.string(),
  /** As the provider calls it. */
  model: z.string(),
  state: z.enum(['closed', 'open', 'half_open']),
  /** Until a call is let through again; only where it is open. */
  retryAfterMs: z.int().nonnegative().optional(),
})
export type CircuitView = z.infer<typeof CircuitView>

export const CircuitList = z.object({ items: z.array(CircuitView) })

export const ErrorBody = z.object({ error: ErrorInfo })
