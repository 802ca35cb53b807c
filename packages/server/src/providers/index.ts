/** Configuration and environment → the providers by their names, and what a model's name means. */
import type { ChatParams } from '@speak-code/protocol'
import type { Config } from '../config/index.ts'
import { demoProvider } from './demo.ts'
import { findModel, type NamedProvider } from './model-names.ts'
import { openAiProvider } from './openai.ts'
import { type Environment, namedSettings, openAiSettings, variable } from './openai-settings.ts'
import type { Provider, Providers } from './provider.ts'

/** Asked where openai can be used and no model is named. */
const BUILT_IN_MODEL = 'gpt-5-mini'
const DEMO_MODEL = 'demo/demo'

export interface ProvidersOptions {
  /** Told what is odd about a provider's stream, for the log; without any of its content. */
  readonly warn?: (oddity: string) => void
}

interface Entry extends NamedProvider {
  readonly provider: Provider
  readonly usable: boolean
}

function entries(config: Config, env: Environment, warn: ProvidersOptions['warn']): Entry[] {
  const { options, ...openai } = openAiSettings(config, env)
  const found: Entry[] = [
    {
      name: 'openai',
      models: options.models,
      ...openai,
      provider: openAiProvider({ ...options, warn }),
    },
  ]
  for (const [name, keys] of Object.entries(config.providers)) {
    if (name === 'openai') continue
    if (keys.kind === 'demo') {
      const provider = demoProvider({ name, models: keys.models })
      found.push({ name, models: provider.models, provider, usable: true, baseUrlWritten: false })
      continue
    }
    const { options: named, ...rest } = namedSettings(name, keys, env)
    const provider = openAiProvider({ ...named, warn })
    found.push({ name, models: named.models, ...rest, provider })
  }
  if (!found.some(({ name }) => name === 'demo')) {
    const provider = demoProvider()
    found.push({
      name: 'demo',
      models: provider.models,
      provider,
      usable: true,
      baseUrlWritten: false,
    })
  }
  return found
}

/** The models that environment and file name for `openai`, in their order, as `provider/id`. */
function openAiModels(config: Config, env: Environment, found: readonly Entry[]): string[] {
  const written = [variable(env, 'OPENAI_MODEL') ?? [], config.openai.model ?? []].flat()
  return written.map((model) =>
    found.some(({ name }) => model.startsWith(`${name}/`)) ? model : `openai/${model}`,
  )
}

/** Every model that is named somewhere, of the providers that can be used. */
function namedModels(config: Config, env: Environment, found: readonly Entry[]): string[] {
  const listed = found.flatMap(({ name, models }) => {
    const ids = models ?? (name === 'openai' ? [BUILT_IN_MODEL] : [])
    return ids.map((id) => `${name}/${id}`)
  })
  const usable = found.filter((entry) => entry.usable)
  return [...openAiModels(config, env, found), ...listed].filter((model) =>
    usable.some(({ name }) => model.startsWith(`${name}/`)),
  )
}

/** The order is that of the contract: environment, file, built-in, first configured, demo. */
function defaultOf(config: Config, env: Environment, found: readonly Entry[]): string {
  const usable = found.filter((entry) => entry.usable)
  const written = openAiModels(config, env, found).find((model) =>
    usable.some(({ name }) => model.startsWith(`${name}/`)),
  )
  if (written !== undefined) return written
  const openai = usable.find(({ name }) => name === 'openai')
  if (openai !== undefined) return `openai/${openai.models?.[0] ?? BUILT_IN_MODEL}`
  const first = usable.find(({ name, models }) => name !== 'demo' && models !== undefined)
  return first === undefined ? DEMO_MODEL : `${first.name}/${first.models?.[0] ?? ''}`
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
  return {
    defaultModel,
    resolve(name = defaultModel) {
      const model = findModel(name, found, known)
      const entry = found.find((candidate) => candidate.name === model.provider)
      if (entry === undefined) throw new Error(`no provider ${model.provider}`)
      const defaults = entry.name === 'openai' ? openAiDefaults : {}
      return { provider: entry.provider, model: model.model, defaults }
    },
    list: () => known.map((id) => ({ id, provider: id.slice(0, id.indexOf('/')) })),
  }
}
