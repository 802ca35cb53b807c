/** Whether the configured providers would answer: a list of models is asked for, which costs nothing. */
import { errorInfo, type ErrorInfo } from '@speak-code/protocol'
import type { Config } from '../config/index.ts'
import { connectionError } from './connection-errors.ts'
import { createProviders, networkSettings } from './index.ts'
import { requestModels } from './model-request.ts'
import type { Environment, ProviderOptions, ProviderSettings } from './settings.ts'
import { type NetworkKind, VENDORS } from './vendors.ts'
import { upstreamError } from './upstream-errors.ts'

/** A provider that calls go to over the network. */
export interface ProviderProbe {
  readonly name: string
  readonly baseUrl: string
  /** Whether a key goes with its calls; never the key. */
  readonly hasKey: boolean
  /** What to do where a key is missing or refused. Errors about it end with these words. */
  readonly keyHint: string
  /** It has a key or a base URL. */
  readonly usable: boolean
  /** It is asked where a request names no model. */
  readonly isDefault: boolean
  /** It is there whether the file says so or not. */
  readonly isBuiltIn: boolean
  /** Makes one request. Resolves with what stands in the way of a call, or undefined; never rejects. */
  run(timeoutMs: number): Promise<ErrorInfo | undefined>
}

/**
 * The providers of this configuration in this environment, `openai` first; the demo needs no probe. `all`: the other
 * vendors too where nothing is set for them.
 */
export function providerProbes(
  config: Config,
  env: Environment,
  all = false,
): readonly ProviderProbe[] {
  const { defaultModel } = createProviders(config, env)
  const isWritten = (name: string): boolean => Object.hasOwn(config.providers, name)
  const isWanted = ({ options: { name }, usable }: ProviderSettings): boolean =>
    usable || name === 'openai' || isWritten(name) || (all && isVendor(name))
  const wanted = networkSettings(config, env).filter(isWanted)
  return wanted.map(({ kind, options, usable }) => ({
    name: options.name,
    baseUrl: options.baseUrl,
    hasKey: options.apiKey !== undefined,
    keyHint: options.keyHint,
    usable,
    isDefault: defaultModel.startsWith(`${options.name}/`),
    isBuiltIn: options.name === 'openai' || !isWritten(options.name),
    run: (timeoutMs) => probe(kind, options, timeoutMs),
  }))
}

const isVendor = (name: string): boolean => VENDORS.some((vendor) => vendor.name === name)

async function probe(
  kind: NetworkKind,
  options: ProviderOptions,
  timeoutMs: number,
): Promise<ErrorInfo | undefined> {
  if (options.obstacle !== undefined) return options.obstacle
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    return await ask(kind, options, signal)
  } catch (error) {
    const { host } = new URL(options.baseUrl)
    return signal.aborted
      ? errorInfo(
          'upstream_timeout',
          `${options.name} at ${host} has not answered within ${timeoutMs / 1000} s`,
        )
      : connectionError(error, options.name, host, options.limits.connectMs)
  }
}

async function ask(
  kind: NetworkKind,
  options: ProviderOptions,
  signal: AbortSignal,
): Promise<ErrorInfo | undefined> {
  const { name, baseUrl, apiKey, headers, keyHint } = options
  const { status, json, text } = await requestModels(kind, options, signal)
  // Not every compatible server lists its models; that it says so is an answer.
  if (status === 404 || status === 405 || status === 501) return undefined
  if (status >= 400) {
    const secrets = [apiKey ?? '', ...Object.values(headers)]
    const source = { status, body: json ?? text }
    return upstreamError(source, { provider: name, keyHint, secrets })
  }
  return json === undefined
    ? errorInfo(
        'upstream_bad_response',
        `what answers at ${new URL(baseUrl).host} is no API of a provider; check the base_url of ${name}`,
      )
    : undefined
}
