/**
 * A conversation's title from its first user message: the first five words by white space, then
 * `...` if there are more; at most 80 characters.
 */
export function titleOf(firstUserMessage: string): string {
  // A prompt may be megabytes long, and five words are near its beginning.
  const words = firstUserMessage.trimStart().slice(0, 4096).split(/\s+/).filter(Boolean)
  const title = words.slice(0, 5).join(' ') + (words.length > 5 ? '...' : '')
  const characters = Array.from(title)
  return characters.length <= 80 ? title : `${characters.slice(0, 77).join('')}...`
}
