/** Where words begin and end, by grapheme. A folded paste is a word of its own. */
import { borderAfter, borderBefore } from '../../terminal/graphemes.ts'
import { isFold } from './folds.ts'

type Kind = 'word' | 'fold' | 'gap'

const WORD = /[\p{L}\p{N}\p{M}_]/u

function kindOf(grapheme: string): Kind {
  if (isFold(grapheme)) return 'fold'
  return WORD.test(grapheme) ? 'word' : 'gap'
}

const kindBefore = (text: string, at: number): Kind =>
  kindOf(text.slice(borderBefore(text, at), at))
const kindAfter = (text: string, at: number): Kind => kindOf(text.slice(at, borderAfter(text, at)))

/** Where readline's word before `cursor` begins: letters and digits, after whatever is not. */
export function wordStart(text: string, cursor: number): number {
  let at = cursor
  while (at > 0 && kindBefore(text, at) === 'gap') at = borderBefore(text, at)
  if (at > 0 && kindBefore(text, at) === 'fold') return borderBefore(text, at)
  while (at > 0 && kindBefore(text, at) === 'word') at = borderBefore(text, at)
  return at
}

/** Where the word at or after `cursor` ends. */
export function wordEnd(text: string, cursor: number): number {
  let at = cursor
  while (at < text.length && kindAfter(text, at) === 'gap') at = borderAfter(text, at)
  if (at < text.length && kindAfter(text, at) === 'fold') return borderAfter(text, at)
  while (at < text.length && kindAfter(text, at) === 'word') at = borderAfter(text, at)
  return at
}

/** Ctrl-W: back over white space, then over all that is not. */
export function chunkStart(text: string, cursor: number): number {
  const isSpace = (at: number): boolean => /^\s$/.test(text.slice(borderBefore(text, at), at))
  let at = cursor
  while (at > 0 && isSpace(at)) at = borderBefore(text, at)
  while (at > 0 && !isSpace(at)) at = borderBefore(text, at)
  return at
}

/** `word` with one capital letter, at its beginning. */
export function capitalized(word: string): string {
  return word.toLowerCase().replace(/[\p{L}\p{N}]/u, (letter) => letter.toUpperCase())
}

/** The words around `cursor`, exchanged; undefined where there are not two. */
export function transposed(
  text: string,
  cursor: number,
): { readonly from: number; readonly to: number; readonly text: string } | undefined {
  const after = wordEnd(text, cursor)
  const second = wordStart(text, after)
  const to = wordEnd(text, second)
  const from = wordStart(text, second)
  const firstEnd = wordEnd(text, from)
  if (from >= second || firstEnd > second) return undefined
  return {
    from,
    to,
    text: text.slice(second, to) + text.slice(firstEnd, second) + text.slice(from, firstEnd),
  }
}
