/** Settings → the provider of that kind. Making one costs nothing: its SDK is loaded at the first call. */
import { anthropicProvider } from './anthropic.ts'
import { googleProvider } from './google.ts'
import { openAiResponsesProvider } from './openai-responses.ts'
import { openAiProvider } from './openai.ts'
import type { Provider } from './provider.ts'
import type { ProviderSettings } from './settings.ts'

/** `warn` is told what is odd about a stream, for the log; without any of its content. */
export function makeProvider(
  { kind, options }: ProviderSettings,
  warn: ((oddity: string) => void) | undefined,
): Provider {
  switch (kind) {
    case 'anthropic':
      return anthropicProvider({ ...options, warn })
    case 'google':
      return googleProvider({ ...options, warn })
    case 'openai-responses':
      return openAiResponsesProvider({ ...options, warn })
    case 'openai':
    case 'openai-compatible':
      return openAiProvider({ ...options, dialect: kind, warn })
  }
}
