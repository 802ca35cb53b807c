/** How an answer came to its end for this client, and what that means for its caller. */
import type { Cost, EndChunk, EndStatus, FinishReason, Usage } from '@speak-code/protocol'
import { CommandError, commandErrorOf, type FailureInfo } from '../../errors.ts'
import { ExitCode, exitCodeOfEnd, exitCodeOfFailure } from '../../exit-code.ts'
import type { Answer } from './answer.ts'

/** Why this client stopped waiting. */
export interface Stop {
  /** What JSON and people are told; absent where nobody reads any more. */
  readonly failure?: CommandError
  readonly exitCode: number
}

export type Ending =
  /** The run's end chunk came. `stop`: this client had asked for it. */
  | {
      readonly type: 'ended'
      readonly chunk: EndChunk
      readonly verified: boolean
      readonly stop?: Stop
    }
  /** It came to nothing before its end: refused, out of reach, lost. */
  | { readonly type: 'failed'; readonly failure: CommandError }
  /** This client left, or its `cancel` was not answered in time. */
  | { readonly type: 'stopped'; readonly stop: Stop }

/** A model as its provider calls it, and the provider by its configured name. */
export interface Speaker {
  readonly model: string
  readonly provider: string
}

/** What an answer came to. */
export interface Outcome {
  readonly exitCode: number
  readonly status: EndStatus
  readonly finishReason: FinishReason | null
  readonly usage: Usage | null
  /** Absent where the price is not known. */
  readonly cost?: Cost | undefined
  /** Who spoke, or was asked where nobody did; undefined where the relay did not take the question. */
  readonly speaker: Speaker | undefined
  readonly seq: number
  /** For JSON. */
  readonly error?: FailureInfo | undefined
  /** For people: what is said on stderr, with its hint. */
  readonly complaint?: { readonly message: string; readonly hint?: string | undefined } | undefined
}

/** `live`: pieces were given out as they came, so that what was written cannot be taken back. */
export function outcomeOf(answer: Answer, ending: Ending, live: boolean): Outcome {
  switch (ending.type) {
    case 'failed':
      return failed(answer, ending.failure, exitCodeOf(ending.failure, answer))
    case 'stopped': {
      const { failure, exitCode } = ending.stop
      if (failure !== undefined) return failed(answer, failure, exitCode)
      return {
        exitCode,
        status: 'cancelled',
        finishReason: null,
        usage: null,
        speaker: answer.accepted,
        seq: answer.seq,
      }
    }
    case 'ended':
      return ended(answer, ending, live)
  }
}

/** A failure that was met with this much of the answer given out. */
function exitCodeOf(failure: CommandError, answer: Answer): number {
  const ownCode = exitCodeOfFailure(failure.code, false)
  return failure.exitCode === ownCode
    ? exitCodeOfFailure(failure.code, answer.text !== '')
    : failure.exitCode
}

function failed(answer: Answer, failure: CommandError, exitCode: number): Outcome {
  const { info, message, hint } = failure
  return {
    exitCode,
    status: failure.code === 'cancelled' && answer.accepted !== undefined ? 'cancelled' : 'failed',
    finishReason: null,
    usage: null,
    speaker: answer.accepted,
    seq: answer.seq,
    error: info,
    complaint: { message, hint },
  }
}

function ended(answer: Answer, ending: Extract<Ending, { type: 'ended' }>, live: boolean): Outcome {
  const { chunk, stop } = ending
  const { status, finishReason, usage, cost, seq } = chunk
  const speaker: Speaker = chunk
  const end = { status, finishReason, usage, speaker, seq, ...(cost === undefined ? {} : { cost }) }
  if (stop !== undefined) {
    return {
      ...end,
      exitCode: stop.exitCode,
      error: stop.failure?.info,
      complaint: stop.failure,
    }
  }
  if (!ending.verified || (live && answer.diverged)) {
    const failure = mismatch(live && answer.diverged)
    return {
      ...end,
      status: 'failed',
      finishReason: null,
      exitCode: failure.exitCode,
      error: failure.info,
      complaint: failure,
    }
  }
  return {
    ...end,
    exitCode: exitCodeOfEnd(chunk, answer.text !== ''),
    error: chunk.error,
    complaint: complaintOf(answer, chunk),
  }
}

function mismatch(diverged: boolean): CommandError {
  return new CommandError(
    'internal',
    diverged
      ? 'What was written before the connection was lost is not a beginning of the answer.'
      : 'The answer that arrived is not the one that the relay vouches for.',
    {
      hint: 'Run `speak-code history show` for the whole answer.',
      exitCode: ExitCode.cut,
      retryable: true,
    },
  )
}

/** What people are told of an end that is not simply complete. */
function complaintOf(answer: Answer, chunk: EndChunk): Outcome['complaint'] {
  if (chunk.error !== undefined) {
    const { message, hint } = commandErrorOf(chunk.error)
    return { message, hint }
  }
  const native =
    chunk.nativeFinishReason === undefined
      ? ''
      : ` (the provider says "${chunk.nativeFinishReason}")`
  switch (chunk.finishReason) {
    case 'refusal':
      return answer.refusal === ''
        ? { message: `The model refused to answer${native}.` }
        : { message: `The model refused to answer: ${answer.refusal}` }
    case 'content_filter':
      return { message: `The provider's content filter stopped the answer${native}.` }
    case 'length':
      return {
        message: `The answer was cut: the model reached its length limit${native}.`,
        hint: 'Raise it with --param maxTokens=N, or ask it to go on with `speak-code ask -c "go on"`.',
      }
    case 'stop':
    case 'tool_calls':
    case 'unknown':
    case null:
      break
  }
  if (chunk.status === 'incomplete') {
    return { message: `The answer ended without a reason that is known${native}; it may be cut.` }
  }
  if (chunk.status === 'cancelled') {
    return {
      message:
        chunk.endedBy === 'user'
          ? 'The answer was cancelled from elsewhere.'
          : 'The relay cancelled the answer.',
    }
  }
  return chunk.status === 'failed' ? { message: 'The answer failed.' } : undefined
}
