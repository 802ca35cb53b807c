/** The tokens of an answer of any length: the sample answer, again and again. */
import { SAMPLE_ANSWER, tokensOf } from '@speak-code/testkit'

const TOKENS = tokensOf(SAMPLE_ANSWER)

/** The token with this number, from 0. */
export function sampleToken(index: number): string {
  return TOKENS[index % TOKENS.length] ?? ''
}

/** The first `count` tokens. */
export function sampleText(count: number): string {
  return Array.from({ length: count }, (_, index) => sampleToken(index)).join('')
}
