/** The frames of `speak-code.v1`: one JSON object each, tagged by `type`. PROTOCOL.md says what they mean. */
import { z } from 'zod'
import { ChatMessage, ChatRequest, Id } from './chat.ts'
import { ErrorCodeSchema } from './errors.ts'
import { RunStatus, StreamChunk } from './stream.ts'

/** Variables that a caller may send along on the private socket: each call's own keys and base URLs. */
export const ENVIRONMENT_NAMES = [
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_MODEL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'GOOGLE_GEMINI_BASE_URL',
  'OLLAMA_HOST',
] as const

/** The caller's provider variables: the names above and those that the config file's `api_key_env` keys name. */
export const Environment = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())

const Hello = z.object({
  type: z.literal('hello'),
  client: z.object({ name: z.string(), version: z.string() }),
  token: z.string().optional(),
  environment: Environment.optional(),
})
const Resume = z.object({ type: z.literal('resume'), id: Id, after: z.int().nonnegative() })
const Cancel = z.object({ type: z.literal('cancel'), id: Id })
const Attach = z.object({ type: z.literal('attach'), conversationId: Id })
const Detach = z.object({ type: z.literal('detach'), conversationId: Id })
const Ping = z.object({ type: z.literal('ping'), n: z.number().optional() })

/** Client frames by type. */
export const CLIENT_FRAMES = {
  hello: Hello,
  chat: ChatRequest,
  resume: Resume,
  cancel: Cancel,
  attach: Attach,
  detach: Detach,
  ping: Ping,
} as const

export type ClientFrameType = keyof typeof CLIENT_FRAMES
export type ClientMessage = z.infer<(typeof CLIENT_FRAMES)[ClientFrameType]>
export type HelloMessage = z.infer<typeof Hello>

const Welcome = z.object({
  type: z.literal('welcome'),
  server: z.object({ name: z.string(), version: z.string() }),
  /** null without auth. */
  user: z.object({ id: z.string(), name: z.string().optional() }).nullable(),
  heartbeatMs: z.int().positive(),
  maxFrameBytes: z.int().positive(),
  maxInflight: z.int().positive(),
  /** `provider/id`. */
  defaultModel: z.string(),
})

const Accepted = z.object({
  type: z.literal('accepted'),
  id: Id,
  conversationId: Id,
  /** Of the answer to come. */
  messageId: Id,
  /** As the provider calls it. */
  model: z.string(),
  /** Its configured name. */
  provider: z.string(),
  duplicate: z.boolean(),
})

const Resumed = z.object({
  type: z.literal('resumed'),
  id: Id,
  /** null where `mode` is `lost`, and only there. */
  conversationId: Id.nullable(),
  messageId: Id.nullable(),
  mode: z.enum(['replay', 'snapshot', 'lost']),
  seq: z.int().nonnegative(),
  text: z.string().optional(),
  reasoning: z.string().optional(),
  refusal: z.string().optional(),
})

/** A live run of an attached conversation. */
export const LiveRunInfo = z.object({
  id: Id,
  messageId: Id,
  parentId: Id.nullable(),
  status: z.literal('started'),
  seq: z.int().nonnegative(),
})
export type LiveRunInfo = z.infer<typeof LiveRunInfo>

const Attached = z.object({
  type: z.literal('attached'),
  conversationId: Id,
  runs: z.array(LiveRunInfo),
})

const RunNews = z.object({
  type: z.literal('run'),
  conversationId: Id,
  id: Id,
  messageId: Id,
  /** The parent of `messageId`. */
  parentId: Id.nullable(),
  status: RunStatus,
  /** With `started`: the request's messages. */
  messages: z.array(ChatMessage).optional(),
})

const Notice = z.object({
  type: z.literal('notice'),
  id: Id,
  code: z.enum(['queued', 'retrying', 'fallback', 'trimmed', 'dropped_param']),
  message: z.string(),
  retryAfterMs: z.int().nonnegative().optional(),
  attempt: z.int().positive().optional(),
  model: z.string().optional(),
})

const ErrorFrame = z.object({
  type: z.literal('error'),
  for: z.enum(['hello', 'chat', 'resume', 'cancel', 'attach', 'frame']),
  /** Only if the frame's own was a UUID. */
  id: Id.optional(),
  code: ErrorCodeSchema,
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().nonnegative().optional(),
})

const GoingAway = z.object({
  type: z.literal('goingAway'),
  reconnectAfterMs: z.int().nonnegative(),
})
const Pong = z.object({ type: z.literal('pong'), n: z.number().optional() })

/** Server frames by type. */
export const SERVER_FRAMES = {
  welcome: Welcome,
  accepted: Accepted,
  chunk: StreamChunk,
  resumed: Resumed,
  attached: Attached,
  run: RunNews,
  notice: Notice,
  error: ErrorFrame,
  goingAway: GoingAway,
  pong: Pong,
} as const

export type ServerFrameType = keyof typeof SERVER_FRAMES
export type ServerMessage = z.infer<(typeof SERVER_FRAMES)[ServerFrameType]>
export type WelcomeMessage = z.infer<typeof Welcome>
export type AcceptedMessage = z.infer<typeof Accepted>
export type ResumedMessage = z.infer<typeof Resumed>
export type RunMessage = z.infer<typeof RunNews>
export type NoticeMessage = z.infer<typeof Notice>
export type ErrorMessage = z.infer<typeof ErrorFrame>
