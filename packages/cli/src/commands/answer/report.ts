/** What people are told on stderr about an answer. */
import type { TextOutput } from '../../deps.ts'
import { failureText } from '../../errors.ts'
import { harmless } from '../../terminal/harmless.ts'
import type { Outcome } from './ending.ts'

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

/** One line on tokens and cost, for `--usage`; undefined where nothing is known. */
export function usageLine({ usage, cost }: Pick<Outcome, 'usage' | 'cost'>): string | undefined {
  if (usage === null) return undefined
  const { promptTokens, completionTokens, totalTokens, reasoningTokens, cachedTokens } = usage
  const input = cachedTokens === undefined ? '' : ` (${cachedTokens} cached)`
  const output = reasoningTokens === undefined ? '' : ` (${reasoningTokens} reasoning)`
  const source = usage.source === 'estimated' ? ', estimated' : ''
  const price = cost === undefined ? '' : `, ${cost.amount} ${cost.currency}`
  return `tokens: ${promptTokens} in${input}, ${completionTokens} out${output}, ${totalTokens} in all${source}${price}`
}
