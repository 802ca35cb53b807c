/** Sums of what answers took. Pure. */
import type { Cost, Usage } from '@speak-code/protocol'

export interface Figures {
  readonly usage: Usage
  readonly cost?: Cost
}

/** All together; the cost only of those that are told in the first one's currency. */
export function inAll(all: readonly Figures[]): Figures {
  const sum = (pick: (usage: Usage) => number | undefined): number =>
    all.reduce((total, { usage }) => total + (pick(usage) ?? 0), 0)
  const usage: Usage = {
    promptTokens: sum(({ promptTokens }) => promptTokens),
    completionTokens: sum(({ completionTokens }) => completionTokens),
    totalTokens: sum(({ totalTokens }) => totalTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    source: all.some(({ usage: { source } }) => source === 'estimated') ? 'estimated' : 'provider',
  }
  const costs = all.flatMap(({ cost }) => cost ?? [])
  const currency = costs[0]?.currency
  if (currency === undefined) return { usage }
  const amount = costs
    .filter((cost) => cost.currency === currency)
    .reduce((total, cost) => total + cost.amount, 0)
  return { usage, cost: { amount, currency } }
}
