/** The exit codes of the command line (CONTRACT.md §4), decided here and nowhere else. */
import type { ErrorCode, RunEnd } from '@speak-code/protocol'

/** Failures that only the client knows. `cancelled` is a stop from this terminal. */
type ClientFailureCode = 'relay_unreachable' | 'client_timeout' | 'cancelled'
export type FailureCode = ErrorCode | ClientFailureCode

export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  unauthorized: 4,
  limited: 5,
  unreachable: 6,
  timeout: 7,
  cut: 8,
  filtered: 9,
} as const

const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
export type LeavingSignal = keyof typeof SIGNAL_CODES

const BY_FAILURE: Readonly<Record<FailureCode, number>> = {
  upstream_unreachable: ExitCode.failed,
  upstream_overloaded: ExitCode.failed,
  upstream_bad_response: ExitCode.failed,
  internal: ExitCode.failed,
  context_too_long: ExitCode.failed,
  bad_request: ExitCode.failed,
  too_large: ExitCode.failed,
  idempotency_conflict: ExitCode.failed,
  unknown_parent: ExitCode.failed,
  not_found: ExitCode.notFound,
  model_not_found: ExitCode.notFound,
  unauthenticated: ExitCode.unauthorized,
  token_expired: ExitCode.unauthorized,
  forbidden: ExitCode.unauthorized,
  upstream_auth: ExitCode.unauthorized,
  rate_limited: ExitCode.limited,
  concurrency_limited: ExitCode.limited,
  quota_exhausted: ExitCode.limited,
  upstream_rate_limited: ExitCode.limited,
  relay_unreachable: ExitCode.unreachable,
  draining: ExitCode.unreachable,
  client_timeout: ExitCode.timeout,
  upstream_timeout: ExitCode.timeout,
  upstream_eof: ExitCode.cut,
  interrupted: ExitCode.cut,
  content_filtered: ExitCode.filtered,
  cancelled: SIGNAL_CODES.SIGINT,
}

/** What keeps its code although text was printed before. */
const AFTER_TEXT_TOO: ReadonlySet<number> = new Set([
  ExitCode.timeout,
  ExitCode.filtered,
  ...Object.values(SIGNAL_CODES),
])

function afterText(code: number, textPrinted: boolean): number {
  return !textPrinted || code === ExitCode.ok || AFTER_TEXT_TOO.has(code) ? code : ExitCode.cut
}

/** `textPrinted`: some of the answer's text had been given out before it failed. */
export function exitCodeOfFailure(code: FailureCode, textPrinted: boolean): number {
  return afterText(BY_FAILURE[code], textPrinted)
}

/** The code for a run that ended as its end chunk says. */
export function exitCodeOfEnd(
  end: Pick<RunEnd, 'status' | 'finishReason' | 'error'>,
  textPrinted: boolean,
): number {
  if (end.finishReason === 'content_filter' || end.finishReason === 'refusal') {
    return ExitCode.filtered
  }
  switch (end.status) {
    case 'completed':
      return ExitCode.ok
    case 'incomplete':
      return ExitCode.cut
    case 'cancelled':
      return afterText(ExitCode.failed, textPrinted)
    case 'failed':
      return exitCodeOfFailure(end.error?.code ?? 'internal', textPrinted)
  }
}

export function exitCodeOfSignal(signal: LeavingSignal): number {
  return SIGNAL_CODES[signal]
}

/** Several models: the first code that is not 0, in their order. */
export function firstFailure(codes: readonly number[]): number {
  return codes.find((code) => code !== ExitCode.ok) ?? ExitCode.ok
}
