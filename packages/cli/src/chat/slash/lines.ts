/** How commands answer. */
import type { Line } from '../session-events.ts'

/** More of a list is not said. */
export const MAX_LISTED = 10

const MAX_FIRST_WORDS = 60

export const plain = (text: string): Line => ({ tone: 'plain', text })
export const hint = (text: string): Line => ({ tone: 'hint', text })
export const done = (text: string): Line[] => [{ tone: 'meta', text }]
export const refused = (text: string): Line[] => [{ tone: 'error', text }]
/** Nothing where there is no problem. */
export const refusedIf = (problem: string | undefined): Line[] =>
  problem === undefined ? [] : refused(problem)

/** The first line of a text, with a mark where there is more. */
export function firstLine(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n')
  return rest.length === 0 ? first : `${first} …`
}

/** The first line, no longer than fits into a list. */
export function firstWords(text: string): string {
  // Marks of headings, quotes and lists are no words.
  const characters = Array.from(firstLine(text).replace(/^[#>*\-\s]+/, ''))
  return characters.length <= MAX_FIRST_WORDS
    ? characters.join('')
    : `${characters.slice(0, MAX_FIRST_WORDS - 1).join('')}…`
}

/** `1 message`, `3 messages`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A place in a list, from 1; undefined where the text is none. */
export function placeIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}
