/**
 * The branches of a completion script, the same in every shell. A script walks the words before the cursor; `command`
 * is the path so far, `option` a flag that waits for its value, and `position` counts the other words.
 */
import { flatten, type CompletionCommand, type CompletionOption, type Values } from './tree.ts'

interface Candidate {
  readonly word: string
  readonly description: string
}

export type Offer = Exclude<Values, { kind: 'words' }> | CandidateOffer
interface CandidateOffer {
  readonly kind: 'candidates'
  readonly candidates: readonly Candidate[]
}

/** A branch that is taken where the subject is one of `subjects`. */
export interface Case<Result> {
  readonly subjects: readonly string[]
  readonly result: Result
}

export interface Cases {
  /** `command word` → the command that the word names. */
  readonly enter: readonly Case<string>[]
  /** `command flag` of flags whose value is the next word. */
  readonly takesValue: readonly string[]
  /** `command flag` → what its value may be. */
  readonly values: readonly Case<Offer>[]
  /** `command` → its options. */
  readonly options: readonly Case<CandidateOffer>[]
  /** `command position` → what may stand there: commands, or an argument. `*` is any position from there on. */
  readonly operands: readonly Case<Offer>[]
}

export function casesOf(tree: CompletionCommand): Cases {
  const commands = flatten(tree)
  return {
    enter: commands.flatMap(({ path, commands: children }) =>
      children.map((child) => ({
        subjects: child.names.map((name) => `${path} ${name}`),
        result: child.path,
      })),
    ),
    takesValue: commands.flatMap(({ path, options }) =>
      options.filter(({ takesValue }) => takesValue).flatMap((option) => keysOf(path, option)),
    ),
    values: commands.flatMap(({ path, options }) =>
      options.flatMap((option) =>
        option.takesValue && option.values !== undefined
          ? [{ subjects: keysOf(path, option), result: offerOf(option.values) }]
          : [],
      ),
    ),
    options: commands
      .filter(({ options }) => options.length > 0)
      .map(({ path, options }) => ({
        subjects: [path],
        result: { kind: 'candidates', candidates: options.flatMap(optionCandidates) },
      })),
    operands: commands.flatMap(operandCases),
  }
}

function keysOf(path: string, option: CompletionOption): readonly string[] {
  return option.flags.map((flag) => `${path} ${flag}`)
}

function optionCandidates({ flags, description }: CompletionOption): readonly Candidate[] {
  return flags.map((word) => ({ word, description }))
}

function operandCases(command: CompletionCommand): readonly Case<Offer>[] {
  const { path, commands, positions, isVariadic } = command
  const candidates = commands.flatMap(({ names, description }) =>
    names.map((word) => ({ word, description })),
  )
  const first: readonly Case<Offer>[] =
    candidates.length === 0
      ? []
      : [{ subjects: [`${path} 0`], result: { kind: 'candidates', candidates } }]
  const others = positions.flatMap((values, at): readonly Case<Offer>[] => {
    if (values === undefined) return []
    const place = isVariadic && at === positions.length - 1 ? '*' : String(at)
    return [{ subjects: [`${path} ${place}`], result: offerOf(values) }]
  })
  return [...first, ...others]
}

function offerOf(values: Values): Offer {
  if (values.kind !== 'words') return values
  const candidates = values.words.map((word) => ({ word, description: '' }))
  return { kind: 'candidates', candidates }
}
