/**
 * What the events of one stream have in common. Most differ in the text of their delta alone, and then that text can be
 * had without parsing the rest again: half of what reading a short delta costs.
 */
import { isPlain } from './json.ts'

/** Before the text, in an event that has it. No string of JSON can hold this: a quote inside one is escaped. */
const OPENING = '"content":"'

/** After so many events in a row that have nothing in common, no more is looked for. */
const PATIENCE = 8

export class ChatFrame {
  #before = ''
  #after = ''
  #vain = 0

  /**
   * The text of the event that has nothing else to tell than the one that was learnt; undefined where it may have, and has
   * to be parsed.
   */
  textOf(data: string): string | undefined {
    const before = this.#before
    const after = this.#after
    if (before === '' || data.length <= before.length + after.length) return undefined
    const end = data.length - after.length
    // Whole strings are compared faster than by startsWith and endsWith.
    if (data.slice(0, before.length) !== before || data.slice(end) !== after) return undefined
    const text = data.slice(before.length, end)
    if (!isPlain(text)) return undefined
    this.#vain = 0
    return text
  }

  /** The event brought this text and nothing else, and would do so again. */
  learn(data: string, text: string): void {
    // A name could be escaped as well as the text.
    if (this.#vain === PATIENCE || data.includes('\\')) return
    this.#vain += 1
    this.#before = ''
    const start = data.indexOf(OPENING) + OPENING.length
    const isOnly = start >= OPENING.length && data.indexOf(OPENING, start) < 0
    if (!isOnly || !data.startsWith(`${text}"`, start)) return
    this.#before = data.slice(0, start)
    this.#after = data.slice(start + text.length)
  }
}
