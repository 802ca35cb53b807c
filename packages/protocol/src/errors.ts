/**
 * The error codes of the protocol and whether a failure may be tried again: decided here, once.
 *
 * `retryable` in an `error` frame: the same request may be sent again under the same id.
 * In a run's end: the same content may succeed under a new id.
 */
import { z } from 'zod'

/** Every error code, and whether its failure may be tried again. */
const RETRYABLE = {
  unknown_parent: true,
  rate_limited: true,
  concurrency_limited: true,
  upstream_rate_limited: true,
  upstream_overloaded: true,
  upstream_timeout: true,
  upstream_unreachable: true,
  upstream_eof: true,
  interrupted: true,
  draining: true,
  internal: true,
  bad_request: false,
  unauthenticated: false,
  token_expired: false,
  forbidden: false,
  not_found: false,
  model_not_found: false,
  idempotency_conflict: false,
  context_too_long: false,
  content_filtered: false,
  quota_exhausted: false,
  too_large: false,
  upstream_auth: false,
  upstream_bad_response: false,
} as const

export type ErrorCode = keyof typeof RETRYABLE

const isErrorCode = (name: string): name is ErrorCode => Object.hasOwn(RETRYABLE, name)

export const ERROR_CODES: readonly ErrorCode[] = Object.keys(RETRYABLE).filter(isErrorCode)

export const ErrorCodeSchema = z.enum(ERROR_CODES)

export function isRetryable(code: ErrorCode): boolean {
  return RETRYABLE[code]
}

/** What went wrong, in the shape that ends of runs and HTTP answers carry. */
export const ErrorInfo = z.object({
  code: ErrorCodeSchema,
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.int().nonnegative().optional(),
})
export type ErrorInfo = z.infer<typeof ErrorInfo>

/** Builds an {@link ErrorInfo} with `retryable` from the table. `retryAfterMs` is in milliseconds. */
export function errorInfo(code: ErrorCode, message: string, retryAfterMs?: number): ErrorInfo {
  return {
    code,
    message,
    retryable: isRetryable(code),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** A failure that has a place in the protocol's table. `message` is a sentence for people. */
export class SpeakCodeError extends Error {
  override readonly name = 'SpeakCodeError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }

  get info(): ErrorInfo {
    return errorInfo(this.code, this.message, this.retryAfterMs)
  }
}
