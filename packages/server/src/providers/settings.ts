/** Configuration and environment → what each provider is made of, and which key goes where (L10). Pure. */
import { errorInfo, type ErrorInfo } from '@speak-code/protocol'
import { type Config, ProviderConfig } from '../config/index.ts'
import type { TimeOutLimits } from './time-outs.ts'
import { type NetworkKind, type Vendor, VENDOR_URLS } from './vendors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What every adapter is made of. */
export interface ProviderOptions {
  /** The configured name. */
  readonly name: string
  readonly baseUrl: string
  /** Goes to `baseUrl` alone. Without it the call carries none. */
  readonly apiKey: string | undefined
  /** What to do where a key is refused: shown to people. */
  readonly keyHint: string
  /** Why no call can be made; each call then ends with it, and nothing is sent. */
  readonly obstacle: ErrorInfo | undefined
  /** Sent with every request, over ours. */
  readonly headers: Readonly<Record<string, string>>
  readonly models: readonly string[] | undefined
  /** `[DONE]` without a finish reason counts as completed. */
  readonly laxDone: boolean
  /** The vendor writes answers by itself and keeps them, so that they can be read on. */
  readonly background: boolean
  readonly limits: TimeOutLimits
  /** How long a run may take from when it is first asked, in ms; 0 means no limit. Kept by the router. */
  readonly totalMs: number
}

/** A provider as it is going to be made, and whether it can be used as it stands. */
export interface ProviderSettings {
  readonly kind: NetworkKind
  readonly options: ProviderOptions
  /** It has a key or a base URL. */
  readonly usable: boolean
  /** The file has its base URL. */
  readonly baseUrlWritten: boolean
}

type Keys = Omit<ProviderConfig, 'kind'>

/** Where a call goes, and with which key. */
type Access = Pick<ProviderOptions, 'baseUrl' | 'apiKey' | 'keyHint' | 'obstacle'>

/** The variable's value; an empty one counts as unset. */
export function variable(env: Environment, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : env[name]?.trim()
  return value === '' ? undefined : value
}

function howToSetKey(variableName: string): string {
  return `Type this where you start speak-code, with a key that is valid, and ask again:\n\n  export ${variableName}=your-key`
}

/** Keys, without those of the access, for a provider that the file does not describe. */
export function defaultKeys(kind: NetworkKind): Keys {
  return ProviderConfig.parse({ kind })
}

export function optionsOf(name: string, keys: Keys, access: Access): ProviderOptions {
  return {
    name,
    ...access,
    headers: keys.headers,
    models: keys.models,
    laxDone: keys.lax_done,
    background: keys.background,
    limits: {
      connectMs: keys.connect_timeout_secs * 1000,
      silenceMs: keys.stream_timeout_secs * 1000,
      firstTokenMs: keys.first_token_timeout_secs * 1000,
    },
    totalMs: keys.total_timeout_secs * 1000,
  }
}

function keyHintOf(name: string, keyName: string | undefined): string {
  return keyName === undefined
    ? `Name the variable that holds its key in the configuration file, and set it:\n\n  [providers.${name}]\n  api_key_env = "NAME_OF_THE_VARIABLE"`
    : howToSetKey(keyName)
}

function missingKey(name: string, keyHint: string): ErrorInfo {
  return errorInfo('upstream_auth', `No key is set for the provider ${name}. ${keyHint}`)
}

const isHttp = (url: string): boolean =>
  URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

/**
 * A built-in provider: the environment's key and base URL are its alone. The environment's base URL goes over the
 * file's, but never with a key that the file named for its own base URL; the file's goes only with the variable that its
 * own `api_key_env` names.
 */
export function vendorSettings(vendor: Vendor, config: Config, env: Environment): ProviderSettings {
  const { name, baseUrlName } = vendor
  const table = config.providers[name]
  const kind = table === undefined || table.kind === 'demo' ? vendor.kind : table.kind
  const keys =
    table ?? (name === 'openai' ? { ...config.openai, background: false } : defaultKeys(kind))
  const ownUrl = variable(env, baseUrlName)
  const keyName = keyNameOf(vendor, keys, env)
  const apiKey = variable(env, keyName)
  const baseUrl = ownUrl ?? keys.base_url
  const usable = apiKey !== undefined || baseUrl !== undefined
  const keyHint = keyHintOf(name, keyName)
  const notUrl =
    ownUrl === undefined || isHttp(ownUrl)
      ? undefined
      : errorInfo('bad_request', `${baseUrlName} is not an http or https URL`)
  return {
    kind,
    options: optionsOf(name, keys, {
      baseUrl: baseUrl ?? VENDOR_URLS[kind],
      apiKey,
      keyHint,
      obstacle: usable ? notUrl : missingKey(name, keyHint),
    }),
    usable,
    baseUrlWritten: keys.base_url !== undefined,
  }
}

function keyNameOf(vendor: Vendor, keys: Keys, env: Environment): string | undefined {
  const { keyNames, baseUrlName } = vendor
  const own = keyNames.find((name) => variable(env, name) !== undefined) ?? keyNames[0]
  if (keys.base_url === undefined) return keys.api_key_env ?? own
  return variable(env, baseUrlName) === undefined ? keys.api_key_env : own
}

/** A provider of the file: its key comes from the variable that it names itself, or it has none. */
export function namedSettings(
  name: string,
  keys: Keys & { readonly kind: NetworkKind },
  env: Environment,
): ProviderSettings {
  const apiKey = variable(env, keys.api_key_env)
  const usable = apiKey !== undefined || keys.base_url !== undefined
  const keyHint = keyHintOf(name, keys.api_key_env)
  return {
    kind: keys.kind,
    options: optionsOf(name, keys, {
      baseUrl: keys.base_url ?? VENDOR_URLS[keys.kind],
      apiKey,
      keyHint,
      obstacle: usable ? undefined : missingKey(name, keyHint),
    }),
    usable,
    baseUrlWritten: keys.base_url !== undefined,
  }
}
