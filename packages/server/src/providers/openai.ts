/** OpenAI's Chat Completions, and whoever speaks them. */
import { ChatReader } from './chat-reader.ts'
import { openAiClientProvider, type OpenAiClientOptions } from './openai-client.ts'
import { type ChatDialect, requestPlan, takesUsageOption } from './openai-map.ts'
import type { Provider } from './provider.ts'

export interface OpenAiOptions extends OpenAiClientOptions {
  readonly dialect: ChatDialect
  /** `[DONE]` without a finish reason counts as completed. */
  readonly laxDone: boolean
}

/** A provider of Chat Completions. Nothing is imported or connected before the first call. */
export function openAiProvider(options: OpenAiOptions): Provider {
  return openAiClientProvider(options, {
    request: (client, call, signal) => {
      const asksForUsage = takesUsageOption(options.baseUrl)
      const { body, dropped } = requestPlan(call, options.dialect, asksForUsage)
      for (const name of dropped) call.dropped?.(name)
      return client.chat.completions.create(body, { signal }).asResponse()
    },
    reader: (_call, emit) => new ChatReader(emit, options.laxDone),
  })
}
