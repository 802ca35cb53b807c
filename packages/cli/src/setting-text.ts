/** Values of settings as text: what a person typed → TOML, and values for people to read. */
import {
  ANY_NAME,
  ConfigError,
  formatKey,
  formatValue,
  isTomlTable,
  keysUnder,
  parseValue,
  tomlOutline,
  valueKind,
} from '@speak-code/server/config'

/** A key and its value in TOML. */
export interface Assignment {
  readonly path: readonly string[]
  readonly text: string
}

/**
 * What `typed` means for the key at `path`: TOML where it is a value of the kind that the key takes, else plain text,
 * so that strings need no quotes. A table assigns each of its keys. Throws {@link ConfigError} for a table that is none.
 */
export function assignments(path: readonly string[], typed: string): readonly Assignment[] {
  const value = parseValue(typed)
  switch (valueKind(path)) {
    case 'table':
      if (isTomlTable(value)) return tableAssignments(path, typed)
      throw new ConfigError(tableProblem(path))
    case 'text':
      return [{ path, text: typeof value === 'string' ? typed.trim() : formatValue(typed) }]
    case 'list':
      return [{ path, text: Array.isArray(value) ? typed.trim() : formatValue([typed]) }]
    case 'number':
    case 'boolean':
    case undefined:
      return [{ path, text: value === undefined ? formatValue(typed) : typed.trim() }]
  }
}

/** A value as one line of TOML, without what is nobody's business: the values of headers, passwords in URLs. */
export function shownValue(path: readonly string[], value: unknown): string {
  return JSON.stringify(masked(path, value))
}

/** See {@link shownValue}. */
export function masked(path: readonly string[], value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (path.at(-2) === 'headers') return '(hidden)'
  if (!URL.canParse(value)) return value
  const url = new URL(value)
  if (url.password === '') return value
  url.password = 'hidden'
  return url.href
}

/** Each value of an inline table, in the words in which it was typed. */
function tableAssignments(path: readonly string[], typed: string): readonly Assignment[] {
  const source = `table = ${typed.trim()}`
  return tomlOutline(source)
    .filter((entry) => entry.kind === 'pair' && source[entry.valueStart] !== '{')
    .filter((entry) => entry.path.every((step) => typeof step === 'string'))
    .map((entry) => ({
      path: [...path, ...entry.path.slice(1).map(String)],
      text: source.slice(entry.valueStart, entry.end),
    }))
}

function tableProblem(path: readonly string[]): string {
  const keys = keysUnder(path).map((key) => (key === ANY_NAME ? 'NAME' : key))
  return `${formatKey(path)} is a table: set one of its keys (${keys.join(', ')}), or all of it as { key = value, … }.`
}
