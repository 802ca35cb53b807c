/**
 * A provider that is asked by way of its vendor's official SDK, whichever that is. The SDK makes the request; the body is
 * read from the raw stream, because no SDK can tell a finished answer from a cut one.
 */
import type { ErrorInfo } from '@speak-code/protocol'
import { connectionFailure } from './connection-errors.ts'
import type { Background, Checkpoint, Provider, ProviderCall } from './provider.ts'
import { streamCall, type StreamCallOptions } from './stream-call.ts'
import type { TimeOutLimits } from './time-outs.ts'
import type { ErrorAudience, UpstreamErrorSource } from './upstream-errors.ts'
import { cancelAtVendor } from './vendor-cancel.ts'

export interface SdkProviderOptions {
  /** The configured name. */
  readonly name: string
  /** Goes to the base URL alone. Without it the call carries no key. */
  readonly apiKey?: string | undefined
  /** What to do where a key is refused: shown to people. */
  readonly keyHint: string
  /** Why no call can be made; each call then ends with it, and nothing is sent. */
  readonly obstacle?: ErrorInfo | undefined
  /** Sent with every request, over ours. */
  readonly headers: Readonly<Record<string, string>>
  readonly models?: readonly string[] | undefined
  readonly limits: TimeOutLimits
  /** Told what is odd about a stream, for the log; without any of its content. */
  readonly warn?: ((oddity: string) => void) | undefined
}

/** What there is to answers that the vendor goes on writing by itself. */
export interface SdkBackground<Sdk> extends Pick<Background, 'owns'> {
  /** Rejects where the vendor refuses or cannot be reached. */
  cancel(sdk: Sdk, checkpoint: Checkpoint, signal: AbortSignal): Promise<Response>
}

/** What of a call is the vendor's own. */
export interface SdkApi<Sdk> {
  readonly baseUrl: string
  /** Imports the SDK and makes its client; asked for once, and again after a failure. */
  load(): Promise<Sdk>
  /** Why this call cannot be made. Nothing is loaded or sent then. */
  obstacle?(call: ProviderCall): ErrorInfo | undefined
  /** How the call is made, and what reads its stream. */
  call(sdk: Sdk, call: ProviderCall): Pick<StreamCallOptions, 'request' | 'reader' | 'lingerMs'>
  readonly refusal: StreamCallOptions['refusal']
  readonly background?: SdkBackground<Sdk> | undefined
}

/** The SDK's own time-out, as long as a timer can be: ours are kept in `streamCall`. */
export const NEVER_MS = 2 ** 31 - 1

/** Nothing is imported or connected before the first call. */
export function sdkProvider<Sdk>(options: SdkProviderOptions, api: SdkApi<Sdk>): Provider {
  let loaded: Promise<Sdk> | undefined
  const host = URL.canParse(api.baseUrl) ? new URL(api.baseUrl).host : 'its base_url'
  const audience: ErrorAudience = {
    provider: options.name,
    keyHint: options.keyHint,
    secrets: [options.apiKey ?? '', ...Object.values(options.headers)],
  }
  const load = (): Promise<Sdk> => {
    loaded ??= api.load()
    return loaded
  }
  const background = api.background && backgroundOf(options, api, api.background, load)
  return {
    name: options.name,
    models: options.models,
    async stream(call, emit) {
      if (call.signal.aborted) return { outcome: 'aborted' }
      const obstacle = options.obstacle ?? api.obstacle?.(call)
      if (obstacle !== undefined) return { outcome: 'failed', error: obstacle }
      const { warn } = options
      // What is read on has begun long ago.
      const limits =
        call.from === undefined ? options.limits : { ...options.limits, firstTokenMs: 0 }
      try {
        const made = api.call(await load(), call)
        const common = { audience, host, limits, refusal: api.refusal, warn }
        return await streamCall({ ...common, ...made }, call, emit)
      } catch (error) {
        loaded = undefined
        return connectionFailure(error, options.name, host, limits.connectMs)
      }
    },
    background,
  }
}

function backgroundOf<Sdk>(
  { name, warn }: SdkProviderOptions,
  { refusal }: Pick<SdkApi<Sdk>, 'refusal'>,
  background: SdkBackground<Sdk>,
  load: () => Promise<Sdk>,
): Background {
  return {
    owns: (checkpoint) => background.owns(checkpoint),
    async cancel(checkpoint) {
      const done = await cancelAtVendor({
        post: async (signal) => background.cancel(await load(), checkpoint, signal),
        isFinal: async (error) => {
          const { status = 500 } = (await refusal(error)) ?? {}
          return status < 500 && status !== 429
        },
      })
      if (!done) warn?.(`${name}: an answer could not be cancelled there and may go on`)
    },
  }
}

/** What an SDK's error keeps of the provider's answer. */
interface AnswerError {
  readonly status: number | undefined
  readonly headers: Headers | undefined
  readonly error: unknown
  readonly message: string
}

/** The provider's answer, from the error that OpenAI's and Anthropic's SDKs throw for it. */
export function answerIn({ status, headers, error, message }: AnswerError): UpstreamErrorSource {
  // Where the body is no JSON the SDK keeps it in the message, after the status.
  const body: unknown = error ?? message.replace(/^\d+ (?:status code \(no body\))?/, '')
  return { status, headers, body }
}
