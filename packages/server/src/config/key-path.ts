/** Dotted keys, as people write them (`providers."my.one".kind`), and the path that they mean. */
import { ConfigError } from './config-error.ts'
import { tomlOutline } from './toml-outline.ts'

/** A step is a key, or the index of an element of a list. */
export type KeyPath = readonly (string | number)[]

const DOTTED_KEY = /^\s*STEP(?:\s*\.\s*STEP)*\s*$/.source.replaceAll(
  'STEP',
  String.raw`(?:[A-Za-z0-9_-]+|'[^'\n]*'|"(?:[^"\\\n]|\\["\\])*")`,
)

/** Throws {@link ConfigError} where `key` is not a dotted TOML key. */
export function parseKey(key: string): readonly string[] {
  const entry = new RegExp(DOTTED_KEY).test(key) ? tomlOutline(`${key.trim()} = 0`)[0] : undefined
  if (entry === undefined)
    throw new ConfigError(`"${key}" is not a key: keys look like openai.model.`)
  return entry.path.map(String)
}

/** The inverse of {@link parseKey}; quotes only what a bare key may not hold. An index becomes `[2]`. */
export function formatKey(path: KeyPath): string {
  return path.map((step, at) => formatStep(step, at === 0)).join('')
}

function formatStep(step: string | number, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  const text = /^[A-Za-z0-9_-]+$/.test(step) ? step : JSON.stringify(step)
  return isFirst ? text : `.${text}`
}
