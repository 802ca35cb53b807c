/** What is asked: messages, parameters, the chat request; and what it used. */
import { z } from 'zod'

/** A UUID that the client makes (RFC 9562; version 7 preferred). Any version is taken. */
export const Id = z.guid()

export const ROLES = ['system', 'user', 'assistant'] as const
export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const

export const ChatMessage = z.object({ id: Id, role: Role, content: z.string().min(1) })
export type ChatMessage = z.infer<typeof ChatMessage>

/** Sampling parameters, all optional; what is absent is not sent to the provider. */
export const ChatParams = z.object({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.int().min(1).optional(),
  maxTokens: z.int().min(1).optional(),
  reasoningEffort: z.enum(REASONING_EFFORTS).optional(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)]).optional(),
})
export type ChatParams = z.infer<typeof ChatParams>

const lastIsTheUsers = (messages: readonly { role: string }[]): boolean =>
  messages.at(-1)?.role === 'user'

const distinctIds = (messages: readonly { id: string }[]): boolean =>
  new Set(messages.map((message) => message.id)).size === messages.length

export const ChatRequest = z.object({
  type: z.literal('chat'),
  id: Id,
  conversationId: Id,
  /** The message that `messages[0]` follows; null begins the tree. */
  parentId: Id.nullable(),
  messages: z
    .array(ChatMessage)
    .refine(lastIsTheUsers, 'the last message must be the user’s')
    .refine(distinctIds, 'each message needs an id of its own'),
  model: z.string().min(1).optional(),
  params: ChatParams.optional(),
  ephemeral: z.boolean().optional(),
  exercise: z
    .object({
      slug: z.string().min(1),
      code: z.string().optional(),
      language: z.string().optional(),
    })
    .optional(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

/**
 * A chat request whose types are right, whatever its values. A frame of this shape that fails
 * {@link ChatRequest} is answered `for: chat`; a frame that is not of this shape is a bad frame.
 */
export const ChatRequestShape = z.object({
  type: z.literal('chat'),
  id: Id,
  conversationId: Id,
  parentId: Id.nullable(),
  messages: z.array(z.object({ id: Id, role: z.string(), content: z.string() })),
  model: z.string().optional(),
  params: z
    .object({
      temperature: z.number().optional(),
      topP: z.number().optional(),
      topK: z.number().optional(),
      maxTokens: z.number().optional(),
      reasoningEffort: z.string().optional(),
      stop: z.union([z.string(), z.array(z.string())]).optional(),
    })
    .optional(),
  ephemeral: z.boolean().optional(),
  exercise: z
    .object({ slug: z.string(), code: z.string().optional(), language: z.string().optional() })
    .optional(),
})

/** Tokens of one run. `promptTokens` is all input, cached included; `completionTokens` all output, reasoning included. */
export const Usage = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  totalTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative().optional(),
  cachedTokens: z.int().nonnegative().optional(),
  source: z.enum(['provider', 'estimated']),
})
export type Usage = z.infer<typeof Usage>

export const Cost = z.object({ amount: z.number().nonnegative(), currency: z.string() })
export type Cost = z.infer<typeof Cost>
