/** Ollama, which is there without a table and without a key: where it is, and how its models are called. Pure. */
import { errorInfo } from '@speak-code/protocol'
import type { Config } from '../config/index.ts'
import {
  defaultKeys,
  type Environment,
  namedSettings,
  optionsOf,
  type ProviderSettings,
  variable,
} from './settings.ts'

export const OLLAMA = 'ollama'
/** Asked where OLLAMA_HOST is written, nothing else can be, and no model is named. */
export const OLLAMA_MODEL = 'llama3.2'

const PORT = '11434'
const LATEST = ':latest'
const EVERY_ADDRESS = /^(?:0\.0\.0\.0|\[::\])$/

/**
 * Where Ollama's own programs find it (https://docs.ollama.com/faq): the scheme and the port may be missing, and the
 * addresses that a server listens on everywhere mean this machine. Undefined for what is no address.
 */
export function ollamaUrl(host: string): string | undefined {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(host)
  const url = URL.parse(
    written ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`,
  )
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  // `URL` forgets a port that is the scheme's own, so it is looked for in what was written.
  const hasPort = /:\d+$/.test(host.replace(/^[a-z]+:\/\//i, '').split('/')[0] ?? '')
  if (!written && !hasPort) url.port = PORT
  if (EVERY_ADDRESS.test(url.hostname)) url.hostname = '127.0.0.1'
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`
}

/** What the listed models may be called: without a tag the latest is meant (https://docs.ollama.com/api/introduction). */
export function ollamaNames(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) => (id.endsWith(LATEST) ? [id, id.slice(0, -LATEST.length)] : [id]))
}

/** OLLAMA_HOST goes over the file's base URL, but not with a key that the file names for that (L10). */
export function ollamaSettings(config: Config, env: Environment): ProviderSettings {
  const kind = 'openai-compatible'
  const table = config.providers[OLLAMA]
  const host = variable(env, 'OLLAMA_HOST')
  if (host === undefined && table !== undefined && table.kind !== 'demo') {
    return namedSettings(OLLAMA, { ...table, kind: table.kind }, env)
  }
  const url = ollamaUrl(host ?? '127.0.0.1')
  return {
    kind,
    options: optionsOf(OLLAMA, table ?? defaultKeys(kind), {
      baseUrl: url ?? '',
      apiKey: undefined,
      keyHint: 'Ollama needs no key; check OLLAMA_HOST.',
      obstacle:
        url === undefined ? errorInfo('bad_request', 'OLLAMA_HOST is not an address') : undefined,
    }),
    usable: host !== undefined,
    baseUrlWritten: table?.base_url !== undefined,
  }
}
