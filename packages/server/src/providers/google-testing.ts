/** For the tests of the Gemini API: a provider. */
import { googleProvider, type GoogleOptions } from './google.ts'
import type { Provider } from './provider.ts'
import { limits } from './testing.ts'

export const KEY = 'AIza-test-0123456789'

/** A provider at this address, with generous time-outs unless told otherwise. */
export function googleAt(baseUrl: string, options: Partial<GoogleOptions> = {}): Provider {
  return googleProvider({
    name: 'testing',
    baseUrl,
    apiKey: KEY,
    keyHint: 'export TEST_KEY=your-key',
    headers: {},
    ...limits({}),
    ...options,
  })
}
