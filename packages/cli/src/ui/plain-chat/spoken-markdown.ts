/**
 * An answer as it is read out: by sentences while a paragraph grows, by lines elsewhere, never by tokens. Marks become
 * words where a listener would miss what they show. Pure but for what it has not said yet.
 */
import { inlineWords, isOpenInline } from './inline-words.ts'
import { isTableRow, TableWords } from './table-words.ts'

/** A piece of a line, or with `ends` its last one. */
export interface Utterance {
  readonly text: string
  readonly ends: boolean
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/
const TASK = /^(\s*)[-*+]\s+\[([ xX])\]\s+(.*)$/
const BULLET = /^(\s*)[*+]\s+(.*)$/
const QUOTE = /^ {0,3}(?:> ?)+(.*)$/
/** The end of a sentence, with the space after it. */
const SENTENCE = /[.!?…。！？]["'”’)\]]*(?:\s+|(?<=[。！？]))/gu
/** What begins so may turn out to be more than prose. */
const STRUCTURE = /^\s*(?:[#>|`~]|[-*+]\s|\d{1,9}[.)]\s|[-*_]{3,}\s*$)/

export class SpokenMarkdown {
  /** What came and is not said: of one line. */
  #open = ''
  /** A piece of the line was said. */
  #isBegun = false
  #fence: string | undefined
  #inQuote = false
  #saidAnything = false
  #owesBlank = false
  readonly #table = new TableWords()

  /** Takes what came; returns what can be said of it. */
  push(delta: string): Utterance[] {
    const said: Utterance[] = []
    this.#open += delta
    for (let end = this.#open.indexOf('\n'); end >= 0; end = this.#open.indexOf('\n')) {
      const line = this.#open.slice(0, end)
      this.#open = this.#open.slice(end + 1)
      said.push(...this.#line(line))
    }
    const end = this.#sentenceEnd()
    if (end > 0) {
      said.push(...this.#prose(this.#open.slice(0, end), false))
      this.#open = this.#open.slice(end)
    }
    return said
  }

  /** Says the rest: nothing comes after it. */
  end(): Utterance[] {
    const rest = this.#open === '' && !this.#isBegun ? [] : this.#line(this.#open)
    this.#open = ''
    const table = this.#lines(this.#table.end())
    const code = this.#fence === undefined ? [] : this.#lines(['End of code.'])
    this.#fence = undefined
    return [...rest, ...table, ...code]
  }

  #line(line: string): Utterance[] {
    if (this.#isBegun) return this.#prose(line, true)
    if (this.#fence !== undefined) return this.#code(line, this.#fence)
    if (this.#table.isOpen || isTableRow(line)) {
      const table = this.#lines(this.#table.row(line))
      if (isTableRow(line)) return table
      return [...table, ...this.#line(line)]
    }
    const [, fence, language = ''] = FENCE.exec(line) ?? []
    if (fence !== undefined) {
      this.#fence = fence
      return this.#lines([language === '' ? 'Code:' : `Code, ${language}:`])
    }
    if (line.trim() === '') {
      this.#inQuote = false
      this.#owesBlank = this.#saidAnything
      return []
    }
    return this.#lines([this.#words(line)])
  }

  /** A line that is no code and no table. */
  #words(line: string): string {
    const [, marks, title = ''] = HEADING.exec(line) ?? []
    if (marks !== undefined) return `Heading ${marks.length}: ${inlineWords(title)}`
    if (RULE.test(line)) return 'Separator.'
    const [, indent = '', done, task = ''] = TASK.exec(line) ?? []
    if (done !== undefined) {
      return `${indent}- ${done === ' ' ? 'To do' : 'Done'}: ${inlineWords(task)}`
    }
    const [, bulletIndent = '', item] = BULLET.exec(line) ?? []
    if (item !== undefined) return `${bulletIndent}- ${inlineWords(item)}`
    const [, quoted] = QUOTE.exec(line) ?? []
    const wasInQuote = this.#inQuote
    this.#inQuote = quoted !== undefined
    if (quoted !== undefined) return `${wasInQuote ? '' : 'Quote: '}${inlineWords(quoted)}`
    return inlineWords(line)
  }

  #code(line: string, fence: string): Utterance[] {
    const isEnd = new RegExp(`^ {0,3}${fence[0] ?? ''}{${fence.length},}\\s*$`).test(line)
    if (isEnd) this.#fence = undefined
    return this.#lines([isEnd ? 'End of code.' : line])
  }

  #prose(source: string, ends: boolean): Utterance[] {
    const words = inlineWords(source)
    const blank = this.#isBegun ? [] : this.#blank()
    this.#isBegun = !ends
    this.#inQuote = false
    return [...blank, { text: words, ends }]
  }

  #lines(texts: readonly string[]): Utterance[] {
    if (texts.length === 0) return []
    return [...this.#blank(), ...texts.map((text) => ({ text, ends: true }))]
  }

  /** Empty lines stand between what is said, and one is enough. */
  #blank(): Utterance[] {
    const owes = this.#owesBlank
    this.#owesBlank = false
    this.#saidAnything = true
    return owes ? [{ text: '', ends: true }] : []
  }

  /** Where in the open line a sentence ends that can be said already. */
  #sentenceEnd(): number {
    if (this.#fence !== undefined || this.#table.isOpen) return 0
    if (!this.#isBegun && STRUCTURE.test(this.#open)) return 0
    const ends = [...this.#open.matchAll(SENTENCE)].map(({ index, 0: mark }) => index + mark.length)
    return ends.findLast((end) => !isOpenInline(this.#open.slice(0, end))) ?? 0
  }
}
