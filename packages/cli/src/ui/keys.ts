/** What the terminal sends → names of keys (`ctrl-a`, `meta-enter`, `up`) and text. */
import type { Key } from 'ink'

export type KeyPress =
  | { readonly type: 'key'; readonly name: string }
  | { readonly type: 'text'; readonly text: string }
  /** Several lines at once: nobody types so fast. */
  | { readonly type: 'paste'; readonly text: string }

/** In a terminal that tells keys apart by number these are still the keys that they always were. */
const SAME_KEY: Readonly<Record<string, string>> = {
  'ctrl-m': 'enter',
  'ctrl-i': 'tab',
  'ctrl-[': 'escape',
  'ctrl-h': 'backspace',
}

/** What one event of Ink's `useInput` means. A chunk may hold many keys where somebody types faster than we read. */
export function keyPresses(input: string, key: Key): KeyPress[] {
  if (key.eventType === 'release' || key.super || key.hyper) return []
  const special = specialName(key)
  if (special !== undefined) return [named(special, key)]
  if (input === '') return []
  if (key.ctrl || key.meta) return [named(input.toLowerCase(), key)]
  return burst(input)
}

function specialName(key: Key): string | undefined {
  if (key.return) return 'enter'
  if (key.escape) return 'escape'
  if (key.tab) return 'tab'
  if (key.backspace) return 'backspace'
  if (key.delete) return 'delete'
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.leftArrow) return 'left'
  if (key.rightArrow) return 'right'
  if (key.home) return 'home'
  if (key.end) return 'end'
  if (key.pageUp) return 'pageup'
  return key.pageDown ? 'pagedown' : undefined
}

function named(name: string, { ctrl, meta, shift }: Key): KeyPress {
  // Shift is part of a letter; only with keys that write nothing it is a modifier.
  const isShifted = shift && name.length > 1
  const full = `${ctrl ? 'ctrl-' : ''}${meta ? 'meta-' : ''}${isShifted ? 'shift-' : ''}${name}`
  return { type: 'key', name: SAME_KEY[full] ?? full }
}

function burst(input: string): KeyPress[] {
  // A line break between other keys means several lines: a paste in a terminal that does not mark pastes.
  if (/[^\r\n][\r\n]+[^\r\n]/.test(input)) return [{ type: 'paste', text: input }]
  return Array.from(input.matchAll(/[^\p{Cc}]+|\p{Cc}/gu), ([part]) => {
    const code = part.charCodeAt(0)
    if (code >= 0x20 && code !== 0x7f) return { type: 'text', text: part }
    return { type: 'key', name: controlName(code) }
  })
}

function controlName(code: number): string {
  if (code === 0x0d) return 'enter'
  if (code === 0x09) return 'tab'
  if (code === 0x1b) return 'escape'
  if (code === 0x08 || code === 0x7f) return 'backspace'
  return `ctrl-${String.fromCharCode(code + (code <= 26 ? 96 : 64))}`
}
