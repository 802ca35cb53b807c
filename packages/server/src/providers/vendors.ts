/** The vendors that need no table in the file: where they are, and which variables of the environment are theirs alone. */
import type { ProviderConfig } from '../config/index.ts'

/** Kinds that are called over the network. */
export type NetworkKind = Exclude<ProviderConfig['kind'], 'demo'>

export interface Vendor {
  readonly name: 'openai' | 'anthropic' | 'google'
  readonly kind: NetworkKind
  /** The variables that may hold its key; the first one set counts. */
  readonly keyNames: readonly [string, ...string[]]
  readonly baseUrlName: string
  /** Asked where it can be used and no model is named. */
  readonly model: string
}

/** In the order in which they are asked where no model is named (CONTRACT §4). */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'openai',
    kind: 'openai',
    keyNames: ['OPENAI_API_KEY'],
    baseUrlName: 'OPENAI_BASE_URL',
    model: 'gpt-5-mini',
  },
  {
    name: 'anthropic',
    kind: 'anthropic',
    keyNames: ['ANTHROPIC_API_KEY'],
    baseUrlName: 'ANTHROPIC_BASE_URL',
    model: 'claude-sonnet-5',
  },
  {
    name: 'google',
    kind: 'google',
    keyNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    baseUrlName: 'GOOGLE_GEMINI_BASE_URL',
    model: 'gemini-3.8-flash',
  },
]

const OPENAI_URL = 'https://api.openai.com/v1'

/** The address of each API, as the official SDKs have it: some add the version themselves. */
export const VENDOR_URLS: Readonly<Record<NetworkKind, string>> = {
  openai: OPENAI_URL,
  'openai-responses': OPENAI_URL,
  'openai-compatible': OPENAI_URL,
  anthropic: 'https://api.anthropic.com',
  google: 'https://generativelanguage.googleapis.com',
}
