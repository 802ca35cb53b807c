/** Which provider a model's name means (CONTRACT §5). Pure. */
import { SpeakCodeError } from '@speak-code/protocol'
import { distance } from 'fastest-levenshtein'

/** What is known of a provider when a name is looked up. */
export interface NamedProvider {
  readonly name: string
  /** The ids it serves; undefined where any id is passed on. */
  readonly models: readonly string[] | undefined
  /** The configuration file has its base URL. */
  readonly baseUrlWritten: boolean
}

export interface ModelName {
  readonly provider: string
  /** As the provider calls it. */
  readonly model: string
}

/** Whose models begin like this, where no provider lists them. */
const PREFIXES: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt-|o[1-9])/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'google'],
]
const NEAREST = 3
/** Longer names are not compared: they are no typing errors. */
const COMPARED_LENGTH = 100

/**
 * Splits `provider/id`. The first part is a provider only if it names one: ids may hold slashes.
 * A name without a provider is undefined.
 */
function written(name: string, providers: readonly NamedProvider[]): ModelName | undefined {
  const slash = name.indexOf('/')
  const model = name.slice(slash + 1)
  const provider = providers.find(
    (candidate) => candidate.name === name.slice(0, Math.max(0, slash)),
  )
  return provider === undefined || model === '' ? undefined : { provider: provider.name, model }
}

function claimed(id: string, providers: readonly NamedProvider[]): ModelName | undefined {
  const listing = providers.filter(({ models }) => models?.includes(id))
  const [first] = listing
  if (first !== undefined && listing.length === 1) return { provider: first.name, model: id }
  const prefixed = PREFIXES.find(([prefix]) => prefix.test(id))
  if (prefixed !== undefined) return { provider: prefixed[1], model: id }
  const [only, ...others] = providers.filter(({ baseUrlWritten }) => baseUrlWritten)
  const unclaimed = listing.length === 0 && only !== undefined && others.length === 0
  return unclaimed ? { provider: only.name, model: id } : undefined
}

function nearest(name: string, known: readonly string[]): string[] {
  const wanted = name.slice(0, COMPARED_LENGTH).toLowerCase()
  const apart = (id: string): number =>
    Math.min(
      distance(wanted, id.toLowerCase()),
      distance(wanted, id.slice(id.indexOf('/') + 1).toLowerCase()),
    )
  return known.toSorted((a, b) => apart(a) - apart(b)).slice(0, NEAREST)
}

/**
 * The provider that `name` means: `provider/id`, an id that one provider lists, a known prefix, else the only provider with
 * a base URL in the file. `known` (`provider/id` each) are there although no list has them. Undefined where none is meant.
 */
export function meantModel(
  name: string,
  providers: readonly NamedProvider[],
  known: readonly string[],
): ModelName | undefined {
  const found = written(name, providers) ?? claimed(name, providers)
  if (found === undefined) return undefined
  const { models } = providers.find((provider) => provider.name === found.provider) ?? {}
  const isKnown = known.includes(`${found.provider}/${found.model}`)
  return models === undefined || models.includes(found.model) || isKnown ? found : undefined
}

/** As {@link meantModel}; throws SpeakCodeError `model_not_found` with the nearest of `known` where none is meant. */
export function findModel(
  name: string,
  providers: readonly NamedProvider[],
  known: readonly string[],
): ModelName {
  const found = meantModel(name, providers, known)
  if (found !== undefined) return found
  const shown = name.length > COMPARED_LENGTH ? `${name.slice(0, COMPARED_LENGTH)}…` : name
  throw new SpeakCodeError(
    'model_not_found',
    `There is no model “${shown.toWellFormed()}” here. The nearest: ${nearest(name, known).join(', ')}.`,
  )
}
