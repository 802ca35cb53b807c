/** Tokens and prices → what a run cost. Pure. */
import type { Cost, Usage } from '@speak-code/protocol'
import type { Price } from './model-facts.ts'

export interface PricedUsage extends Pick<
  Usage,
  'promptTokens' | 'completionTokens' | 'reasoningTokens' | 'cachedTokens'
> {
  /** Those of the prompt that were put into the vendor's cache, where it tells. */
  readonly cacheWriteTokens?: number | undefined
}

const MILLION = 1_000_000
/** Digits behind the point that are kept: a thousandth of the dearest token's millionth, without binary noise. */
const DECIMALS = 10

/**
 * What the vendor charges: cached input and reasoning are parts of prompt and completion and priced apart where the vendor
 * does; a prompt longer than a tier has the whole call priced by it. Undefined where the price is unknown.
 */
export function costOf(usage: PricedUsage, price: Price | null | undefined): Cost | undefined {
  if (price === null || price === undefined) return undefined
  const { promptTokens, completionTokens } = usage
  const rate = rateOf(price, promptTokens)
  const cached = Math.min(usage.cachedTokens ?? 0, promptTokens)
  const written = Math.min(usage.cacheWriteTokens ?? 0, promptTokens - cached)
  const reasoning = Math.min(usage.reasoningTokens ?? 0, completionTokens)
  const total =
    (promptTokens - cached - written) * rate.input +
    cached * (rate.cachedInput ?? rate.input) +
    written * (rate.cacheWrite ?? rate.input) +
    (completionTokens - reasoning) * rate.output +
    reasoning * (price.reasoning ?? rate.output)
  return { amount: Number((total / MILLION).toFixed(DECIMALS)), currency: price.currency }
}

function rateOf(price: Price, promptTokens: number): Omit<Price, 'currency'> {
  const tiers = (price.tiers ?? []).filter(({ above }) => promptTokens > above)
  return tiers.toSorted((a, b) => b.above - a.above)[0] ?? price
}
