/** The shapes in which an answer is given out (CONTRACT.md §4, `ask`). */
import type { NoticeMessage } from '@speak-code/protocol'
import { CommandError } from '../../errors.ts'
import type { Answer, Piece } from './answer.ts'
import { firstCodeBlock } from './code-block.ts'
import type { Outcome } from './ending.ts'
import type { Sink } from './sink.ts'

/** Gives out one answer after another. Every answer has one `end`, also one that never began. */
export interface AnswerFormat {
  /** Whether pieces are given out as they come. */
  readonly live: boolean
  /** The relay took the question. */
  begin(answer: Answer): void
  pieces(pieces: readonly Piece[]): void
  /** The text so far, where it is not given out as it comes: what it needs can be made ready. */
  preview?(text: string): void
  /** Lets others write to the same screen. */
  aside?(say: () => void): void
  notice(notice: NoticeMessage): void
  /** `durationMs`: from asking to the end. Returns what kept the answer from being given out. */
  end(answer: Answer, outcome: Outcome, durationMs: number): CommandError | undefined
}

const nothing = (): void => undefined

/** How answers as text are given out. */
export interface TextOptions {
  /** As they come, not when they are complete. */
  readonly live: boolean
  /** What stands above each answer. */
  readonly titleOf?: (answer: Answer) => string
}

/** The bytes of the answer and a final newline if it has none. `title` comes on a line before each answer. */
export function textFormat(sink: Sink, options: TextOptions): AnswerFormat {
  const { live, titleOf } = options
  /** The answer whose title was written last. */
  let titled: Answer | undefined
  const title = (answer: Answer): void => {
    if (titleOf === undefined || titled === answer) return
    sink.write(`${titled === undefined ? '' : '\n'}# ${titleOf(answer)}\n`)
    titled = answer
  }
  return {
    live,
    begin: title,
    pieces: (pieces) => {
      if (!live) return
      for (const { delta, channel } of pieces) if (channel === undefined) sink.write(delta)
    },
    notice: nothing,
    end: (answer) => {
      title(answer)
      if (!live) sink.write(answer.text)
      if (answer.text !== '' && !answer.text.endsWith('\n') && !(live && answer.diverged)) {
        sink.write('\n')
      }
      return undefined
    },
  }
}

/** The first fenced code block without its fences. */
export function codeFormat(sink: Sink): AnswerFormat {
  return {
    live: false,
    begin: nothing,
    pieces: nothing,
    notice: nothing,
    end: (answer) => {
      const code = firstCodeBlock(answer.text)
      if (code === undefined) {
        return new CommandError('not_found', 'There is no fenced code block in the answer.')
      }
      sink.write(code)
      return undefined
    },
  }
}

/** One JSON object an answer, on a line. */
export function jsonFormat(sink: Sink): AnswerFormat {
  return {
    live: false,
    begin: nothing,
    pieces: nothing,
    notice: nothing,
    end: (answer, outcome, durationMs) => {
      const { accepted } = answer
      const { status, finishReason, usage, cost, error } = outcome
      line(sink, {
        version: 1,
        id: accepted?.runId ?? null,
        conversationId: accepted?.conversationId ?? null,
        model: accepted?.model ?? null,
        provider: accepted?.provider ?? null,
        text: answer.text,
        ...(answer.reasoning === '' ? {} : { reasoning: answer.reasoning }),
        status,
        finishReason,
        usage,
        cost,
        durationMs,
        error,
      })
      return undefined
    },
  }
}

/** One JSON object a line: start, deltas, notices and always an end. */
export function streamJsonFormat(sink: Sink): AnswerFormat {
  return {
    live: true,
    begin: ({ accepted }) => {
      if (accepted === undefined) return
      const { runId: id, conversationId, model, provider } = accepted
      line(sink, { v: 1, type: 'start', id, conversationId, model, provider })
    },
    pieces: (pieces) => {
      for (const { seq, delta, channel } of pieces) {
        line(sink, { v: 1, type: 'delta', seq, delta, channel })
      }
    },
    notice: ({ code, message, retryAfterMs, attempt, model }) => {
      line(sink, { v: 1, type: 'notice', code, message, retryAfterMs, attempt, model })
    },
    end: (_answer, { seq, status, finishReason, usage, error }) => {
      line(sink, { v: 1, type: 'end', seq, status, finishReason, usage, error })
      return undefined
    },
  }
}

/** Fields without a value are left out, as everywhere on the wire. */
function line(sink: Sink, value: Readonly<Record<string, unknown>>): void {
  sink.write(`${JSON.stringify(value)}\n`)
}
