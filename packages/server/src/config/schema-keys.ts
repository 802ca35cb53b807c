/** What the schema says of each key: which there are, what a value must be, and which one a wrong name meant. */
import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { formatKey, type KeyPath } from './key-path.ts'
import { Config } from './schema.ts'

/** Stands in a path for a name that the user chooses, such as a provider's. */
export const ANY_NAME = '*'

/** The part of the schema that describes `path`, bare of defaults; undefined for an unknown key. */
function schemaAt(path: KeyPath): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = Config
  for (const step of path) schema = child(bare(schema), step)
  return schema === undefined ? undefined : bare(schema)
}

/** The keys right under `path`; {@link ANY_NAME} where the user chooses the names, none under a plain value. */
export function keysUnder(path: KeyPath): readonly string[] {
  const schema = schemaAt(path)
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  return schema instanceof z.ZodRecord ? [ANY_NAME] : []
}

export type ValueKind = 'table' | 'list' | 'number' | 'boolean' | 'text'

/** What kind of value `path` takes; undefined for an unknown key. */
export function valueKind(path: KeyPath): ValueKind | undefined {
  const schema = schemaAt(path)
  if (schema === undefined) return undefined
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'table'
  if (schema instanceof z.ZodArray) return 'list'
  if (schema instanceof z.ZodNumber) return 'number'
  return schema instanceof z.ZodBoolean ? 'boolean' : 'text'
}

/** The path of every key that takes a value; names that the user chooses are {@link ANY_NAME}. */
export function schemaKeys(under: KeyPath = []): readonly KeyPath[] {
  return keysUnder(under).flatMap((key) => {
    const path = [...under, key]
    return valueKind(path) === 'table' ? schemaKeys(path) : [path]
  })
}

/** What a value of `path` must be, to follow "must be": `a whole number from 0 to 65535`. */
export function expectation(path: KeyPath): string {
  const schema = schemaAt(path)
  if (schema === undefined) return 'a known key'
  return z.globalRegistry.get(schema)?.description ?? typeExpectation(schema)
}

/** What the name of an entry of the table at `path` must be, where the user chooses the names. */
export function nameExpectation(path: KeyPath): string {
  const schema = schemaAt(path)
  const rule = schema instanceof z.ZodRecord ? z.globalRegistry.get(schema.keyType) : undefined
  return rule?.description ?? 'a known key'
}

/**
 * What is wrong with a key that the schema lacks, to follow the key in a sentence: with the known key that it most
 * likely meant, else with those that its table has.
 */
export function unknownKey(path: KeyPath): string {
  const length = path.findIndex((_, at) => schemaAt(path.slice(0, at + 1)) === undefined) + 1
  const table = path.slice(0, length - 1)
  if (valueKind(table) !== 'table') return `is an unknown key (${formatKey(table)} is no table)`
  const near = nearestPath(path.slice(0, length))
  if (near !== undefined) {
    const whole = [...near, ...path.slice(length)]
    const meant = schemaAt(whole) === undefined ? near : whole
    return `is an unknown key (did you mean ${formatKey(meant)}?)`
  }
  const known = keysUnder(table).map((key) => (key === ANY_NAME ? 'NAME' : key))
  const owner = table.length === 0 ? 'the tables are' : `${formatKey(table)} has`
  return `is an unknown key (${owner} ${known.join(', ')})`
}

/** The nearest name in the same table, else in any other. */
function nearestPath(path: KeyPath): KeyPath | undefined {
  const table = path.slice(0, -1)
  const name = String(path.at(-1))
  const sibling = nearest(name, keysUnder(table))
  if (sibling !== undefined) return [...table, sibling]
  const others = schemaKeys().filter((key) => !key.includes(ANY_NAME))
  const other = nearest(
    name,
    others.map((key) => String(key.at(-1))),
  )
  return others.find((key) => key.at(-1) === other)
}

/** A path of {@link schemaKeys} for people: `providers.NAME.kind`. */
export function formatPattern(path: KeyPath): string {
  return formatKey(path.map((step) => (step === ANY_NAME ? 'NAME' : step)))
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      edits: edits(name, candidate),
      begins: name.startsWith(candidate),
      lengthens: Math.abs(candidate.length - name.length),
    }))
    .filter(({ candidate, edits: count }) => count <= Math.max(2, candidate.length / 3))
    .toSorted(
      (a, b) =>
        a.edits - b.edits || Number(b.begins) - Number(a.begins) || a.lengthens - b.lengthens,
    )
  return ranked[0]?.candidate
}

/** Edits between the two, where a name cut short or written in camel case is as good as one letter off. */
function edits(name: string, candidate: string): number {
  const plain = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_')
  if (plain === candidate) return 0
  const isPart = plain.length >= 3 && candidate.includes(plain)
  return isPart ? 1 : distance(plain, candidate)
}

function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = schema
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault
  )
    inner = inner.unwrap()
  return inner
}

function child(
  schema: z.core.$ZodType | undefined,
  step: string | number,
): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodArray) return typeof step === 'number' ? schema.element : undefined
  if (!(schema instanceof z.ZodObject)) return undefined
  return Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined
}

function typeExpectation(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodNumber) return numberExpectation(schema)
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodArray) return 'a list'
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'a table'
  if (!(schema instanceof z.ZodEnum)) return 'a string'
  return `one of ${schema.options.map((option) => `"${option}"`).join(', ')}`
}

function numberExpectation(schema: z.ZodNumber): string {
  const { minValue, maxValue, isInt } = schema
  const noun = isInt ? 'a whole number' : 'a number'
  const hasMaximum = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER
  if (minValue === null) return noun
  return hasMaximum ? `${noun} from ${minValue} to ${maxValue}` : `${noun}, ${minValue} or more`
}
