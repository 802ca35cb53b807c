/** models.dev's api.json → our catalogue's file. Pure. Its schema: https://github.com/anomalyco/models.dev */
import { z } from 'zod'
import type { CatalogueFile, CatalogueModel } from './catalogue.ts'

export const SOURCE_URL = 'https://models.dev/api.json'

/** Whose models the catalogue has: the vendors themselves, not those who pass them on. */
const VENDORS = ['openai', 'anthropic', 'google', 'deepseek', 'mistral', 'xai', 'groq'] as const

const Rates = z.object({
  input: z.number(),
  output: z.number(),
  cache_read: z.number().optional(),
  cache_write: z.number().optional(),
})
type Rates = z.infer<typeof Rates>

const Model = z.object({
  reasoning: z.boolean().default(false),
  tool_call: z.union([z.boolean(), z.object({ supported: z.boolean() })]).default(false),
  temperature: z.boolean().default(true),
  cost: Rates.extend({
    reasoning: z.number().optional(),
    context_over_200k: Rates.optional(),
    tiers: z.array(Rates.extend({ tier: z.object({ size: z.number() }) })).optional(),
  }).optional(),
  /** 0 where it is unknown. */
  limit: z.object({
    context: z.number(),
    output: z.number(),
    input: z.number().optional(),
  }),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }),
})
type Model = z.infer<typeof Model>

const Source = z.object(
  Object.fromEntries(
    VENDORS.map((vendor) => [vendor, z.object({ models: z.record(z.string(), Model) })]),
  ),
)

/** Throws ZodError where the source has another shape. Models that write no text are left out. */
export function catalogueFrom(source: unknown, now: Date): CatalogueFile {
  const vendors = Object.entries(Source.parse(source))
  return {
    source: SOURCE_URL,
    date: now.toISOString().slice(0, 10),
    models: Object.fromEntries(
      vendors.flatMap(([vendor, { models }]) =>
        Object.entries(models)
          .filter(([, { modalities }]) => modalities.output.join() === 'text')
          .map(([id, model]) => [`${vendor}/${id}`, entry(model)]),
      ),
    ),
  }
}

function entry({
  reasoning,
  tool_call,
  temperature,
  cost,
  limit,
  modalities,
}: Model): CatalogueModel {
  const tools = typeof tool_call === 'boolean' ? tool_call : tool_call.supported
  return {
    ...(limit.context > 0 ? { contextWindow: limit.context } : {}),
    ...(limit.input === undefined ? {} : { maxInput: limit.input }),
    ...(limit.output > 0 ? { maxOutput: limit.output } : {}),
    ...(cost === undefined ? {} : { price: priceOf(cost) }),
    capabilities: [
      ...(reasoning ? (['reasoning'] as const) : []),
      ...(tools ? (['tools'] as const) : []),
      ...(modalities.input.includes('image') ? (['vision'] as const) : []),
    ],
    sampling: temperature,
  }
}

function priceOf(cost: NonNullable<Model['cost']>): CatalogueModel['price'] {
  const over200k = cost.context_over_200k
  const tiers = cost.tiers?.map(({ tier, ...rates }) => ({ above: tier.size, ...ratesOf(rates) }))
  const all = tiers ?? (over200k === undefined ? [] : [{ above: 200_000, ...ratesOf(over200k) }])
  return {
    ...ratesOf(cost),
    ...(cost.reasoning === undefined ? {} : { reasoning: cost.reasoning }),
    currency: 'USD',
    ...(all.length === 0 ? {} : { tiers: all }),
  }
}

function ratesOf({ input, output, cache_read, cache_write }: Rates): {
  input: number
  output: number
  cachedInput?: number
  cacheWrite?: number
} {
  return {
    input,
    output,
    ...(cache_read === undefined ? {} : { cachedInput: cache_read }),
    ...(cache_write === undefined ? {} : { cacheWrite: cache_write }),
  }
}
