/** Which models the file's own `[models]` and `[fallback]` name, and whether they can be meant. Pure. */
import type { ConfigFault } from './faults.ts'
import { meantModel, type NamedProvider } from './model-names.ts'
import type { Config } from './schema.ts'

/** Providers that are there without a word in the file. */
const BUILT_IN_NAMES = ['openai', 'anthropic', 'google', 'ollama', 'demo'] as const

/** The key of `[fallback]` for every model that has no list of its own. */
export const DEFAULT_FALLBACK = 'default'

/**
 * What the alias means in the end; any other name is its own meaning. An alias that leads back to itself, which
 * {@link referenceFaults} refuses, means itself.
 */
export function followAlias(name: string, aliases: Config['models']): string {
  const seen = new Set<string>()
  let meant = name
  while (!seen.has(meant)) {
    seen.add(meant)
    const next = Object.hasOwn(aliases, meant) ? aliases[meant] : undefined
    if (next === undefined) return meant
    meant = next
  }
  return name
}

/** Aliases in a circle, and names that no provider of the file can mean. */
export function referenceFaults(config: Config): readonly ConfigFault[] {
  const { models: aliases, fallback } = config
  const providers = providersOf(config)
  const written = config.openai.model
  const known = written === undefined ? [] : [`openai/${written}`]
  const problemOf = (name: string): string | undefined => {
    const model = followAlias(name, aliases)
    if (Object.hasOwn(aliases, model)) return 'is an alias that leads back to itself'
    return meantModel(model, providers, known) === undefined
      ? 'names a model that no provider has'
      : undefined
  }
  const faultOf = (path: ConfigFault['path'], name: string): readonly ConfigFault[] => {
    const problem = problemOf(name)
    return problem === undefined ? [] : [{ path, problem }]
  }
  return [
    ...Object.keys(aliases).flatMap((alias) => faultOf(['models', alias], alias)),
    ...Object.entries(fallback).flatMap(([name, models]) => [
      ...(name === DEFAULT_FALLBACK ? [] : faultOf(['fallback', name], name)),
      ...models.flatMap((model, at) => faultOf(['fallback', name, at], model)),
    ]),
  ]
}

function providersOf(config: Config): NamedProvider[] {
  const configured = Object.entries({ openai: config.openai, ...config.providers })
  const builtIn = BUILT_IN_NAMES.filter((name) => !configured.some(([own]) => own === name))
  return [
    ...configured.map(([name, { models, base_url: baseUrl }]) => ({
      name,
      models,
      baseUrlWritten: baseUrl !== undefined,
    })),
    ...builtIn.map((name) => ({
      name,
      models: name === 'demo' ? ['demo'] : undefined,
      baseUrlWritten: false,
    })),
  ]
}
