/** OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). */
import { createHash } from 'node:crypto'
import { openAiClientProvider, type OpenAiClientOptions } from './openai-client.ts'
import type { Provider } from './provider.ts'
import { droppedParams, requestBody } from './responses-map.ts'
import { ResponsesReader } from './responses-reader.ts'

export interface OpenAiResponsesOptions extends OpenAiClientOptions {
  /** `[DONE]` without the response's end counts as completed. */
  readonly laxDone: boolean
}

/** A provider of the Responses API. Nothing is imported or connected before the first call. */
export function openAiResponsesProvider(options: OpenAiResponsesOptions): Provider {
  return openAiClientProvider(options, {
    request(client, call, signal) {
      for (const name of droppedParams(call.params, call.model)) call.dropped?.(name)
      const body = requestBody(call, originOf(options, call.model))
      return client.responses.create(body, { signal }).asResponse()
    },
    reader: (call, emit) =>
      new ResponsesReader(emit, {
        origin: originOf(options, call.model),
        laxDone: options.laxDone,
      }),
  })
}

/**
 * A digest of who answers: address, account and model. Encrypted reasoning is readable to these alone, and a request with
 * somebody else's is refused.
 */
function originOf({ baseUrl, apiKey, headers }: OpenAiClientOptions, model: string): string {
  const who = JSON.stringify([baseUrl, apiKey, headers, model])
  return createHash('sha256').update(who).digest('hex').slice(0, 16)
}
