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
  pieces(answer: Answer, pieces: readonly Piece[]): void
  /** The text so far, where it is not given out as it comes: what it needs can be made ready. */
  preview?(text: string): void
  /** Lets others write to the same screen. */
  aside?(say: () => void): void
  notice(answer: Answer, notice: NoticeMessage): void
  /** `durationMs`: from asking to the end. Returns what kept the answer from being given out. */
  end(answer: Answer, outcome: Outcome, durationMs: number): CommandError | undefined
}

const nothing = (): void => undefined

/** How answers as text are given out. */
export interface TextOptions {
  /** As they come, not when they are complete. */
  readonly live: boolean
  /** What stands above each answer; undefined for one that was never asked. */
  readonly titleOf?: (answer: Answer) => string | undefined
}

/** How answers as JSON are given out. */
export interface JsonOptions {
  /** The place of the answer's model among several, from 0; undefined where one is asked. */
  readonly indexOf: (answer: Answer) => number | undefined
}

/** The bytes of the answer and a final newline if it has none. `title` comes on a line before each answer. */
export function textFormat(sink: Sink, options: TextOptions): AnswerFormat {
  const { live, titleOf } = options
  /** The answer whose title was written last. */
  let titled: Answer | undefined
  const title = (answer: Answer): void => {
    const text = titleOf?.(answer)
    if (text === undefined || titled === answer) return
    sink.write(`${titled === undefined ? '' : '\n'}# ${text}\n`)
    titled = answer
  }
  return {
    live,
    begin: title,
    pieces: (_answer, pieces) => {
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
export function jsonFormat(sink: Sink, { indexOf }: JsonOptions): AnswerFormat {
  return {
    live: false,
    begin: nothing,
    pieces: nothing,
    notice: nothing,
    end: (answer, outcome, durationMs) => {
      const { accepted } = answer
      const { status, finishReason, usage, cost, speaker, error } = outcome
      line(sink, {
        version: 1,
        index: indexOf(answer),
        id: accepted?.runId ?? null,
        conversationId: accepted?.conversationId ?? null,
        model: speaker?.model ?? null,
        provider: speaker?.provider ?? null,
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

/** One JSON object a line: start, deltas, notices and always an end, which names who spoke. */
export function streamJsonFormat(sink: Sink, { indexOf }: JsonOptions): AnswerFormat {
  const event = (answer: Answer, type: string, fields: Readonly<Record<string, unknown>>): void => {
    line(sink, { v: 1, type, index: indexOf(answer), ...fields })
  }
  return {
    live: true,
    begin: (answer) => {
      if (answer.accepted === undefined) return
      const { runId: id, conversationId, model, provider } = answer.accepted
      event(answer, 'start', { id, conversationId, model, provider })
    },
    pieces: (answer, pieces) => {
      for (const { seq, delta, channel } of pieces) event(answer, 'delta', { seq, delta, channel })
    },
    notice: (answer, { code, message, retryAfterMs, attempt, model }) => {
      event(answer, 'notice', { code, message, retryAfterMs, attempt, model })
    },
    end: (answer, { seq, status, finishReason, usage, cost, speaker, error }) => {
      const { model, provider } = speaker ?? {}
      event(answer, 'end', { seq, status, finishReason, model, provider, usage, cost, error })
      return undefined
    },
  }
}

/** Fields without a value are left out, as everywhere on the wire. */
function line(sink: Sink, value: Readonly<Record<string, unknown>>): void {
  sink.write(`${JSON.stringify(value)}\n`)
}
