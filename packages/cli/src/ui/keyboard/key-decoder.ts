/**
 * What a terminal sends → keys, text and pastes. A sequence may come in pieces. Sequences that are no key (replies,
 * mouse, focus, whatever a terminal thinks of) are swallowed whole: nothing of them is taken for text.
 */
import { controlKey, csiKey, named, ss3Key } from './key-names.ts'
import type { KeyPress } from './key-press.ts'

const ESC = '\u001b'
const BEL = '\u0007'
const PASTE_END = '\u001b[201~'

/** A reply that the terminal's owner asked for. */
interface Reply {
  readonly type: 'reply'
  readonly sequence: string
}

export type Decoded = KeyPress | Reply

const TEXT = /[^\p{Cc}]+/uy
const CSI = /\[([0-?]*)([ -/]*)([@-~])/y
const CSI_BEGUN = /\[[0-?]*[ -/]*$/y
/** Function keys of the Linux console, and shifted ones of rxvt. */
const ODD_CSI = /\[(?:\[[A-E]|[235678]\$)/y
const SS3 = /O([\d;]*)([@-~])/y
const SS3_BEGUN = /O[\d;]*$/y
/** An old mouse report has three bytes after it, of any kind. */
const X10_MOUSE = /\[M[^]{3}/y
const X10_BEGUN = /\[M[^]{0,2}$/y
/** OSC, DCS, SOS, PM, APC: a string follows. */
const STRING_OPENER = /[\]PX^_]/y
const KITTY_REPLY = /^\?\d+$/

type State = 'ground' | 'string' | 'paste'

export class KeyDecoder {
  #state: State = 'ground'
  /** What is not decoded yet: the beginning of a sequence, or the possible beginning of a paste's end. */
  #rest = ''
  #pasted: string[] = []

  /** What is being waited for; a lone Escape is a key once nothing has followed it. */
  get awaits(): 'nothing' | 'sequence' | 'paste' {
    if (this.#state === 'paste') return 'paste'
    return this.#rest === '' && this.#state === 'ground' ? 'nothing' : 'sequence'
  }

  push(chunk: string): Decoded[] {
    const decoded: Decoded[] = []
    let input = this.#rest + chunk
    this.#rest = ''
    while (input !== '') {
      const before = input
      if (this.#state === 'paste') input = this.#paste(input, decoded)
      else if (this.#state === 'string') input = this.#string(input)
      else input = this.#ground(input, decoded)
      if (input === before) {
        this.#rest = input
        break
      }
    }
    return decoded
  }

  /** Nothing has followed for a while: what is there is all that comes. */
  flush(): Decoded[] {
    const rest = this.#rest
    const state = this.#state
    this.#rest = ''
    this.#state = 'ground'
    if (state === 'paste') return this.#takePaste(rest)
    if (state === 'string' || rest === '') return []
    if (rest === ESC) return [named('escape')]
    if (rest === ESC + ESC) return [named('escape'), named('escape')]
    // Alt with a key that also opens sequences.
    const [, letter = '', more] = rest
    return more !== undefined || letter === '' ? [] : [named(letter.toLowerCase(), { alt: true })]
  }

  /** Takes one thing off the beginning; returns the input as it is where more of it is needed. */
  #ground(input: string, decoded: Decoded[]): string {
    const [text] = matchAt(TEXT, input, 0) ?? []
    if (text !== undefined) {
      decoded.push({ type: 'text', text })
      return input.slice(text.length)
    }
    const code = input.charCodeAt(0)
    // C1: the same as Escape and a letter.
    if (code >= 0x80) return ESC + String.fromCharCode(code - 0x40) + input.slice(1)
    if (code !== 0x1b) {
      decoded.push(controlKey(code))
      return input.slice(1)
    }
    return this.#escape(input, decoded)
  }

  #escape(input: string, decoded: Decoded[]): string {
    // Escape before a sequence is Alt with its key.
    const alt = input[1] === ESC && (input[2] === '[' || input[2] === 'O')
    const at = alt ? 2 : 1
    const next = input[at]
    if (next === undefined || (next === ESC && input.length === 2)) return input
    if (next === ESC) {
      decoded.push(named('escape'))
      return input.slice(1)
    }
    if (next === '[') return this.#csi(input, at, alt, decoded)
    if (next === 'O') {
      const ss3 = matchAt(SS3, input, at)
      if (ss3 === null) return matchAt(SS3_BEGUN, input, at) === null ? input.slice(at + 1) : input
      push(decoded, ss3Key(ss3[1] ?? '', ss3[2] ?? '', alt))
      return input.slice(at + ss3[0].length)
    }
    if (matchAt(STRING_OPENER, input, at) !== null) {
      // Alone it may be Alt with that key.
      if (input.length === at + 1) return input
      this.#state = 'string'
      return input.slice(at + 1)
    }
    const typed = String.fromCodePoint(input.codePointAt(at) ?? 0)
    const isControl = /\p{Cc}/u.test(typed)
    decoded.push(
      isControl
        ? controlKey(typed.charCodeAt(0), true)
        : named(typed === ' ' ? 'space' : typed.toLowerCase(), { alt: true }),
    )
    return input.slice(at + typed.length)
  }

  #csi(input: string, at: number, alt: boolean, decoded: Decoded[]): string {
    if (matchAt(X10_BEGUN, input, at) !== null) return input
    const swallowed = matchAt(X10_MOUSE, input, at) ?? matchAt(ODD_CSI, input, at)
    if (swallowed !== null) return input.slice(at + swallowed[0].length)
    const csi = matchAt(CSI, input, at)
    if (csi === null) {
      if (matchAt(CSI_BEGUN, input, at) !== null) return input
      const [begun = '['] = /^\[[0-?]*[ -/]*/.exec(input.slice(at)) ?? []
      return input.slice(at + begun.length)
    }
    const [whole, params = '', intermediate = '', final = ''] = csi
    const rest = input.slice(at + whole.length)
    if (params === '200' && final === '~') {
      this.#state = 'paste'
    } else if (final === 'u' && KITTY_REPLY.test(params)) {
      decoded.push({ type: 'reply', sequence: ESC + whole })
    } else if (intermediate === '') {
      push(decoded, csiKey(params, final, alt))
    }
    return rest
  }

  /** Swallows up to the string's end. A control character that cannot be in a string ends it too, and counts. */
  #string(input: string): string {
    const at = input.search(/\p{Cc}/u)
    if (at === -1) return ''
    const found = input[at]
    if (found === ESC && input.length === at + 1) return input.slice(at)
    this.#state = 'ground'
    if (found === BEL || found === '\u009c') return input.slice(at + 1)
    return found === ESC && input[at + 1] === '\\' ? input.slice(at + 2) : input.slice(at)
  }

  #paste(input: string, decoded: Decoded[]): string {
    const end = input.indexOf(PASTE_END)
    if (end !== -1) {
      this.#state = 'ground'
      decoded.push(...this.#takePaste(input.slice(0, end)))
      return input.slice(end + PASTE_END.length)
    }
    const kept = Math.min(input.length, PASTE_END.length - 1)
    this.#pasted.push(input.slice(0, input.length - kept))
    this.#rest = input.slice(input.length - kept)
    return ''
  }

  #takePaste(last: string): KeyPress[] {
    const text = this.#pasted.join('') + last
    this.#pasted = []
    return text === '' ? [] : [{ type: 'paste', text }]
  }
}

function matchAt(pattern: RegExp, input: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(input)
}

function push(decoded: Decoded[], key: KeyPress | undefined): void {
  if (key !== undefined) decoded.push(key)
}
