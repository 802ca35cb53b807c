/** What the configuration comes to, key by key, and where each value comes from. */
import {
  ANY_NAME,
  formatKey,
  keysUnder,
  valueKind,
  type LoadedConfig,
} from '@speak-code/server/config'

export interface Setting {
  /** Dotted. */
  readonly key: string
  readonly path: readonly string[]
  /** Undefined where neither the user nor the program gives one. */
  readonly value: unknown
  readonly source: 'environment' | 'file' | 'default' | 'unset'
  /** The variable, for `environment`. */
  readonly variable?: string
}

/** The variables that go over a key of the file. */
const VARIABLES: Readonly<Record<string, string>> = {
  'openai.model': 'OPENAI_MODEL',
  'openai.base_url': 'OPENAI_BASE_URL',
  'server.url': 'SPEAK_CODE_SERVER',
}

/** The variable of `env` that goes over `key`, if it is set. */
export function variableOver(key: string, env: NodeJS.ProcessEnv): string | undefined {
  const variable = VARIABLES[key]
  return variable === undefined || (env[variable] ?? '') === '' ? undefined : variable
}

/** The settings at and below `path` (all without one), in the order of the schema. */
export function settingsOf(
  loaded: LoadedConfig,
  env: NodeJS.ProcessEnv,
  path: readonly string[] = [],
): readonly Setting[] {
  if (path.length > 0 && valueKind(path) !== 'table') return [settingAt(loaded, env, path)]
  const named = keysUnder(path)
  const names = named.includes(ANY_NAME) ? namesIn(valueAt(loaded.config, path)) : named
  return names.flatMap((name) => settingsOf(loaded, env, [...path, name]))
}

function settingAt(loaded: LoadedConfig, env: NodeJS.ProcessEnv, path: readonly string[]): Setting {
  const key = formatKey(path)
  const variable = variableOver(key, env)
  if (variable !== undefined)
    return { key, path, value: env[variable], source: 'environment', variable }
  const value = valueAt(loaded.config, path)
  if (value === undefined) return { key, path, value, source: 'unset' }
  return { key, path, value, source: loaded.written(key) ? 'file' : 'default' }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

function namesIn(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}
