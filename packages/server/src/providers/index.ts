/** Configuration and environment → the providers by their names, and what a model's name means. */
import type { ChatParams } from '@speak-code/protocol'
import {
  type Config,
  DEFAULT_FALLBACK,
  findModel,
  followAlias,
  meantModel,
  type NamedProvider,
} from '../config/index.ts'
import { loadCatalogue } from '../catalogue/catalogue.ts'
import { vendorOf } from '../catalogue/model-key.ts'
import { demoProvider } from './demo.ts'
import { makeProvider } from './make-provider.ts'
import { ModelDirectory } from './model-directory.ts'
import { OLLAMA, OLLAMA_MODEL, ollamaNames, ollamaSettings } from './ollama-settings.ts'
import type { Provider, Providers, ResolvedModel } from './provider.ts'
import {
  type Environment,
  namedSettings,
  type ProviderSettings,
  variable,
  vendorSettings,
} from './settings.ts'
import { VENDORS } from './vendors.ts'

const DEMO_MODEL = 'demo/demo'

export interface ProvidersOptions {
  /** Told what is odd about a provider's stream, for the log; without any of its content. */
  readonly warn?: (oddity: string) => void
  /** Whether an Ollama that nobody wrote down is looked for on this machine. */
  readonly findOllama?: boolean
}

interface Entry extends NamedProvider {
  readonly provider: Provider
  /** Where its calls go; undefined where they go nowhere. */
  readonly baseUrl: string | undefined
  readonly totalMs: number | undefined
  readonly usable: boolean
  /** Asked where it lists none; undefined where any other provider goes first. */
  readonly builtInModel: string | undefined
}

const isVendor = (name: string): boolean => VENDORS.some((vendor) => vendor.name === name)

/** The providers that call somebody: the vendors, those of the file in its order, and Ollama. */
export function networkSettings(config: Config, env: Environment): readonly ProviderSettings[] {
  const isDemo = (name: string): boolean => config.providers[name]?.kind === 'demo'
  const vendors = VENDORS.filter(({ name }) => !isDemo(name))
  const named = Object.entries(config.providers).flatMap(([name, keys]) =>
    isVendor(name) || name === OLLAMA || keys.kind === 'demo'
      ? []
      : namedSettings(name, { ...keys, kind: keys.kind }, env),
  )
  return [
    ...vendors.map((vendor) => vendorSettings(vendor, config, env)),
    ...named,
    ...(isDemo(OLLAMA) ? [] : [ollamaSettings(config, env)]),
  ]
}

function entries(config: Config, env: Environment, warn: ProvidersOptions['warn']): Entry[] {
  const network = networkSettings(config, env).map((settings): Entry => {
    const { name, models, baseUrl, totalMs } = settings.options
    const builtInModel = VENDORS.find((vendor) => vendor.name === name)?.model
    return {
      name,
      models,
      provider: makeProvider(settings, warn),
      baseUrl,
      totalMs,
      usable: settings.usable,
      baseUrlWritten: settings.baseUrlWritten,
      builtInModel: name === OLLAMA ? OLLAMA_MODEL : builtInModel,
    }
  })
  const demos = Object.entries({
    demo: { kind: 'demo' as const, models: undefined },
    ...config.providers,
  }).flatMap(([name, { kind, models }]): Entry[] => {
    if (kind !== 'demo') return []
    const provider = demoProvider({ name, models })
    const offline = {
      baseUrl: undefined,
      totalMs: undefined,
      baseUrlWritten: false,
      builtInModel: undefined,
    }
    return [{ name, models: provider.models, provider, usable: true, ...offline }]
  })
  return [...network, ...demos]
}

/** Whether the name begins with one of the providers'. */
const belongsTo = (model: string, found: readonly Entry[]): boolean =>
  found.some(({ name }) => model.startsWith(`${name}/`))

/** The models that environment and file name for `openai`, in their order, as `provider/id`. */
function openAiModels(config: Config, env: Environment, found: readonly Entry[]): string[] {
  const written = [variable(env, 'OPENAI_MODEL') ?? [], config.openai.model ?? []].flat()
  return written
    .map((model) => followAlias(model, config.models))
    .map((model) => (belongsTo(model, found) ? model : `openai/${model}`))
}

/** Every model that is named somewhere, of the providers that can be used. */
function namedModels(config: Config, env: Environment, found: readonly Entry[]): string[] {
  const listed = found.flatMap(({ name, models, builtInModel }) => {
    const isOllama = name === OLLAMA
    const ids = models ?? (builtInModel === undefined || isOllama ? [] : [builtInModel])
    return ids.map((id) => `${name}/${id}`)
  })
  const usable = found.filter((entry) => entry.usable)
  return [...openAiModels(config, env, found), ...listed].filter((model) =>
    belongsTo(model, usable),
  )
}

/** The order is that of CONTRACT §4: environment, file, the vendors, first configured, Ollama where written, demo. */
function defaultOf(config: Config, env: Environment, found: readonly Entry[]): string {
  const usable = found.filter((entry) => entry.usable)
  const written = openAiModels(config, env, found).find((model) => belongsTo(model, usable))
  if (written !== undefined) return written
  const inOrder = [
    ...usable.filter(({ name }) => isVendor(name)),
    ...usable.filter(({ name }) => !isVendor(name) && name !== OLLAMA),
    ...usable.filter(({ name }) => name === OLLAMA),
  ].filter(({ name }) => name !== 'demo')
  for (const { name, models, builtInModel } of inOrder) {
    const model = models?.[0] ?? builtInModel
    if (model !== undefined) return `${name}/${model}`
  }
  return DEMO_MODEL
}

/**
 * The providers of this configuration in this environment. Nothing is read from anywhere else, save the
 * proxy settings of the process. Making them costs nothing: SDKs are loaded at the first call.
 */
export function createProviders(
  config: Config,
  env: Environment,
  options: ProvidersOptions = {},
): Providers {
  const found = entries(config, env, options.warn)
  const defaultModel = defaultOf(config, env, found)
  const known = [...new Set([defaultModel, ...namedModels(config, env, found)])]
  const { max_tokens: maxTokens, temperature } = config.openai
  const openAiDefaults: ChatParams = {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
  }
  const entryOf = (name: string): { readonly entry: Entry; readonly model: string } => {
    const { provider, model } = findModel(followAlias(name, config.models), found, known)
    const entry = found.find((candidate) => candidate.name === provider)
    if (entry === undefined) throw new Error(`no provider ${provider}`)
    return { entry, model }
  }
  const idOf = (name: string): string => {
    const { entry, model } = entryOf(name)
    return `${entry.name}/${model}`
  }
  const alone = (name: string): ResolvedModel => {
    const { entry, model } = entryOf(name)
    const { provider, baseUrl, totalMs } = entry
    return {
      provider,
      model,
      baseUrl,
      totalMs,
      defaults: entry.name === 'openai' ? openAiDefaults : {},
      facts: async () =>
        (await loadCatalogue()).facts(
          vendorOf(entry.name, baseUrl),
          entry.name,
          model,
          config.catalogue,
        ),
    }
  }
  const fallbacksOf = (name: string): readonly ResolvedModel[] => {
    const id = idOf(name)
    const own = Object.entries(config.fallback).find(
      ([key]) => key === name || (key !== DEFAULT_FALLBACK && idOf(key) === id),
    )
    const chain = own?.[1] ?? config.fallback[DEFAULT_FALLBACK] ?? []
    const others = new Map(chain.map((fallback) => [idOf(fallback), fallback]))
    others.delete(id)
    return [...others.values()].filter((other) => entryOf(other).entry.usable).map(alone)
  }
  const directory = new ModelDirectory({
    config,
    settings: networkSettings(config, env),
    findOllama: options.findOllama ?? false,
    now: () => performance.now(),
  })
  const resolve = (name = defaultModel): ResolvedModel => ({
    ...alone(name),
    fallbacks: fallbacksOf(name),
  })
  const find = async (name = defaultModel): Promise<ResolvedModel> => {
    const written = followAlias(name, config.models)
    const isClaimed = meantModel(written, found, known) !== undefined || belongsTo(written, found)
    if (isClaimed) return resolve(name)
    const ids = await directory.ollamaModels()
    const listed = found.map((entry) =>
      entry.name === OLLAMA ? { ...entry, models: ollamaNames(ids) } : entry,
    )
    const all = [...known, ...ids.map((id) => `${OLLAMA}/${id}`)]
    const { provider, model } = findModel(written, listed, all)
    return resolve(`${provider}/${model}`)
  }
  return {
    defaultModel,
    resolve,
    find,
    list: () => known.map((id) => ({ id, provider: id.slice(0, id.indexOf('/')) })),
    models: () => directory.models(known),
  }
}
