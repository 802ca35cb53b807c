/** Gives the answers of one command out, in order, and says on stderr what people should know. */
import type { NoticeMessage } from '@speak-code/protocol'
import type { ConnectionStatus } from '../../client/client.ts'
import type { TextDeps } from '../../deps.ts'
import { toCommandError, type CommandError } from '../../errors.ts'
import { ExitCode, firstFailure } from '../../exit-code.ts'
import { Answer, type Piece } from './answer.ts'
import { outcomeOf, type Ending, type Outcome } from './ending.ts'
import {
  codeFormat,
  jsonFormat,
  streamJsonFormat,
  textFormat,
  type AnswerFormat,
} from './format.ts'
import type { RenderedFormat } from './rendering.ts'
import { reportComplaint, usageLine } from './report.ts'
import type { RunListener } from './run-watch.ts'
import type { Sink } from './sink.ts'
import { Turns } from './turns.ts'
import type { OutputFormat } from '../output-format.ts'

export interface DeliveryOptions {
  readonly outputFormat: OutputFormat
  /** The first fenced code block instead of the text. */
  readonly extract?: boolean
  /** Text as it comes, not when it is complete. */
  readonly stream: boolean
  /** Tokens and cost on stderr. */
  readonly usage?: boolean
  /** Each answer under a line with its label. */
  readonly titled?: boolean
  /** Renders text for people; its bytes are given out as they are without. */
  readonly rendering?: RenderedFormat | undefined
}

export class AnswerDelivery implements RunListener {
  readonly #options: DeliveryOptions
  readonly #deps: TextDeps
  readonly #sink: Sink
  readonly #format: AnswerFormat
  readonly #turns = new Turns()
  readonly #order: string[] = []
  readonly #labels: (string | undefined)[] = []
  readonly #codes: number[] = []
  readonly #started = performance.now()

  constructor(options: DeliveryOptions, deps: TextDeps, sink: Sink) {
    this.#options = options
    this.#deps = deps
    this.#sink = sink
    this.#format = this.#chooseFormat()
  }

  /** Announces a run; runs are given out in the order of these calls. `label` names the model that was asked for. */
  expect(runId: string, label: string | undefined): void {
    this.#order.push(runId)
    this.#labels.push(label)
  }

  begin(answer: Answer): void {
    const { accepted } = answer
    if (accepted !== undefined) {
      this.#deps.detail(
        `run ${accepted.runId} of conversation ${accepted.conversationId}: ${accepted.provider}/${accepted.model}`,
      )
      if (accepted.provider === 'demo') {
        this.#deps.note(
          'The built-in demo model answers, not a real one. Set a key to ask one: export OPENAI_API_KEY=sk-…',
        )
      }
    }
    this.#say(answer, () => {
      this.#format.begin(answer)
    })
  }

  pieces(answer: Answer, pieces: readonly Piece[]): void {
    if (!this.#format.live) {
      this.#format.preview?.(answer.text)
      return
    }
    this.#say(answer, () => {
      this.#format.pieces(answer, pieces)
    })
  }

  notice(answer: Answer, notice: NoticeMessage): void {
    const subject = this.#subject(this.#order.indexOf(answer.runId))
    this.#note(subject === undefined ? notice.message : `${subject}: ${notice.message}`)
    this.#say(answer, () => {
      this.#format.notice(answer, notice)
    })
  }

  disconnected({ failure }: ConnectionStatus): void {
    const why = failure === undefined ? '' : ` (${failure.message})`
    this.#note(`The connection to the relay was lost${why}; the answer goes on once it is back.`)
  }

  end(answer: Answer, ending: Ending): void {
    const outcome = outcomeOf(answer, ending, this.#format.live)
    const durationMs = this.#elapsed()
    const index = this.#order.indexOf(answer.runId)
    this.#say(answer, () => {
      this.#codes[index] = this.#conclude(answer, outcome, durationMs, this.#subject(index))
    })
    this.#turns.end(index)
  }

  /** Nothing could be asked. */
  fail(failure: CommandError): void {
    const answer = new Answer('')
    const outcome = outcomeOf(answer, { type: 'failed', failure }, false)
    this.#codes.push(this.#conclude(answer, outcome, this.#elapsed()))
  }

  /** When all has been written: the exit code. */
  async finish(): Promise<number> {
    const code = firstFailure(this.#codes)
    try {
      await this.#sink.finish()
      return code
    } catch (thrown) {
      const failure = toCommandError(thrown)
      if (code !== ExitCode.ok) return code
      reportComplaint(this.#deps.stderr, failure)
      return failure.exitCode
    }
  }

  #conclude(answer: Answer, outcome: Outcome, durationMs: number, subject?: string): number {
    const fault = this.#format.end(answer, outcome, durationMs)
    const { exitCode, complaint } = outcome
    const problem = complaint ?? fault
    if (problem !== undefined) reportComplaint(this.#deps.stderr, problem, subject)
    else if (answer.text === '') this.#deps.note('The answer is empty.')
    const usage = usageLine(outcome, answer.accepted)
    if (usage !== undefined) {
      if (this.#options.usage === true) this.#deps.stderr.write(`${usage}\n`)
      else this.#deps.detail(usage)
    }
    return exitCode === ExitCode.ok && fault !== undefined ? fault.exitCode : exitCode
  }

  #say(answer: Answer, speak: () => void): void {
    this.#turns.say(this.#order.indexOf(answer.runId), speak)
  }

  /** What tells one of several answers from the others. */
  #subject(index: number): string | undefined {
    return this.#order.length > 1 ? this.#labels[index] : undefined
  }

  /** A note while an answer may be on the screen. */
  #note(text: string): void {
    const say = (): void => {
      this.#deps.note(text)
    }
    if (this.#format.aside === undefined) say()
    else this.#format.aside(say)
  }

  #elapsed(): number {
    return Math.round(performance.now() - this.#started)
  }

  #chooseFormat(): AnswerFormat {
    const { outputFormat, extract, stream, titled, rendering = textFormat } = this.#options
    const indexOf = ({ runId }: Answer): number | undefined => {
      const index = this.#order.indexOf(runId)
      return this.#order.length < 2 || index < 0 ? undefined : index
    }
    switch (outputFormat) {
      case 'json':
        return jsonFormat(this.#sink, { indexOf })
      case 'stream-json':
        return streamJsonFormat(this.#sink, { indexOf })
      case 'text':
        if (extract === true) return codeFormat(this.#sink)
        return rendering(this.#sink, {
          live: stream,
          ...(titled === true
            ? { titleOf: ({ runId }: Answer) => this.#labels[this.#order.indexOf(runId)] }
            : {}),
        })
    }
  }
}
