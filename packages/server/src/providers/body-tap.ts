/**
 * The pieces of a body, for who reads them without a stream in between: after each piece a stream of Node's looks in a
 * tick of its own whether there is more to read, a fiftieth of what a delta costs the relay.
 */
import type { Dispatcher } from 'undici'

type Handler = Dispatcher.DispatchHandler

/** Stands before the handler of one request, which has all but the pieces that the tap takes. */
export class BodyTap {
  #taken: ((piece: Buffer) => void) | undefined

  /** For `compose` of the request's dispatcher. */
  readonly interceptor: Dispatcher.DispatcherComposeInterceptor =
    (dispatch) => (options, handler) =>
      dispatch(options, this.#before(handler))

  /** Gives each piece that comes from now on to `taken`, until {@link BodyTap.close}, as soon as it is there. */
  open(taken: (piece: Buffer) => void): void {
    this.#taken = taken
  }

  /** What comes from now on goes into the stream. */
  close(): void {
    this.#taken = undefined
  }

  #before(handler: Handler): Handler {
    return {
      onRequestStart: (...told) => handler.onRequestStart?.(...told),
      onResponseStart: (...told) => handler.onResponseStart?.(...told),
      onResponseData: (controller, piece) => {
        if (this.#taken === undefined) handler.onResponseData?.(controller, piece)
        else this.#taken(piece)
      },
      onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
      onResponseError: (...told) => handler.onResponseError?.(...told),
    }
  }
}
