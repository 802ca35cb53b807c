/**
 * The catalogue of well-known models: a file that `scripts/update-catalogue.ts` writes, loaded when it is first needed,
 * and what the configuration says over it.
 */
import { z } from 'zod'
import type { Config } from '../config/index.ts'
import { type ModelFacts, type ParamName, UNKNOWN_MODEL } from './model-facts.ts'
import { undatedKey, vendorKey } from './model-key.ts'

const Amount = z.number().nonnegative()
const Tokens = z.int().positive()

const CataloguePrice = z.strictObject({
  input: Amount,
  output: Amount,
  cachedInput: Amount.optional(),
  cacheWrite: Amount.optional(),
  reasoning: Amount.optional(),
  currency: z.string(),
  tiers: z
    .array(
      z.strictObject({
        above: Tokens,
        input: Amount,
        output: Amount,
        cachedInput: Amount.optional(),
        cacheWrite: Amount.optional(),
      }),
    )
    .optional(),
})

const CatalogueModel = z.strictObject({
  contextWindow: Tokens.optional(),
  maxInput: Tokens.optional(),
  maxOutput: Tokens.optional(),
  price: CataloguePrice.optional(),
  capabilities: z.array(z.enum(['reasoning', 'tools', 'vision'])),
  /** Whether it takes temperature and the other parameters of sampling. */
  sampling: z.boolean(),
})
export type CatalogueModel = z.infer<typeof CatalogueModel>

/** The file: its source and date, and the models by `VENDOR/ID`. */
export const CatalogueFile = z.strictObject({
  source: z.url(),
  date: z.iso.date(),
  models: z.record(z.string(), CatalogueModel),
})
export type CatalogueFile = z.infer<typeof CatalogueFile>

const SAMPLING: readonly ParamName[] = ['temperature', 'topP', 'topK']

export class Catalogue {
  readonly #models: ReadonlyMap<string, CatalogueModel>
  readonly #undated = new Map<string, CatalogueModel>()

  constructor({ models }: CatalogueFile) {
    this.#models = new Map(Object.entries(models))
    // A name without a date means the newest snapshot: of two, the first of the file that bears it without.
    for (const [key, model] of this.#models) {
      const undated = undatedKey(key)
      if (undated === key || !this.#undated.has(undated)) this.#undated.set(undated, model)
    }
  }

  /**
   * What is known of a model. `vendor` says whose models the provider serves ({@link vendorOf}), `name` and `id` how the
   * configuration calls it; what that says in `[catalogue."NAME/ID"]` goes over the file.
   */
  facts(vendor: string, name: string, id: string, overrides: Config['catalogue'] = {}): ModelFacts {
    const key = vendorKey(vendor, id)
    const found = this.#models.get(key) ?? this.#undated.get(undatedKey(key))
    const known = found === undefined ? UNKNOWN_MODEL : factsOf(found)
    const override = overrides[`${name}/${id}`]
    if (override === undefined) return known
    return {
      ...known,
      contextWindow: override.context_window ?? known.contextWindow,
      maxInput: override.context_window === undefined ? known.maxInput : null,
      maxOutput: override.max_output ?? known.maxOutput,
      price: override.price === undefined ? known.price : priceOf(override.price),
    }
  }

  /** The ids of a vendor's models. */
  idsOf(vendor: string): readonly string[] {
    const prefix = `${vendor}/`
    return [...this.#models.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
  }
}

let loading: Promise<Catalogue> | undefined

/** The catalogue that came with the program; read at the first call. */
export function loadCatalogue(): Promise<Catalogue> {
  loading ??= import('./models.json', { with: { type: 'json' } }).then(
    (file) => new Catalogue(CatalogueFile.parse(file.default)),
  )
  return loading
}

function factsOf(model: CatalogueModel): ModelFacts {
  const reasons = model.capabilities.includes('reasoning')
  return {
    contextWindow: model.contextWindow ?? null,
    maxInput: model.maxInput ?? null,
    maxOutput: model.maxOutput ?? null,
    price: model.price ?? null,
    capabilities: [...UNKNOWN_MODEL.capabilities, ...model.capabilities],
    refused: [
      ...(model.sampling ? [] : SAMPLING),
      ...(reasons ? [] : ['reasoningEffort' as const]),
    ],
  }
}

type WrittenPrice = NonNullable<Config['catalogue'][string]['price']>

function priceOf(written: WrittenPrice): ModelFacts['price'] {
  return {
    input: written.input,
    output: written.output,
    cachedInput: written.cached_input,
    cacheWrite: written.cache_write,
    reasoning: written.reasoning,
    currency: written.currency,
  }
}
