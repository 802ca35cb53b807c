/** What the providers can be asked with: their own lists, kept for a while, and the catalogue's names. */
import type { ModelView } from '@speak-code/protocol'
import { loadCatalogue } from '../catalogue/catalogue.ts'
import { vendorOf } from '../catalogue/model-key.ts'
import type { Config } from '../config/index.ts'
import { type ListedModel, listedModels } from './model-list.ts'
import { requestModels } from './model-request.ts'
import { OLLAMA } from './ollama-settings.ts'
import type { ProviderSettings } from './settings.ts'

export interface ModelDirectoryOptions {
  readonly config: Config
  readonly settings: readonly ProviderSettings[]
  /** Whether an Ollama that nobody wrote down is looked for on this machine. */
  readonly findOllama: boolean
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number
}

/** How long a list is good for, and how long a provider that gave none is left alone. */
const FRESH_MS = 10 * 60_000
const RETRY_MS = 60_000
/** Who asks for a model that is not there may just have pulled it, or started Ollama. */
const LOOK_UP_FRESH_MS = 5000
/** The longest wait for a provider; for an Ollama that may not be there. */
const PATIENCE_MS = 2000
const OLLAMA_PATIENCE_MS = 500

interface Kept {
  /** The last list that came, however old. */
  readonly models: readonly ListedModel[] | undefined
  readonly askedAt: number
  readonly goodMs: number
}

export class ModelDirectory {
  readonly #options: ModelDirectoryOptions
  readonly #kept = new Map<string, Kept>()
  readonly #asking = new Map<string, Promise<readonly ListedModel[] | undefined>>()

  constructor(options: ModelDirectoryOptions) {
    this.#options = options
  }

  /**
   * Every model that there is: `configured` (as `provider/id`, in this order) first, then what the providers list and
   * what the catalogue has of those that cannot be listed. A provider that does not answer is no failure; its last list
   * counts for as long as it is silent.
   */
  async models(configured: readonly string[]): Promise<readonly ModelView[]> {
    const asked = this.#asked
    const found = await Promise.all(asked.map((provider) => this.#modelsOf(provider)))
    const views = new Map<string, ModelView>()
    for (const id of configured) views.set(id, await this.#view(id, undefined))
    for (const [index, { options }] of asked.entries()) {
      for (const model of found[index] ?? []) {
        const id = `${options.name}/${model.id}`
        views.set(id, await this.#view(id, model))
      }
    }
    return [...views.values()]
  }

  /** The ids that Ollama lists at this moment; none where it does not run, or nobody is to look for it. Never rejects. */
  async ollamaModels(): Promise<readonly string[]> {
    const ollama = this.#asked.find(({ options }) => options.name === OLLAMA)
    const models = ollama === undefined ? [] : await this.#modelsOf(ollama, LOOK_UP_FRESH_MS)
    return models.map(({ id }) => id)
  }

  /** Those that can be used, and an Ollama that may be there. */
  get #asked(): readonly ProviderSettings[] {
    const { settings, findOllama } = this.#options
    return settings.filter(
      ({ usable, options }) => usable || (findOllama && options.name === OLLAMA),
    )
  }

  /** A configured list says all that the provider serves; else it is asked. */
  async #modelsOf(settings: ProviderSettings, freshMs = FRESH_MS): Promise<readonly ListedModel[]> {
    const { name, baseUrl, models, obstacle } = settings.options
    if (models !== undefined) return models.map(unmeasured)
    const listed = obstacle === undefined ? await this.#listOf(settings, freshMs) : undefined
    if (listed !== undefined) return listed
    // Who has another address than the vendor may have other models as well.
    const vendor = vendorOf('', baseUrl)
    if (vendor === '' || name === OLLAMA) return []
    return (await loadCatalogue()).idsOf(vendor).map(unmeasured)
  }

  async #listOf(
    settings: ProviderSettings,
    freshMs: number,
  ): Promise<readonly ListedModel[] | undefined> {
    const { name } = settings.options
    const kept = this.#kept.get(name)
    const goodMs = Math.min(kept?.goodMs ?? 0, freshMs)
    if (kept !== undefined && this.#options.now() < kept.askedAt + goodMs) return kept.models
    const asking = this.#asking.get(name) ?? this.#ask(settings)
    this.#asking.set(name, asking)
    return asking
  }

  /** Never rejects. */
  async #ask({
    kind,
    options,
    usable,
  }: ProviderSettings): Promise<readonly ListedModel[] | undefined> {
    const { name, baseUrl } = options
    const signal = AbortSignal.timeout(usable ? PATIENCE_MS : OLLAMA_PATIENCE_MS)
    const answer = await requestModels(kind, options, signal).catch(() => undefined)
    const listed =
      answer?.status === 200 ? listedModels(answer.json, vendorOf(name, baseUrl)) : undefined
    const models = listed ?? this.#kept.get(name)?.models
    const goodMs = listed === undefined ? RETRY_MS : FRESH_MS
    this.#kept.set(name, { models, askedAt: this.#options.now(), goodMs })
    this.#asking.delete(name)
    return models
  }

  async #view(id: string, listed: ListedModel | undefined): Promise<ModelView> {
    const { settings, config } = this.#options
    const slash = id.indexOf('/')
    const [provider, model] = [id.slice(0, slash), id.slice(slash + 1)]
    const options = settings.find((candidate) => candidate.options.name === provider)?.options
    const catalogue = await loadCatalogue()
    const facts = catalogue.facts(
      vendorOf(provider, options?.baseUrl),
      provider,
      model,
      config.catalogue,
    )
    const { price } = facts
    return {
      id,
      provider,
      contextWindow: facts.contextWindow ?? listed?.contextWindow ?? null,
      price:
        price === null
          ? null
          : { input: price.input, output: price.output, currency: price.currency },
      capabilities: [...facts.capabilities],
    }
  }
}

function unmeasured(id: string): ListedModel {
  return { id, contextWindow: null, maxOutput: null }
}
