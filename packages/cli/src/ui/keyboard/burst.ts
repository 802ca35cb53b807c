/**
 * Tells a paste from typing where the terminal does not mark pastes: text with line breaks in it that comes faster
 * than anybody types is a paste, in however many pieces, and no line break of it submits. Text without a line break
 * passes at once.
 */
import type { Clock } from '../../client/clock.ts'
import type { KeyPress } from './key-press.ts'

/** What comes so soon after the last piece belongs to it. */
const QUICK_MS = 15
/** A paste that has shown itself may pause longer. */
const PASTE_PAUSE_MS = 60
/** Nobody types so much between two looks at the terminal. */
const MANY = 64

const BREAKS: Readonly<Record<string, string>> = { enter: '\r', 'ctrl-j': '\n' }

export class Burst {
  readonly #clock: Clock
  readonly #emit: (press: KeyPress) => void
  #held: string[] = []
  /** When text passed last. */
  #passedAt = Number.NEGATIVE_INFINITY
  #hasText = false
  #hasBreak = false
  /** A line break stands between text. */
  #hasLines = false
  #cancel: (() => void) | undefined

  constructor(clock: Clock, emit: (press: KeyPress) => void) {
    this.#clock = clock
    this.#emit = emit
  }

  /** Takes what came in one piece. */
  take(presses: readonly KeyPress[]): void {
    const isSeveral = presses.some((press) => partOf(press) !== undefined && press.type === 'key')
    for (const press of presses) this.#one(press, isSeveral && presses.length > 1)
    if (this.#held.length > 0) this.#wait()
  }

  /** Gives out what is held: nothing more belongs to it. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#held.length === 0) return
    const text = this.#held.join('')
    const isPaste = this.#hasLines
    this.#held = []
    this.#hasText = false
    this.#hasBreak = false
    this.#hasLines = false
    if (isPaste) {
      this.#emit({ type: 'paste', text })
      return
    }
    for (const [part] of text.matchAll(/[^\r\n]+|[\r\n]/g)) {
      if (part === '\r') this.#emit({ type: 'key', name: 'enter' })
      else if (part === '\n') this.#emit({ type: 'key', name: 'ctrl-j' })
      else this.#emit({ type: part.length < MANY ? 'text' : 'paste', text: part })
    }
  }

  #one(press: KeyPress, withBreaks: boolean): void {
    const isHolding = this.#held.length > 0
    const part = partOf(press) ?? (isHolding && isTab(press) ? '\t' : undefined)
    if (part === undefined) {
      this.flush()
      this.#passedAt = Number.NEGATIVE_INFINITY
      this.#emit(press)
      return
    }
    if (!isHolding && press.type === 'text' && !withBreaks && part.length < MANY) {
      this.#passedAt = this.#clock.now()
      this.#emit(press)
      return
    }
    const isQuick = this.#clock.now() - this.#passedAt <= QUICK_MS
    if (!isHolding && press.type === 'key' && !isQuick) {
      this.#emit(press)
      return
    }
    if (!isHolding && press.type === 'key') this.#hasText = true
    this.#hold(part, press.type === 'key' && !isTab(press))
  }

  #hold(part: string, isBreak: boolean): void {
    this.#held.push(part)
    if (isBreak) this.#hasBreak ||= this.#hasText
    else {
      this.#hasLines ||= this.#hasBreak
      this.#hasText = true
    }
  }

  #wait(): void {
    this.#cancel?.()
    const pause = this.#hasLines ? PASTE_PAUSE_MS : QUICK_MS
    this.#cancel = this.#clock.after(pause, () => {
      // Where this process was late, what came meanwhile is read first.
      this.#cancel = this.#clock.after(1, () => {
        this.flush()
      })
    })
  }
}

function partOf(press: KeyPress): string | undefined {
  if (press.type === 'paste') return undefined
  return press.type === 'text' ? press.text : BREAKS[press.name]
}

function isTab(press: KeyPress): boolean {
  return press.type === 'key' && press.name === 'tab'
}
