/** Words that shells may offer for an argument which takes others as well (choices would refuse those). */
import type { Argument } from 'commander'

const suggestions = new WeakMap<Argument, () => readonly string[]>()

/** `words` is called only when a completion script is made. */
export function suggest(argument: Argument, words: () => readonly string[]): Argument {
  suggestions.set(argument, words)
  return argument
}

/** What {@link suggest} was given, or undefined. */
export function suggestedWords(argument: Argument): readonly string[] | undefined {
  return suggestions.get(argument)?.()
}
