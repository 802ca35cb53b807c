/** One upstream call from its request to its end, whoever the vendor is. */
import { errorInfo, type ErrorCode } from '@speak-code/protocol'
import type { Readable } from 'node:stream'
import type { BodyTap } from './body-tap.ts'
import { connectionFailure } from './connection-errors.ts'
import { readEvents } from './event-stream.ts'
import type { Certainty, FailedEnd, ProviderCall, ProviderDelta, ProviderEnd } from './provider.ts'
import type { Reading, StreamReader } from './stream-reader.ts'
import { explainTimeOut, type TimeOutLimits, TimeOuts } from './time-outs.ts'
import { streamOf, tapOf } from './upstream.ts'
import { type ErrorAudience, type UpstreamErrorSource, upstreamError } from './upstream-errors.ts'

export interface StreamCallOptions {
  readonly audience: ErrorAudience
  /** Named where it cannot be reached. */
  readonly host: string
  readonly limits: TimeOutLimits
  /**
   * Makes the request, by way of `upstreamFetch`. Resolves with its response once the head is there; rejects where the
   * provider refuses or cannot be reached.
   */
  readonly request: (signal: AbortSignal) => Promise<Response>
  /** What the provider answered, where that is what `request` rejected for. */
  readonly refusal: (error: unknown) => Promise<UpstreamErrorSource | undefined>
  /** `emit` is to be called synchronously for each delta and never with an empty text. */
  readonly reader: (emit: (delta: ProviderDelta) => void) => StreamReader
  /**
   * How long an abort waits for the answer's id, in ms: a vendor that goes on by itself can be told to stop, or read on, by
   * that alone. Absent: not at all.
   */
  readonly lingerMs?: number | undefined
  /** Told what is odd about a stream, for the log; without any of its content. */
  readonly warn?: ((oddity: string) => void) | undefined
}

/** How long the rest of a body may take after its end mark before the connection is given up. */
const DRAIN_MS = 1000

/** Makes the call. Never rejects: whatever happens is told by the end. Emits nothing once it has resolved. */
export function streamCall(
  options: StreamCallOptions,
  call: ProviderCall,
  emit: (delta: ProviderDelta) => void,
): Promise<ProviderEnd> {
  return new StreamCall(options, call, emit).end
}

/** One call, from the request to its end. */
class StreamCall {
  readonly end: Promise<ProviderEnd>
  readonly #options: StreamCallOptions
  readonly #call: ProviderCall
  readonly #reader: StreamReader
  readonly #timeOuts: TimeOuts
  readonly #request = new AbortController()
  readonly #onAbort: () => void
  #resolve: (end: ProviderEnd) => void = () => {}
  #settled = false
  #anyDelta = false
  #body: Readable | undefined
  #stopReading: (() => void) | undefined
  /** Set once the call was aborted without the answer's id. */
  #lingering: NodeJS.Timeout | undefined

  constructor(
    options: StreamCallOptions,
    call: ProviderCall,
    emit: (delta: ProviderDelta) => void,
  ) {
    this.#options = options
    this.#call = call
    this.end = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#reader = options.reader((delta) => {
      this.#deliver(delta, emit)
    })
    this.#timeOuts = new TimeOuts(options.limits, (kind, ms) => {
      const failure = this.#failure('upstream_timeout', explainTimeOut(kind, ms))
      const end: FailedEnd = { ...failure, timedOut: true }
      // Who waits for the first token has the whole answer's time in mind, whatever the connection.
      this.#stopWith(kind === 'firstToken' ? end : this.#lost(end))
    })
    this.#onAbort = () => {
      this.#leave()
    }
    call.signal.addEventListener('abort', this.#onAbort, { once: true })
    if (call.signal.aborted) this.#stopWith({ outcome: 'aborted' })
    else void this.#send()
  }

  async #send(): Promise<void> {
    try {
      const response = await this.#options.request(this.#request.signal)
      const body = streamOf(response)
      if (body === undefined) this.#settle(this.#failure('internal', 'the answer cannot be read'))
      else this.#read(body, tapOf(response), response.headers.get('content-type') ?? '')
    } catch (error) {
      if (this.#settled) return
      const refusal = await this.#options.refusal(error)
      const end: FailedEnd =
        refusal === undefined
          ? this.#unreached(error)
          : { outcome: 'failed', error: upstreamError(refusal, this.#options.audience) }
      this.#settle(this.#lost(end))
    }
  }

  #unreached(error: unknown): FailedEnd {
    const { audience, host, limits } = this.#options
    return connectionFailure(error, audience.provider, host, limits.connectMs)
  }

  #read(body: Readable, tap: BodyTap | undefined, contentType: string): void {
    this.#body = body
    if (this.#settled) {
      body.on('error', () => {}).destroy()
      return
    }
    this.#timeOuts.headersCame()
    const wrongType = /\b(?:html|json)\b/i.test(contentType)
    this.#stopReading = readEvents(
      body,
      {
        bytes: () => {
          this.#timeOuts.bytesCame()
        },
        event: (data, name) => {
          this.#heed(wrongType ? 'garbage' : this.#reader.event(data, name))
          if (this.#lingering !== undefined && this.#reader.checkpoint !== undefined) {
            this.#stopWith({ outcome: 'aborted' })
          }
        },
        strayLine: (line, field, value) => {
          this.#heed(wrongType ? 'garbage' : this.#reader.strayLine(line, field, value))
        },
        overflow: () => {
          this.#stopWith(
            this.#failure('upstream_bad_response', 'an event of the answer is too large'),
          )
        },
        end: (how, rest) => {
          const reading = wrongType && rest !== '' ? 'garbage' : this.#reader.bodyEnd(rest)
          this.#heed(reading)
          if (this.#settled) return
          const story = how === 'ended' ? 'ended' : 'broke off'
          const failure = this.#failure(
            'upstream_eof',
            `the answer ${story} before it was finished`,
          )
          this.#stopWith(this.#lost(failure))
        },
      },
      tap,
    )
  }

  #deliver(delta: ProviderDelta, emit: (delta: ProviderDelta) => void): void {
    if (this.#settled) return
    if (!this.#anyDelta) {
      this.#anyDelta = true
      this.#timeOuts.firstTokenCame()
    }
    if (this.#reader.finished) this.#warn('content after the finish reason')
    try {
      emit(delta)
    } catch {
      this.#settle(this.#failure('internal', 'the answer could not be taken in'))
    }
  }

  #heed(reading: Reading): void {
    if (reading === 'open' || this.#settled) return
    switch (reading) {
      case 'finished':
        this.#timeOuts.tailCame()
        break
      case 'done':
        this.#settle(this.#readEnd('end_mark'), true)
        break
      case 'error':
        this.#toldError()
        break
      case 'garbage':
        this.#stopWith(
          this.#failure(
            'upstream_bad_response',
            'the answer is not the event stream that it should be',
          ),
        )
        break
    }
  }

  /** An error after a finish reason is only logged; but one that explains why the finish reason is a failure. */
  #toldError(): void {
    const end = this.#reader.finished ? this.#readEnd() : undefined
    const error = upstreamError({ body: this.#reader.error }, this.#options.audience)
    if (end?.outcome === 'finished') {
      this.#warn(`${error.code} after the finish reason`)
      this.#settle(end)
    } else if (error.code === 'content_filtered') {
      // Over HTTP a filter's refusal is a failure; told in a stream it is how the answer ends.
      this.#settle({
        outcome: 'finished',
        status: 'incomplete',
        finishReason: 'content_filter',
        certainty: 'finish_reason',
      })
    } else this.#settle({ outcome: 'failed', error })
  }

  #readEnd(certainty: Certainty = 'finish_reason'): ProviderEnd {
    const end = this.#reader.end()
    if (end.outcome === 'failed') return this.#failure(end.code, end.story)
    const { replay } = this.#reader
    return { ...end, certainty, ...(replay === undefined ? {} : { replay }) }
  }

  /** Ends the call from outside its end mark: after a finish reason it is as that says. */
  #stopWith(end: ProviderEnd): void {
    if (!this.#reader.finished) {
      this.#settle(end)
      return
    }
    if (end.outcome === 'failed') this.#warn(`${end.error.code} after the finish reason`)
    this.#settle(this.#readEnd())
  }

  #leave(): void {
    const { lingerMs } = this.#options
    if (lingerMs === undefined || this.#reader.checkpoint !== undefined) {
      this.#stopWith({ outcome: 'aborted' })
      return
    }
    this.#lingering = setTimeout(() => {
      this.#stopWith({ outcome: 'aborted' })
    }, lingerMs)
  }

  #settle(how: ProviderEnd, atEndMark = false): void {
    if (this.#settled) return
    this.#settled = true
    // Who has left is not told of a failure after that.
    const end: ProviderEnd =
      this.#lingering !== undefined && how.outcome === 'failed' ? { outcome: 'aborted' } : how
    clearTimeout(this.#lingering)
    this.#timeOuts.stop()
    this.#call.signal.removeEventListener('abort', this.#onAbort)
    this.#stopReading?.()
    if (atEndMark && this.#body !== undefined) {
      drain(this.#body)
    } else {
      this.#request.abort()
      this.#body?.on('error', () => {}).destroy()
    }
    const { usage } = this.#reader
    this.#resolve(usage === undefined ? end : { ...end, usage })
  }

  #lost(end: FailedEnd): FailedEnd {
    const { checkpoint } = this.#reader
    return checkpoint === undefined ? end : { ...end, from: checkpoint }
  }

  #failure(code: ErrorCode, story: string): FailedEnd {
    return {
      outcome: 'failed',
      error: errorInfo(code, `${this.#options.audience.provider}: ${story}`),
    }
  }

  #warn(oddity: string): void {
    this.#options.warn?.(`${this.#options.audience.provider}: ${oddity}`)
  }
}

/** Reads what little may follow the end mark, so that the connection can be used again. */
function drain(body: Readable): void {
  const timer = setTimeout(() => body.destroy(), DRAIN_MS)
  timer.unref()
  const finish = (): void => {
    clearTimeout(timer)
  }
  body.on('error', finish).once('close', finish).once('end', finish).resume()
}
