/** Reads the user's TOML file. */
import { readFileSync } from 'node:fs'
import type { TomlTable } from 'smol-toml'
import { ConfigError } from './config-error.ts'
import { parseDocument, valueAt } from './document.ts'
import { checkConfig, type ConfigFault } from './faults.ts'
import { formatKey, parseKey } from './key-path.ts'
import type { Config } from './schema.ts'
import { lineOfKey } from './toml-outline.ts'

export interface LoadedConfig {
  readonly config: Config
  /** The file, whether it exists or not. */
  readonly path: string
  readonly exists: boolean
  /** Whether the file itself has this key or table (dotted: `openai.model`), rather than the default. */
  written(key: string): boolean
}

/** Reads and checks the file. A file that is not there acts like an empty one. Throws {@link ConfigError}. */
export function loadConfig(path: string): LoadedConfig {
  const source = readSource(path)
  return parseConfig(source ?? '', path, source !== undefined)
}

/** Checks the text of a file; `path` is named in errors. Throws {@link ConfigError}. */
export function parseConfig(source: string, path: string, exists = true): LoadedConfig {
  const document = parseDocument(source, path)
  const { config, faults } = checkConfig(document)
  if (config === undefined) throw configErrorOf(faults, source, path)
  return { config, path, exists, written: (key) => isWritten(document, key) }
}

/** The file's text, byte order mark included; undefined where there is none. Throws {@link ConfigError}. */
export function readSource(path: string): string | undefined {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new ConfigError(`${path} cannot be read: ${readProblem(code)}.`, { cause: error })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new ConfigError(`${path} is not a text file in UTF-8.`, { cause: error })
  }
}

function isWritten(document: TomlTable, key: string): boolean {
  return valueAt(document, parseKey(key)) !== undefined
}

/** Names the fault that stands first in the file. */
function configErrorOf(faults: readonly ConfigFault[], source: string, file: string): ConfigError {
  const [first] = faults
    .map((fault) => ({ ...fault, line: lineOfKey(source, fault.path) }))
    .toSorted((a, b) => a.line - b.line)
  if (first === undefined) return new ConfigError(`${file} cannot be used.`)
  const problem = `${formatKey(first.path)} ${first.problem}`
  return new ConfigError(`${file}, line ${first.line}: ${problem}.`, { problem })
}

function readProblem(code: unknown): string {
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EACCES' || code === 'EPERM') return 'you have no permission'
  return typeof code === 'string' ? code : 'reading failed'
}
