/**
 * OpenAI's Chat Completions, and whoever speaks them. The official SDK makes the request; the body is
 * read from the raw stream, because the SDK cannot tell a finished answer from a cut one.
 */
import { errorInfo, type ErrorCode, type ErrorInfo } from '@speak-code/protocol'
import type OpenAI from 'openai'
import type { Readable } from 'node:stream'
import { ChatReader, type Reading } from './chat-reader.ts'
import { connectionError } from './connection-errors.ts'
import { readEvents } from './event-stream.ts'
import {
  type ChatDialect,
  failureOf,
  finishedEnd,
  normalisedUsage,
  requestBody,
} from './openai-map.ts'
import type { Provider, ProviderCall, ProviderDelta, ProviderEnd } from './provider.ts'
import { explainTimeOut, type TimeOutLimits, TimeOuts } from './time-outs.ts'
import { streamOf, upstreamFetch } from './upstream.ts'
import { type ErrorAudience, upstreamError } from './upstream-errors.ts'

export interface OpenAiOptions {
  /** The configured name. */
  readonly name: string
  readonly dialect: ChatDialect
  /** Ending in `/v1` or whatever the API's root is. */
  readonly baseUrl: string
  /** Goes to `baseUrl` alone. Without it the call carries no Authorization. */
  readonly apiKey?: string | undefined
  /** What to do where a key is refused: shown to people. */
  readonly keyHint: string
  /** Why no call can be made; each call then ends with it, and nothing is sent. */
  readonly obstacle?: ErrorInfo | undefined
  /** Sent with every request, over ours. */
  readonly headers: Readonly<Record<string, string>>
  readonly models?: readonly string[] | undefined
  /** `[DONE]` without a finish reason counts as completed. */
  readonly laxDone: boolean
  readonly limits: TimeOutLimits
  /** Told what is odd about a stream, for the log; without any of its content. */
  readonly warn?: ((oddity: string) => void) | undefined
}

/** What the SDK sends and we pass on; the rest of its headers describe this machine. */
const SDK_HEADERS = ['accept', 'authorization', 'content-type', 'user-agent']

/** The SDK's own time-out, as long as a timer can be: ours are kept here. */
const NEVER_MS = 2 ** 31 - 1

/** How long the rest of a body may take after its end mark before the connection is given up. */
const DRAIN_MS = 1000

/** A provider of Chat Completions. Nothing is imported or connected before the first call. */
export function openAiProvider(options: OpenAiOptions): Provider {
  let client: Promise<OpenAI> | undefined
  const audience: ErrorAudience = {
    provider: options.name,
    keyHint: options.keyHint,
    secrets: [options.apiKey ?? '', ...Object.values(options.headers)],
  }
  return {
    name: options.name,
    models: options.models,
    async stream(call, emit) {
      if (call.signal.aborted) return { outcome: 'aborted' }
      if (options.obstacle !== undefined) return { outcome: 'failed', error: options.obstacle }
      try {
        client ??= createClient(options)
        const sdk = await client
        return await new ChatCall(sdk, options, audience, call, emit).end
      } catch (error) {
        client = undefined
        const host = hostOf(options.baseUrl)
        const { connectMs } = options.limits
        return { outcome: 'failed', error: connectionError(error, options.name, host, connectMs) }
      }
    },
  }
}

async function createClient(options: OpenAiOptions): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai')
  const configured = Object.keys(options.headers).map((name) => name.toLowerCase())
  return new Client({
    // The SDK insists on a key; without one of ours its header is taken away again.
    apiKey: options.apiKey ?? 'none',
    baseURL: options.baseUrl,
    // Nothing that this process's environment holds may reach a provider by way of the SDK.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: NEVER_MS,
    fetch: upstreamFetch(options.limits.connectMs, new Set([...SDK_HEADERS, ...configured])),
    defaultHeaders: {
      authorization: options.apiKey === undefined ? null : `Bearer ${options.apiKey}`,
      ...options.headers,
    },
  })
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'its base_url'
}

/** One call, from the request to its end. */
class ChatCall {
  readonly end: Promise<ProviderEnd>
  readonly #options: OpenAiOptions
  readonly #audience: ErrorAudience
  readonly #call: ProviderCall
  readonly #reader: ChatReader
  readonly #timeOuts: TimeOuts
  readonly #request = new AbortController()
  readonly #onAbort: () => void
  #resolve: (end: ProviderEnd) => void = () => {}
  #settled = false
  #anyDelta = false
  #body: Readable | undefined
  #stopReading: (() => void) | undefined

  constructor(
    client: OpenAI,
    options: OpenAiOptions,
    audience: ErrorAudience,
    call: ProviderCall,
    emit: (delta: ProviderDelta) => void,
  ) {
    this.#options = options
    this.#audience = audience
    this.#call = call
    this.end = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#reader = new ChatReader((delta) => {
      this.#deliver(delta, emit)
    })
    this.#timeOuts = new TimeOuts(options.limits, (kind, ms) => {
      this.#stopWith(this.#failure('upstream_timeout', explainTimeOut(kind, ms)))
    })
    this.#onAbort = () => {
      this.#stopWith({ outcome: 'aborted' })
    }
    call.signal.addEventListener('abort', this.#onAbort, { once: true })
    if (call.signal.aborted) this.#onAbort()
    else void this.#send(client)
  }

  async #send(client: OpenAI): Promise<void> {
    try {
      const response = await client.chat.completions
        .create(requestBody(this.#call, this.#options.dialect), { signal: this.#request.signal })
        .asResponse()
      const body = streamOf(response)
      if (body === undefined) this.#settle(this.#failure('internal', 'the answer cannot be read'))
      else this.#read(body, response.headers.get('content-type') ?? '')
    } catch (error) {
      if (this.#settled) return
      const { APIError, APIConnectionError } = await import('openai')
      this.#settle({
        outcome: 'failed',
        error:
          error instanceof APIError && !(error instanceof APIConnectionError)
            ? this.#refusedRequest(error)
            : this.#unreached(error),
      })
    }
  }

  #refusedRequest(error: InstanceType<typeof OpenAI.APIError>): ErrorInfo {
    const { status, headers } = error
    // Where the body is no JSON the SDK keeps it in the message, after the status.
    const body: unknown =
      error.error ?? error.message.replace(/^\d+ (?:status code \(no body\))?/, '')
    return upstreamError({ status, headers, body }, this.#audience)
  }

  #unreached(error: unknown): ErrorInfo {
    const { name, baseUrl, limits } = this.#options
    return connectionError(error, name, hostOf(baseUrl), limits.connectMs)
  }

  #read(body: Readable, contentType: string): void {
    this.#body = body
    if (this.#settled) {
      body.on('error', () => {}).destroy()
      return
    }
    this.#timeOuts.headersCame()
    const wrongType = /\b(?:html|json)\b/i.test(contentType)
    this.#stopReading = readEvents(body, {
      bytes: () => {
        this.#timeOuts.bytesCame()
      },
      event: (data, name) => {
        this.#heed(wrongType ? 'garbage' : this.#reader.event(data, name))
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
        this.#stopWith(this.#failure('upstream_eof', `the answer ${story} before it was finished`))
      },
    })
  }

  #deliver(delta: ProviderDelta, emit: (delta: ProviderDelta) => void): void {
    if (this.#settled) return
    if (!this.#anyDelta) {
      this.#anyDelta = true
      this.#timeOuts.firstTokenCame()
    }
    if (this.#reader.finishReason !== undefined) this.#warn('content after the finish reason')
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
        this.#settle(this.#finishedEnd(), true)
        break
      case 'error':
        // A finish reason that only says “error” is explained by the error that comes with it.
        if (failureOf(this.#reader.finishReason ?? '') === undefined)
          this.#stopWith(this.#toldError())
        else this.#settle(this.#toldError())
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

  #toldError(): ProviderEnd {
    const error = upstreamError({ body: this.#reader.error }, this.#audience)
    // Over HTTP a filter's refusal is a failure; told in a stream it is how the answer ends.
    return error.code === 'content_filtered'
      ? { outcome: 'finished', status: 'incomplete', finishReason: 'content_filter' }
      : { outcome: 'failed', error }
  }

  #finishedEnd(): ProviderEnd {
    const { finishReason: native, refused } = this.#reader
    const failure = native === undefined ? undefined : failureOf(native)
    if (failure !== undefined) return this.#failure(failure, `the answer ended with “${native}”`)
    return finishedEnd(native, { refused, laxDone: this.#options.laxDone })
  }

  /** Ends the call from outside its end mark: after a finish reason it is as that says. */
  #stopWith(end: ProviderEnd): void {
    const { finishReason } = this.#reader
    if (finishReason === undefined) {
      this.#settle(end)
      return
    }
    if (end.outcome === 'failed') this.#warn(`${end.error.code} after the finish reason`)
    this.#settle(this.#finishedEnd())
  }

  #settle(end: ProviderEnd, atEndMark = false): void {
    if (this.#settled) return
    this.#settled = true
    this.#timeOuts.stop()
    this.#call.signal.removeEventListener('abort', this.#onAbort)
    this.#stopReading?.()
    if (atEndMark && this.#body !== undefined) {
      drain(this.#body)
    } else {
      this.#request.abort()
      this.#body?.on('error', () => {}).destroy()
    }
    const usage = normalisedUsage(this.#reader.usage)
    this.#resolve(usage === undefined ? end : { ...end, usage })
  }

  #failure(code: ErrorCode, story: string): ProviderEnd {
    return { outcome: 'failed', error: errorInfo(code, `${this.#options.name}: ${story}`) }
  }

  #warn(oddity: string): void {
    this.#options.warn?.(`${this.#options.name}: ${oddity}`)
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
