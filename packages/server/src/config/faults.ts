/** What is wrong with a parsed configuration, key by key. */
import { TomlDate, type TomlTable, type TomlValue } from 'smol-toml'
import type { z } from 'zod'
import { isTomlTable, valueAt } from './document.ts'
import type { KeyPath } from './key-path.ts'
import { keyConflict } from './keys.ts'
import { referenceFaults } from './model-references.ts'
import { expectation, nameExpectation, unknownKey } from './schema-keys.ts'
import { Config } from './schema.ts'

export interface ConfigFault {
  readonly path: KeyPath
  /** Follows the key in a sentence: `must be a whole number from 0 to 65535`. Never holds the value itself. */
  readonly problem: string
}

export type Checked =
  | { readonly config: Config; readonly faults?: undefined }
  | { readonly config?: undefined; readonly faults: readonly ConfigFault[] }

/** Checks what the parser made of a document, and gives it its defaults. */
export function checkConfig(document: TomlTable): Checked {
  // Compiling a parser for the schema would cost more than the one use that it gets.
  const result = Config.safeParse(document, { jitless: true })
  const faults = [
    ...datesIn(document),
    ...(result.error?.issues.flatMap((issue) => faultsOf(issue, document)) ?? []),
    ...(result.success ? providerFaults(document, result.data) : []),
    ...(result.success ? referenceFaults(result.data) : []),
    ...(result.success ? keyFaults(document, result.data) : []),
  ]
  return result.success && faults.length === 0 ? { config: result.data } : { faults }
}

function faultsOf(issue: z.core.$ZodIssue, document: TomlTable): readonly ConfigFault[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], problem: unknownKey([...path, key]) }))
  if (issue.code === 'invalid_key')
    return [{ path, problem: `must be ${nameExpectation(path.slice(0, -1))}` }]
  const value = valueAt(document, path)
  const expected = `must be ${expectation(path)}`
  if (value === undefined) return [{ path, problem: `is missing and ${expected}` }]
  const isOfType =
    issue.code !== 'invalid_type' ||
    (issue.expected === typeof value && !Array.isArray(value)) ||
    (issue.expected === 'int' && typeof value === 'number')
  return [{ path, problem: isOfType ? expected : `${expected}, not ${nounOf(value)}` }]
}

/** Where a table is expected, the schema would take a date for an empty one. */
function datesIn(value: TomlValue, path: KeyPath = []): readonly ConfigFault[] {
  if (value instanceof TomlDate)
    return [{ path, problem: `must be ${expectation(path)}, not ${nounOf(value)}` }]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) =>
    datesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

/** Rules that no single key can tell. */
function providerFaults(document: TomlTable, config: Config): readonly ConfigFault[] {
  return Object.entries(config.providers).flatMap(([name, provider]) => {
    const path = ['providers', name]
    if (name === 'openai' && document['openai'] !== undefined)
      return [
        { path, problem: 'is the provider that [openai] describes already: keep one of them' },
      ]
    if (provider.kind === 'openai-compatible' && provider.base_url === undefined)
      return [
        { path: [...path, 'base_url'], problem: 'is missing: kind "openai-compatible" needs it' },
      ]
    if (provider.background && provider.kind !== 'openai-responses')
      return [
        {
          path: [...path, 'background'],
          problem: `means nothing with kind "${provider.kind}": only with "openai-responses" does a vendor go on by itself`,
        },
      ]
    if (provider.kind === 'demo') return demoFaults(path, document)
    return name === 'demo'
      ? [{ path, problem: 'has the name of the built-in demo model: choose another name' }]
      : []
  })
}

/** A key that is bound twice in the file, or that nobody may take away. */
function keyFaults(document: TomlTable, config: Config): readonly ConfigFault[] {
  const written = document['keys']
  if (!isTomlTable(written)) return []
  const conflict = keyConflict(config.keys, (action) => Object.hasOwn(written, action))
  if (conflict === undefined) return []
  const { action, key, other } = conflict
  const problem =
    other === undefined
      ? `must not use ${key}, which always interrupts`
      : `has the key ${key}, which keys.${other} has too: keep one of them`
  return [{ path: ['keys', action], problem }]
}

/** The demo model calls nobody, so an address or a key there is a mistake. */
function demoFaults(path: KeyPath, document: TomlTable): readonly ConfigFault[] {
  return ['base_url', 'api_key_env', 'headers', 'lax_done']
    .map((key) => [...path, key])
    .filter((key) => valueAt(document, key) !== undefined)
    .map((key) => ({ path: key, problem: 'means nothing with kind "demo"' }))
}

function nounOf(value: TomlValue): string {
  if (value instanceof TomlDate) return 'a date or time'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a table'
  if (typeof value === 'bigint') return 'a number so large'
  return typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}
