/** The answer as it streams: numbered chunks, the last of them the end. */
import { z } from 'zod'
import { Cost, Id, Usage } from './chat.ts'
import { ErrorInfo } from './errors.ts'

export const END_STATUSES = ['completed', 'incomplete', 'cancelled', 'failed'] as const
export const EndStatus = z.enum(END_STATUSES)
export type EndStatus = z.infer<typeof EndStatus>

/** A run's status: `started` until its end. */
export const RunStatus = z.enum(['started', ...END_STATUSES])
export type RunStatus = z.infer<typeof RunStatus>

export const FINISH_REASONS = [
  'stop',
  'length',
  'content_filter',
  'tool_calls',
  'refusal',
  'unknown',
] as const
export const FinishReason = z.enum(FINISH_REASONS)
export type FinishReason = z.infer<typeof FinishReason>

/** Where a delta belongs; absent is the answer's text. */
export const Channel = z.enum(['reasoning', 'refusal'])
export type Channel = z.infer<typeof Channel>

export const DeltaChunk = z.object({
  type: z.literal('chunk'),
  id: Id,
  seq: z.int().min(1),
  delta: z.string().min(1),
  done: z.literal(false),
  channel: Channel.optional(),
})
export type DeltaChunk = z.infer<typeof DeltaChunk>

/** How a run ended: what its end chunk says beyond `id` and `seq`. */
export const RunEnd = z.object({
  status: EndStatus,
  finishReason: FinishReason.nullable(),
  /** The provider's own word, where ours says less. */
  nativeFinishReason: z.string().optional(),
  /** `relay` for time-outs, drain and crash. */
  endedBy: z.enum(['provider', 'user', 'relay']),
  model: z.string(),
  provider: z.string(),
  usage: Usage,
  cost: Cost.optional(),
  /** SHA-256 of the whole answer text as UTF-8, in hex; reasoning and refusals are not part of it. */
  textSha256: z.string().regex(/^[0-9a-f]{64}$/),
  error: ErrorInfo.optional(),
})
export type RunEnd = z.infer<typeof RunEnd>

export const EndChunk = RunEnd.extend({
  type: z.literal('chunk'),
  id: Id,
  seq: z.int().min(1),
  delta: z.literal(''),
  done: z.literal(true),
})
export type EndChunk = z.infer<typeof EndChunk>

export const StreamChunk = z.discriminatedUnion('done', [DeltaChunk, EndChunk])
export type StreamChunk = z.infer<typeof StreamChunk>
