/** What people are told on stderr about an answer. */
import type { TextOutput } from '../../deps.ts'
import { failureText } from '../../errors.ts'
import { harmless } from '../../terminal/harmless.ts'
import type { Outcome, Speaker } from './ending.ts'

/** Prints why it did not simply work, with its hint. `subject` says which of several answers it was. */
export function reportComplaint(
  stderr: TextOutput,
  complaint: NonNullable<Outcome['complaint']>,
  subject?: string,
): void {
  const message = subject === undefined ? complaint.message : `${subject}: ${complaint.message}`
  const text = failureText(message, complaint.hint)
  stderr.write(stderr.isTTY === true ? harmless(text) : text)
}

/**
 * One line on tokens, cost and who spoke, for `--usage`; undefined where nothing is known. `asked` is told where another
 * model spoke in its place. An unknown cost is not told.
 */
export function usageLine(
  { usage, cost, speaker }: Pick<Outcome, 'usage' | 'cost' | 'speaker'>,
  asked: Speaker | undefined,
): string | undefined {
  if (usage === null) return undefined
  const { promptTokens, completionTokens, totalTokens, reasoningTokens, cachedTokens } = usage
  const input = cachedTokens === undefined ? '' : ` (${cachedTokens} cached)`
  const output = reasoningTokens === undefined ? '' : ` (${reasoningTokens} reasoning)`
  const source = usage.source === 'estimated' ? ', estimated' : ''
  const price = cost === undefined ? '' : `, ${inDigits(cost.amount)} ${cost.currency}`
  return `tokens: ${promptTokens} in${input}, ${completionTokens} out${output}, ${totalTokens} in all${source}${price}${whoSpoke(speaker, asked)}`
}

function whoSpoke(speaker: Speaker | undefined, asked: Speaker | undefined): string {
  if (speaker === undefined) return ''
  const name = nameOf(speaker)
  const wanted = asked === undefined ? name : nameOf(asked)
  return name === wanted ? ` (${name})` : ` (${name} in place of ${wanted})`
}

/** Every digit that the relay gives, and none as a power of ten. */
const inDigits = (amount: number): string => amount.toFixed(10).replace(/\.?0+$/, '')

const nameOf = ({ provider, model }: Speaker): string => `${provider}/${model}`
