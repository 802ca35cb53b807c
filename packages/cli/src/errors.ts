/** What a failure says to people: one sentence, and a line on what to do about it. */
import type { ErrorInfo } from '@speak-code/protocol'
import { ExitCode, exitCodeOfFailure, type FailureCode } from './exit-code.ts'

/** A failure in the shape that JSON output carries. */
export interface FailureInfo {
  readonly code: FailureCode
  readonly message: string
  readonly retryable: boolean
  readonly retryAfterMs?: number | undefined
}

interface FailureOptions {
  readonly hint?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly retryable?: boolean
  /** Where it is not that of the failure's code. */
  readonly exitCode?: number
  readonly cause?: unknown
}

/** A command could not do its work. The message is a sentence for people. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
  readonly code: FailureCode
  readonly hint: string | undefined
  readonly exitCode: number
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs
    // A message of several lines says itself what to do.
    this.hint =
      options.hint ?? (message.includes('\n') ? undefined : hintFor(code, options.retryAfterMs))
    this.exitCode = options.exitCode ?? exitCodeOfFailure(code, false)
    this.retryable =
      options.retryable ?? (code === 'relay_unreachable' || code === 'client_timeout')
  }

  get info(): FailureInfo {
    const { code, message, retryable, retryAfterMs } = this
    return { code, message, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
}

/** The command line, the configuration or a file named there cannot be used: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'

  constructor(message: string, hint?: string) {
    super('bad_request', message, { hint, exitCode: ExitCode.usage })
  }
}

/** Builds the error for a failure that the relay told. */
export function commandErrorOf(info: ErrorInfo): CommandError {
  return new CommandError(info.code, info.message, {
    retryable: info.retryable,
    retryAfterMs: info.retryAfterMs,
  })
}

/** Any thrown value as a {@link CommandError}; those of other rooms are known by their names, so that none is loaded for it. */
export function toCommandError(thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown
  if (!(thrown instanceof Error)) return new CommandError('internal', String(thrown))
  const cause = thrown
  if (cause.name === 'ConfigError' || ('reason' in cause && cause.reason === 'config')) {
    return new CommandError('bad_request', cause.message, { exitCode: ExitCode.usage, cause })
  }
  if (cause.name === 'LocalRelayError') {
    return new CommandError('relay_unreachable', cause.message, { cause, hint: DOCTOR_HINT })
  }
  return new CommandError('internal', cause.message, { cause })
}

const DOCTOR_HINT = 'Run `speak-code doctor` to see what is configured and reachable.'

const HINTS: Partial<Readonly<Record<FailureCode, string>>> = {
  relay_unreachable: DOCTOR_HINT,
  unauthenticated: 'Set the relay’s token: export SPEAK_CODE_TOKEN=…',
  token_expired: 'Get a new token and set it: export SPEAK_CODE_TOKEN=…',
  upstream_auth: 'Set a valid key, for example: export OPENAI_API_KEY=sk-…',
  model_not_found: 'Run `speak-code models` to see which models there are.',
  context_too_long: 'Start a new conversation, or send less of it.',
  interrupted: 'What had arrived is kept; ask again with `speak-code ask -c`.',
  client_timeout: 'What had arrived is kept; give it longer with --timeout SECONDS.',
  draining: 'The relay is restarting; try again in a moment.',
}

/** What a person can do about a failure, where there is something. `retryAfterMs` in milliseconds. */
export function hintFor(code: FailureCode, retryAfterMs?: number): string | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > 0) {
    const seconds = Math.ceil(retryAfterMs / 1000)
    return `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
  }
  return HINTS[code]
}

/** The failure as it is printed on stderr: one sentence, then the hint on a line of its own. */
export function failureText(message: string, hint: string | undefined): string {
  return `error: ${message.trim()}\n${hint === undefined ? '' : `${hint}\n`}`
}
