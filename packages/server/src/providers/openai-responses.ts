/** OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). */
import { createHash } from 'node:crypto'
import { errorInfo, type ErrorCode } from '@speak-code/protocol'
import { BackgroundReader } from './background-reader.ts'
import { openAiClientProvider, type OpenAiClientOptions } from './openai-client.ts'
import type { Provider, ProviderCall } from './provider.ts'
import { droppedParams, readOnQuery, requestBody } from './responses-map.ts'
import { ResponsesReader } from './responses-reader.ts'

export interface OpenAiResponsesOptions extends OpenAiClientOptions {
  /** `[DONE]` without the response's end counts as completed. */
  readonly laxDone: boolean
  /**
   * The vendor is to write answers by itself and keep them, so that they can be read on after the connection was lost. Not
   * for ephemeral calls: nothing of them may be kept.
   */
  readonly background?: boolean
}

/** An abort may take a second; the answer's id comes with the first event. */
const LINGER_MS = 800

/** What is answered where an answer is not there any more, or cannot be read on. */
const GONE: ReadonlySet<ErrorCode> = new Set(['model_not_found', 'bad_request'])

/** A provider of the Responses API. Nothing is imported or connected before the first call. */
export function openAiResponsesProvider(options: OpenAiResponsesOptions): Provider {
  const inBackground = (call: ProviderCall): boolean =>
    call.from !== undefined || (options.background === true && call.ephemeral !== true)
  const account = (response: string): string => accountOf(options, response)
  const provider = openAiClientProvider(options, {
    request(client, call, signal) {
      const { from } = call
      if (from !== undefined) {
        const query = readOnQuery(call.model, from)
        return client.responses.retrieve(from.response, query, { signal }).asResponse()
      }
      for (const name of droppedParams(call.params, call.model)) call.dropped?.(name)
      const body = requestBody(call, originOf(options, call.model), inBackground(call))
      return client.responses.create(body, { signal }).asResponse()
    },
    reader(call, emit) {
      const { laxDone } = options
      const origin = originOf(options, call.model)
      return inBackground(call)
        ? new BackgroundReader(emit, call, { origin, laxDone, account })
        : new ResponsesReader(emit, { origin, laxDone })
    },
    lingerMs: (call) => (inBackground(call) ? LINGER_MS : undefined),
    background: {
      owns: ({ response, account: owner }) =>
        options.obstacle === undefined && owner === account(response),
      cancel: (client, { response }, signal) =>
        client.responses.cancel(response, { signal }).asResponse(),
    },
  })
  return {
    ...provider,
    async stream(call, emit) {
      const end = await provider.stream(call, emit)
      if (end.outcome !== 'failed' || call.from === undefined || !GONE.has(end.error.code)) {
        return end
      }
      call.checkpoint?.(undefined)
      const message = `${options.name} no longer has the rest of the answer.`
      return { outcome: 'failed', error: errorInfo('interrupted', message) }
    },
  }
}

/**
 * A digest of who answers: address, account and model. Encrypted reasoning is readable to these alone, and a request with
 * somebody else's is refused.
 */
function originOf({ baseUrl, apiKey, headers }: OpenAiClientOptions, model: string): string {
  return digestOf([baseUrl, apiKey, headers, model])
}

/** A digest of the key that is another one for each answer, so that it tells nothing but whether the key is the same. */
function accountOf({ apiKey }: OpenAiClientOptions, response: string): string {
  return digestOf([response, apiKey])
}

function digestOf(what: unknown): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16)
}
