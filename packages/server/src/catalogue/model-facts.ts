/** What is known of a model beyond its name. Null where it is unknown, never 0. */
import type { ChatParams } from '@speak-code/protocol'

/** Prices of a prompt that is longer than `above` tokens: the whole call is priced by them. */
interface PriceTier {
  readonly above: number
  readonly input: number
  readonly output: number
  readonly cachedInput?: number | undefined
  readonly cacheWrite?: number | undefined
}

/** Per million tokens. What is absent costs what the tokens cost otherwise. */
export interface Price {
  readonly input: number
  readonly output: number
  /** Input that the vendor had in its cache. */
  readonly cachedInput?: number | undefined
  /** Input that the vendor put into its cache. */
  readonly cacheWrite?: number | undefined
  /** Reasoning, where it is priced apart from the answer. */
  readonly reasoning?: number | undefined
  /** ISO 4217. */
  readonly currency: string
  readonly tiers?: readonly PriceTier[] | undefined
}

export type ParamName = keyof ChatParams

export interface ModelFacts {
  /** Tokens of prompt and answer together. */
  readonly contextWindow: number | null
  /** Tokens of the prompt alone, where the vendor bounds them apart. */
  readonly maxInput: number | null
  readonly maxOutput: number | null
  readonly price: Price | null
  readonly capabilities: readonly string[]
  /** Parameters that the model refuses, whatever API it is asked through. */
  readonly refused: readonly ParamName[]
}

/** Of a model that nobody knows. */
export const UNKNOWN_MODEL: ModelFacts = {
  contextWindow: null,
  maxInput: null,
  maxOutput: null,
  price: null,
  capabilities: ['chat', 'streaming'],
  refused: [],
}
