/** Tokens that a text of this length (UTF-16 code units) is taken to have where no provider counted: ceil(length / 4). */
export function estimateTokens(length: number): number {
  return Math.ceil(length / 4)
}
