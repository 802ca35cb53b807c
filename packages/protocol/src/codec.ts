/** Frames ↔ text. Everything that comes from the other side is checked here, once. */
import type { z } from 'zod'
import { ChatRequestShape, Id } from './chat.ts'
import {
  CLIENT_FRAMES,
  SERVER_FRAMES,
  type ClientFrameType,
  type ClientMessage,
  type ServerFrameType,
  type ServerMessage,
} from './messages.ts'

/**
 * A frame that could not be taken. `for: 'chat'` is a well-formed chat request with a value out of
 * range; everything else is a bad frame. `id` is the frame's own, where it was a UUID.
 */
export interface Rejected {
  readonly ok: false
  readonly for: 'chat' | 'frame'
  readonly reason: string
  readonly id?: string
}

export type ParsedClientMessage = { readonly ok: true; readonly message: ClientMessage } | Rejected

/** Reads one client frame. Never throws. Unknown fields are dropped. */
export function parseClientMessage(text: string): ParsedClientMessage {
  const value = parseObject(text)
  if (value === undefined) return rejected('frame', 'the frame is not a JSON object')
  if (!isClientFrame(value.type)) return rejected('frame', 'the frame has no known type', value)
  const parsed = CLIENT_FRAMES[value.type].safeParse(value)
  if (parsed.success) return { ok: true, message: parsed.data }
  const wellFormed = value.type === 'chat' && ChatRequestShape.safeParse(value).success
  return rejected(wellFormed ? 'chat' : 'frame', firstIssue(parsed.error), value)
}

export type ParsedServerMessage =
  | { readonly kind: 'message'; readonly message: ServerMessage }
  /** A frame of a later version: to be ignored. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'bad'; readonly reason: string }

/** Reads one server frame. Never throws. Unknown fields are dropped, unknown types said. */
export function parseServerMessage(text: string): ParsedServerMessage {
  const value = parseObject(text)
  if (value === undefined || typeof value.type !== 'string') {
    return { kind: 'bad', reason: 'the frame is not a JSON object with a type' }
  }
  if (!isServerFrame(value.type)) return { kind: 'unknown' }
  const parsed = SERVER_FRAMES[value.type].safeParse(value)
  return parsed.success
    ? { kind: 'message', message: parsed.data }
    : { kind: 'bad', reason: `${value.type}: ${firstIssue(parsed.error)}` }
}

/** Writes one frame. */
export function encode(message: ClientMessage | ServerMessage): string {
  return JSON.stringify(message)
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isClientFrame(type: unknown): type is ClientFrameType {
  return typeof type === 'string' && Object.hasOwn(CLIENT_FRAMES, type)
}

function isServerFrame(type: string): type is ServerFrameType {
  return Object.hasOwn(SERVER_FRAMES, type)
}

function rejected(kind: Rejected['for'], reason: string, value: JsonObject = {}): Rejected {
  const id = Id.safeParse(value.id)
  return { ok: false, for: kind, reason, ...(id.success ? { id: id.data } : {}) }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'the frame does not fit'
  const path = issue.path.map(String).join('.')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
