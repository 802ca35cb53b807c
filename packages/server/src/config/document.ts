/** TOML text ↔ plain values, with errors as sentences. */
import { parse, stringify, TomlDate, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
import { ConfigError } from './config-error.ts'
import type { KeyPath } from './key-path.ts'
import { tomlOutline } from './toml-outline.ts'

/** Parses a document; `file` is named in errors. Throws {@link ConfigError}. */
export function parseDocument(source: string, file: string): TomlTable {
  try {
    // A key such as `__proto__` would slip past the schema; a huge integer is for the schema to refuse, by its key.
    return parse(source, { integersAsBigInt: 'asNeeded', unsafeKeyBehaviour: 'throw' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new ConfigError(syntaxSentence(error, source, file), { cause: error })
  }
}

/** The value at `path`, or undefined. */
export function valueAt(document: TomlTable, path: KeyPath): TomlValue | undefined {
  let value: TomlValue | undefined = document
  for (const step of path) value = inner(value, step)
  return value
}

/** A value as it stands after `key = `, on one line. */
export function formatValue(value: TomlValue): string {
  return stringify({ value: value })
    .trimEnd()
    .replace(/^value = /, '')
}

/** Reads what stands after `key = `, and nothing more; undefined where it is no TOML value. */
export function parseValue(text: string): TomlValue | undefined {
  const source = `value = ${text.trim()}`
  try {
    const { value } = parse(source, { integersAsBigInt: 'asNeeded', unsafeKeyBehaviour: 'throw' })
    return tomlOutline(source)[0]?.end === source.length ? value : undefined
  } catch (error) {
    if (error instanceof TomlError) return undefined
    throw error
  }
}

export function isTomlTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate)
}

function inner(value: TomlValue | undefined, step: string | number): TomlValue | undefined {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined
  return isTomlTable(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** The parser's own message quotes the lines around, which may hold what nobody should see. */
function syntaxSentence(error: TomlError, source: string, file: string): string {
  const reason = /^Invalid TOML document: (.*)$/m.exec(error.message)?.[1] ?? 'unreadable'
  const hint = reason === 'invalid value' ? ' (a string needs quotes)' : ''
  const line = source.split('\n')[error.line - 1] ?? ''
  const key = /^\s*([A-Za-z0-9_.-]+)\s*=/.exec(line)?.[1]
  const subject = key === undefined ? 'this' : key
  return `${file}, line ${error.line}: ${subject} is not valid TOML: ${reason}${hint}.`
}
