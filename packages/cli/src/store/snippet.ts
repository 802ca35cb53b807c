/** The place of a hit in its text. */
import type { Match } from './search-query.ts'

/** UTF-16 code units around the matches. */
const LENGTH = 160
const BEFORE = 40
/** How far a cut is moved to stand between two words. */
const WORD_REACH = 16

/** One line with the place that has the most different matches, these between `«` and `»`. `matches` by their beginning. */
export function snippetOf(text: string, matches: readonly Match[]): string {
  const anchor = densest(matches)
  const from = anchor === undefined ? 0 : cutBefore(text, Math.max(0, anchor.start - BEFORE))
  const to = Math.max(cutAfter(text, from + LENGTH), anchor?.end ?? 0)
  let marked = from > 0 ? '…' : ''
  let done = from
  for (const { start, end } of matches) {
    if (start < done || end > to) continue
    marked += `${text.slice(done, start)}«${text.slice(start, end)}»`
    done = end
  }
  marked += text.slice(done, to) + (to < text.length ? '…' : '')
  return marked.replace(/\s+/g, ' ').trim()
}

function densest(matches: readonly Match[]): Match | undefined {
  let best: Match | undefined
  let most = 0
  for (const [index, match] of matches.entries()) {
    const phrases = new Set<number>()
    for (let next = index; next < matches.length; next++) {
      const other = matches[next]
      if (other === undefined || other.end > match.start + LENGTH - BEFORE) break
      phrases.add(other.phrase)
    }
    if (best === undefined || phrases.size > most) {
      best = match
      most = phrases.size
    }
  }
  return best
}

function cutBefore(text: string, at: number): number {
  if (at === 0) return 0
  const space = text.slice(at, at + WORD_REACH).search(/\s/)
  return space === -1 ? wholeCharacter(text, at) : at + space + 1
}

function cutAfter(text: string, at: number): number {
  if (at >= text.length) return text.length
  const spaces = [...text.slice(at - WORD_REACH, at).matchAll(/\s/g)]
  const last = spaces.at(-1)
  return last === undefined ? wholeCharacter(text, at) : at - WORD_REACH + last.index
}

/** Not between the two halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}
