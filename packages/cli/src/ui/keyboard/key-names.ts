/** Escape sequences and code points → keys. */
import type { KeyPress } from './key-press.ts'

/** By the final byte of `CSI … X` and `SS3 X`. */
const BY_FINAL: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  S: 'f4',
}

/** By the number of `CSI N ~`. */
const BY_NUMBER: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
}

/** Code points of keys that write nothing; from 57344 on they are those of the Kitty protocol. */
const BY_CODE: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  127: 'backspace',
  57_414: 'enter',
  57_417: 'left',
  57_418: 'right',
  57_419: 'up',
  57_420: 'down',
  57_421: 'pageup',
  57_422: 'pagedown',
  57_423: 'home',
  57_424: 'end',
  57_425: 'insert',
  57_426: 'delete',
}

/** The keypad's characters, from code point 57399 on. */
const KEYPAD = '0123456789./*-+'
const KEYPAD_FIRST = 57_399
const FUNCTIONAL = { first: 57_344, last: 63_743 } as const

const RXVT_SHIFTED: Readonly<Record<string, string>> = {
  a: 'up',
  b: 'down',
  c: 'right',
  d: 'left',
}

/** In a terminal that tells keys apart by number these are still the keys that they always were. */
const SAME_KEY: Readonly<Record<string, string>> = {
  'ctrl-m': 'enter',
  'ctrl-i': 'tab',
  'ctrl-[': 'escape',
  'ctrl-h': 'backspace',
}

export interface Modifiers {
  readonly ctrl?: boolean
  readonly alt?: boolean
  readonly shift?: boolean
}

export function named(name: string, { ctrl, alt, shift }: Modifiers = {}): KeyPress {
  const whole = `${ctrl === true ? 'ctrl-' : ''}${alt === true ? 'alt-' : ''}${shift === true ? 'shift-' : ''}${name}`
  return { type: 'key', name: SAME_KEY[whole] ?? whole }
}

/** A control character, as the key that sends it. */
export function controlKey(code: number, alt = false): KeyPress {
  const name = BY_CODE[code]
  if (name !== undefined) return named(name, { alt })
  if (code === 0) return named('space', { ctrl: true, alt })
  return named(String.fromCharCode(code + (code <= 26 ? 96 : 64)), { ctrl: true, alt })
}

/** What `CSI params final` means; undefined where it is no key that anybody knows. */
export function csiKey(params: string, final: string, alt: boolean): KeyPress | undefined {
  if (!/^[\d;:]*$/.test(params)) return undefined
  const fields = params.split(';').map((field) => field.split(':').map(Number))
  const [[number = 0] = [], [modifier = 1, event = 1] = []] = fields
  const held = modifiersOf(modifier, alt)
  // A key that is let go, and keys with Super or Hyper, are for others.
  if (held === undefined || event === 3) return undefined
  if (final === 'u') return codeKey(fields, held)
  if (final === '~' && number === 27) return characterKey(fields[2]?.[0] ?? 0, held, undefined)
  if (final === '~') return knownKey(BY_NUMBER[number], held)
  if (final === 'Z') return named('tab', { ...held, shift: true })
  if (params === '' && RXVT_SHIFTED[final] !== undefined) {
    return named(RXVT_SHIFTED[final], { ...held, shift: true })
  }
  // A cursor report ends in R, as F3 with modifiers does: nobody binds that.
  return number <= 1 ? knownKey(BY_FINAL[final], held) : undefined
}

/** What `SS3 params final` means: arrows and the keypad in application mode. */
export function ss3Key(params: string, final: string, alt: boolean): KeyPress | undefined {
  const held = modifiersOf(Number(params.split(';').at(-1) ?? '') || 1, alt)
  if (held === undefined) return undefined
  if (final === 'M') return named('enter', held)
  if (final === 'R') return named('f3', held)
  if (RXVT_SHIFTED[final] !== undefined) return named(RXVT_SHIFTED[final], { ...held, ctrl: true })
  return knownKey(BY_FINAL[final], held)
}

function knownKey(name: string | undefined, held: Modifiers): KeyPress | undefined {
  return name === undefined ? undefined : named(name, held)
}

/** The bits of a modifier field, which is one more than they; undefined with Super or Hyper. */
function modifiersOf(field: number, alt: boolean): Modifiers | undefined {
  const bits = Math.max(0, field - 1)
  if ((bits & 0b1_1000) !== 0) return undefined
  return { shift: (bits & 1) !== 0, alt: alt || (bits & 0b10_0010) !== 0, ctrl: (bits & 4) !== 0 }
}

/** `CSI code:shifted:base ; modifiers:event ; text u` of the Kitty protocol. */
function codeKey(fields: readonly number[][], held: Modifiers): KeyPress | undefined {
  const [[code = 0, shifted = 0, base = 0] = [], , text = []] = fields
  const written = text
    .filter((point) => point >= 0x20)
    .map(character)
    .join('')
  if (written !== '' && held.ctrl !== true && held.alt !== true) {
    return { type: 'text', text: written }
  }
  // On a keyboard with another alphabet a shortcut is where it is on a Latin one.
  return characterKey(
    code > 0x7e && base > 0 ? base : code,
    held,
    shifted > 0 ? shifted : undefined,
  )
}

function characterKey(
  code: number,
  held: Modifiers,
  shifted: number | undefined,
): KeyPress | undefined {
  const name = BY_CODE[code]
  if (name !== undefined) return named(name, held)
  const keypad = KEYPAD[code - KEYPAD_FIRST]
  const isFunctional = code >= FUNCTIONAL.first && code <= FUNCTIONAL.last
  if (code < 0x20 || (isFunctional && keypad === undefined)) return undefined
  const plain = keypad ?? character(code)
  if (plain === '') return undefined
  const isLetter = /^[a-z]$/i.test(plain)
  const { ctrl, alt, shift } = held
  const whole =
    shift === true ? (shifted === undefined ? plain.toUpperCase() : character(shifted)) : plain
  if (ctrl !== true && alt !== true) return { type: 'text', text: whole }
  if (plain === ' ') return named('space', held)
  // Shift is part of a character; only Ctrl-Shift with a letter is a key of its own.
  return named((isLetter ? plain : whole).toLowerCase(), {
    ...held,
    shift: shift === true && isLetter && ctrl === true,
  })
}

function character(code: number): string {
  const isValid = code >= 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isValid ? String.fromCodePoint(code) : ''
}
