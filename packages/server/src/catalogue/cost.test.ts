import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costOf } from './cost.ts'
import type { Price } from './model-facts.ts'

const PRICE: Price = { input: 2, output: 10, currency: 'USD' }

describe('costOf', () => {
  test('prices are per million tokens', () => {
    expect(costOf({ promptTokens: 1000, completionTokens: 500 }, PRICE)).toEqual({
      amount: 0.007,
      currency: 'USD',
    })
  })

  test('an unknown price gives no cost, never 0', () => {
    expect(costOf({ promptTokens: 1, completionTokens: 1 }, null)).toBeUndefined()
    expect(costOf({ promptTokens: 1, completionTokens: 1 }, undefined)).toBeUndefined()
  })

  test('a price of 0 is a cost of 0', () => {
    const free = { input: 0, output: 0, currency: 'EUR' }
    expect(costOf({ promptTokens: 9, completionTokens: 9 }, free)).toEqual({
      amount: 0,
      currency: 'EUR',
    })
  })

  test.each([
    [{ cachedTokens: 400 }, { cachedInput: 0.2 }, (600 * 2 + 400 * 0.2) / 1e6],
    [{ cachedTokens: 400 }, {}, (1000 * 2) / 1e6],
    [{ cacheWriteTokens: 300 }, { cacheWrite: 2.5 }, (700 * 2 + 300 * 2.5) / 1e6],
    [
      { cachedTokens: 400, cacheWriteTokens: 300 },
      { cachedInput: 0.2, cacheWrite: 2.5 },
      (300 * 2 + 400 * 0.2 + 300 * 2.5) / 1e6,
    ],
    [{ cachedTokens: 5000 }, { cachedInput: 0.2 }, (1000 * 0.2) / 1e6],
  ])('parts of the prompt have prices of their own: %j, %j', (usage, price, amount) => {
    const cost = costOf(
      { promptTokens: 1000, completionTokens: 0, ...usage },
      { ...PRICE, ...price },
    )
    expect(cost?.amount).toBeCloseTo(amount, 10)
  })

  test('reasoning is part of the completion, and priced apart only where the vendor does', () => {
    const usage = { promptTokens: 0, completionTokens: 100, reasoningTokens: 60 }
    expect(costOf(usage, PRICE)?.amount).toBeCloseTo(0.001, 10)
    expect(costOf(usage, { ...PRICE, reasoning: 5 })?.amount).toBeCloseTo(0.0007, 10)
  })

  test('a prompt beyond a tier is priced by it as a whole, the answer too', () => {
    const tiers = [
      { above: 200, input: 4, output: 20 },
      { above: 500, input: 8, output: 40, cachedInput: 1 },
    ]
    const amount = (promptTokens: number, cachedTokens = 0): number | undefined =>
      costOf(
        { promptTokens, completionTokens: 10, cachedTokens },
        { ...PRICE, cachedInput: 0.2, tiers },
      )?.amount
    expect(amount(200)).toBeCloseTo(500 / 1e6, 10)
    expect(amount(201)).toBeCloseTo((201 * 4 + 200) / 1e6, 10)
    expect(amount(501, 501)).toBeCloseTo((501 + 400) / 1e6, 10)
  })

  test('no part makes it dearer than its tokens at the highest rate, nor negative', () => {
    const tokens = fc.nat(1e6)
    fc.assert(
      fc.property(
        tokens,
        tokens,
        tokens,
        tokens,
        tokens,
        (prompt, completion, cached, written, thought) => {
          const usage = {
            promptTokens: prompt,
            completionTokens: completion,
            cachedTokens: cached,
            cacheWriteTokens: written,
            reasoningTokens: thought,
          }
          const { amount } = costOf(usage, {
            ...PRICE,
            cachedInput: 0.2,
            cacheWrite: 2.5,
            reasoning: 12,
          }) ?? { amount: Number.NaN }
          expect(amount).toBeGreaterThanOrEqual((completion * 10 + prompt * 0.2) / 1e6 - 1e-9)
          expect(amount).toBeLessThanOrEqual((completion * 12 + prompt * 2.5) / 1e6 + 1e-9)
        },
      ),
    )
  })
})
