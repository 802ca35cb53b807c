/** Configuration and environment → what a provider of Chat Completions is made of. Pure. */
import { errorInfo, type ErrorInfo } from '@speak-code/protocol'
import type { Config, ProviderConfig } from '../config/index.ts'
import type { OpenAiOptions } from './openai.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const OPENAI_URL = 'https://api.openai.com/v1'

/** A provider as it is going to be made, and whether it can be used as it stands. */
export interface ProviderSettings {
  readonly options: OpenAiOptions
  /** It has a key or a base URL. */
  readonly usable: boolean
  /** The file has its base URL. */
  readonly baseUrlWritten: boolean
}

type Keys = Omit<ProviderConfig, 'kind'>

/** The variable's value; an empty one counts as unset. */
export function variable(env: Environment, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : env[name]?.trim()
  return value === '' ? undefined : value
}

function howToSetKey(variableName: string): string {
  return `Type this where you start speak-code, with a key that is valid, and ask again:\n\n  export ${variableName}=your-key`
}

function milliseconds(keys: Keys): OpenAiOptions['limits'] {
  return {
    connectMs: keys.connect_timeout_secs * 1000,
    silenceMs: keys.stream_timeout_secs * 1000,
    firstTokenMs: keys.first_token_timeout_secs * 1000,
    totalMs: keys.total_timeout_secs * 1000,
  }
}

function common(keys: Keys): Pick<OpenAiOptions, 'headers' | 'models' | 'laxDone' | 'limits'> {
  return {
    headers: keys.headers,
    models: keys.models,
    laxDone: keys.lax_done,
    limits: milliseconds(keys),
  }
}

function missingKey(name: string, variableName: string): ErrorInfo {
  return errorInfo(
    'upstream_auth',
    `No key is set for the provider ${name}. ${howToSetKey(variableName)}`,
  )
}

const isHttp = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

/**
 * The provider named `openai`: the environment's key and base URL are its alone. The environment's base
 * URL goes over the file's, but never with a key that the file named for its own base URL (L10).
 */
export function openAiSettings(config: Config, env: Environment): ProviderSettings {
  const table = config.providers['openai']
  const keys = table ?? config.openai
  const ownUrl = variable(env, 'OPENAI_BASE_URL')
  const keyOfFilesUrl = keys.base_url === undefined ? undefined : keys.api_key_env
  const keyName =
    ownUrl !== undefined && keyOfFilesUrl !== undefined
      ? 'OPENAI_API_KEY'
      : (keys.api_key_env ?? 'OPENAI_API_KEY')
  const apiKey = variable(env, keyName)
  const baseUrl = ownUrl ?? keys.base_url
  const usable = apiKey !== undefined || baseUrl !== undefined
  const notUrl =
    ownUrl === undefined || isHttp(ownUrl)
      ? undefined
      : errorInfo('bad_request', 'OPENAI_BASE_URL is not an http or https URL')
  return {
    options: {
      ...common(keys),
      name: 'openai',
      dialect: table?.kind === 'openai-compatible' ? 'openai-compatible' : 'openai',
      baseUrl: baseUrl ?? OPENAI_URL,
      apiKey,
      keyHint: howToSetKey(keyName),
      obstacle: usable ? notUrl : missingKey('openai', keyName),
    },
    usable,
    baseUrlWritten: keys.base_url !== undefined,
  }
}

/** A provider of the file: its key comes from the variable that it names itself, or it has none. */
export function namedSettings(
  name: string,
  keys: ProviderConfig,
  env: Environment,
): ProviderSettings {
  const apiKey = variable(env, keys.api_key_env)
  const usable = apiKey !== undefined || keys.base_url !== undefined
  const keyHint =
    keys.api_key_env === undefined
      ? `Name the variable that holds its key in the configuration file, and set it:\n\n  [providers.${name}]\n  api_key_env = "NAME_OF_THE_VARIABLE"`
      : howToSetKey(keys.api_key_env)
  const obstacle = errorInfo('upstream_auth', `No key is set for the provider ${name}. ${keyHint}`)
  return {
    options: {
      ...common(keys),
      name,
      dialect: keys.kind === 'openai' ? 'openai' : 'openai-compatible',
      baseUrl: keys.base_url ?? OPENAI_URL,
      apiKey,
      keyHint,
      obstacle: usable ? undefined : obstacle,
    },
    usable,
    baseUrlWritten: keys.base_url !== undefined,
  }
}
