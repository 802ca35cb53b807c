/** `--param KEY=VALUE`: sampling parameters from the command line. */
import { ChatParams } from '@speak-code/protocol'
import { UsageError } from '../errors.ts'

const NUMBERS = new Set(['temperature', 'topP', 'topK', 'maxTokens'])
const NAMES = Object.keys(ChatParams.shape)

/**
 * Reads the values of `--param`. The last one of a name counts, save for `stop`, which gathers several.
 * Returns undefined where there are none. Throws UsageError on an unknown name or a value out of range.
 */
export function readParams(pairs: readonly string[]): ChatParams | undefined {
  if (pairs.length === 0) return undefined
  const given: Record<string, unknown> = {}
  const stops: string[] = []
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const name = equals < 0 ? pair : pair.slice(0, equals)
    const value = pair.slice(equals + 1)
    if (!NAMES.includes(name)) {
      throw new UsageError(`There is no parameter "${name}".`, `Known are ${NAMES.join(', ')}.`)
    }
    if (equals < 0) throw new UsageError(`--param ${name} needs a value: --param ${name}=VALUE.`)
    if (name === 'stop') stops.push(value)
    // An empty value would become 0.
    else given[name] = NUMBERS.has(name) && value.trim() !== '' ? numberOf(name, value) : value
  }
  if (stops.length > 0) given['stop'] = stops
  const parsed = ChatParams.safeParse(given)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = String(issue?.path[0] ?? '')
  throw new UsageError(
    `--param ${name} cannot be ${JSON.stringify(given[name])}: ${issue?.message}.`,
  )
}

function numberOf(name: string, value: string): number {
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw new UsageError(`--param ${name} cannot be ${JSON.stringify(value)}: it must be a number.`)
}
