/**
 * `[keys]`: what the keys of the chat are called, and which does what. A binding is one key (`ctrl-g`) or a
 * sequence of two with a space between (`ctrl-x ctrl-e`).
 */
import { z } from 'zod'

/** What can be bound, and the keys that it has by default. Ctrl-C is not among them: there is always a way out. */
const DEFAULT_KEYS = {
  send: ['enter'],
  newline: ['ctrl-j', 'shift-enter', 'alt-enter', 'ctrl-enter'],
  stop: ['escape'],
  complete: ['tab'],
  leave: ['ctrl-d'],
  reconnect: ['ctrl-r'],
  search: ['ctrl-f'],
  redraw: ['ctrl-l'],
  reasoning: ['ctrl-t'],
  stash: ['ctrl-s'],
  editor: ['ctrl-g', 'ctrl-x ctrl-e'],
  suspend: ['ctrl-z'],
  unfold: ['ctrl-o'],
  take_back: ['alt-up'],
  previous: ['up', 'ctrl-p'],
  next: ['down', 'ctrl-n'],
  page_up: ['pageup'],
  page_down: ['pagedown'],
  left: ['left', 'ctrl-b'],
  right: ['right'],
  word_left: ['alt-b', 'alt-left', 'ctrl-left'],
  word_right: ['alt-f', 'alt-right', 'ctrl-right'],
  line_start: ['ctrl-a', 'home'],
  line_end: ['ctrl-e', 'end'],
  text_start: ['alt-<', 'ctrl-home'],
  text_end: ['alt->', 'ctrl-end'],
  backspace: ['backspace', 'shift-backspace'],
  delete: ['delete'],
  kill_to_end: ['ctrl-k'],
  kill_to_start: ['ctrl-u'],
  kill_word: ['alt-d', 'alt-delete', 'ctrl-delete'],
  kill_word_before: ['alt-backspace', 'ctrl-backspace'],
  kill_chunk_before: ['ctrl-w'],
  yank: ['ctrl-y'],
  yank_pop: ['alt-y'],
  undo: ['ctrl-_', 'ctrl-/', 'ctrl-x ctrl-u'],
  redo: ['alt-_', 'alt-/', 'ctrl-shift-z'],
  upper_case: ['alt-u'],
  lower_case: ['alt-l'],
  capitalize: ['alt-c'],
  transpose_words: ['alt-t'],
} satisfies Record<string, readonly string[]>

export type KeyAction = keyof typeof DEFAULT_KEYS

/** Keys with a name, and other spellings of them. */
const NAMED_KEYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['enter', 'escape', 'tab', 'backspace', 'delete', 'insert', 'space']
      .concat(['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown'])
      .concat(Array.from({ length: 12 }, (_, index) => `f${index + 1}`))
      .map((name) => [name, name]),
  ),
  return: 'enter',
  esc: 'escape',
  del: 'delete',
  'page-up': 'pageup',
  'page-down': 'pagedown',
}

/** Combinations that a terminal sends as another key. */
const SAME_KEYS: Readonly<Record<string, string>> = {
  'ctrl-m': 'enter',
  'ctrl-i': 'tab',
  'ctrl-[': 'escape',
  'ctrl-h': 'backspace',
}

/** Always interrupts. */
export const INTERRUPT_KEY = 'ctrl-c'

/**
 * The canonical spelling of a binding: lower case, modifiers in the order ctrl, alt, shift, one space within a
 * sequence. Undefined where it is no key, or one that writes text.
 */
export function parseBinding(source: string): string | undefined {
  const keys = source.trim().split(/\s+/).map(parseKeyName)
  if (keys.length > 2 || keys.includes(undefined)) return undefined
  return keys.join(' ')
}

function parseKeyName(source: string): string | undefined {
  // The last hyphen may be the key itself: `alt--`.
  const [, prefix = '', last = ''] = /^((?:[a-z]+-)*)(.+)$/iu.exec(source) ?? []
  const lower = last.toLowerCase()
  const modifiers = new Set(
    prefix
      .toLowerCase()
      .split('-')
      .slice(0, -1)
      .map((modifier) => (modifier === 'meta' ? 'alt' : modifier)),
  )
  const isKnown = [...modifiers].every((modifier) => ['ctrl', 'alt', 'shift'].includes(modifier))
  if (!isKnown) return undefined
  const name = NAMED_KEYS[lower]
  const isCharacter = Array.from(last).length === 1 && !/\p{Cc}/u.test(last)
  if (name === undefined && !isCharacter) return undefined
  // Shift is part of a character, except in Ctrl-Shift with a letter.
  const isLetter = modifiers.has('ctrl') && /^[a-z]$/.test(lower)
  if (name === undefined && modifiers.has('shift') && !isLetter) return undefined
  if (name === undefined && !modifiers.has('ctrl') && !modifiers.has('alt')) return undefined
  if (name === 'space' && modifiers.size === 0) return undefined
  const order = ['ctrl', 'alt', 'shift'].filter((modifier) => modifiers.has(modifier))
  const whole = [...order, name ?? lower].join('-')
  return SAME_KEYS[whole] ?? whole
}

const Binding = z
  .string()
  .refine((source) => parseBinding(source) !== undefined)
  .describe('a key such as "ctrl-g", "alt-enter" or "ctrl-x ctrl-e"')

const Bindings = z
  .union([Binding, z.array(Binding)])
  .describe(
    'a key such as "ctrl-g", "alt-enter" or "ctrl-x ctrl-e", or a list of keys ([]: no key). A key that writes a letter needs "ctrl-" or "alt-"',
  )

export function keyActions(): KeyAction[] {
  return Object.keys(DEFAULT_KEYS).filter(isKeyAction)
}

function isKeyAction(name: string): name is KeyAction {
  return Object.hasOwn(DEFAULT_KEYS, name)
}

export type KeysConfig = Readonly<Record<KeyAction, string | readonly string[]>>

function bound(action: KeyAction): z.ZodDefault<typeof Bindings> {
  return Bindings.default([...DEFAULT_KEYS[action]])
}

/** The table's schema. Which keys are whose is settled by {@link keyBindings}. */
export const Keys = z.strictObject({
  send: bound('send'),
  newline: bound('newline'),
  stop: bound('stop'),
  complete: bound('complete'),
  leave: bound('leave'),
  reconnect: bound('reconnect'),
  search: bound('search'),
  redraw: bound('redraw'),
  reasoning: bound('reasoning'),
  stash: bound('stash'),
  editor: bound('editor'),
  suspend: bound('suspend'),
  unfold: bound('unfold'),
  take_back: bound('take_back'),
  previous: bound('previous'),
  next: bound('next'),
  page_up: bound('page_up'),
  page_down: bound('page_down'),
  left: bound('left'),
  right: bound('right'),
  word_left: bound('word_left'),
  word_right: bound('word_right'),
  line_start: bound('line_start'),
  line_end: bound('line_end'),
  text_start: bound('text_start'),
  text_end: bound('text_end'),
  backspace: bound('backspace'),
  delete: bound('delete'),
  kill_to_end: bound('kill_to_end'),
  kill_to_start: bound('kill_to_start'),
  kill_word: bound('kill_word'),
  kill_word_before: bound('kill_word_before'),
  kill_chunk_before: bound('kill_chunk_before'),
  yank: bound('yank'),
  yank_pop: bound('yank_pop'),
  undo: bound('undo'),
  redo: bound('redo'),
  upper_case: bound('upper_case'),
  lower_case: bound('lower_case'),
  capitalize: bound('capitalize'),
  transpose_words: bound('transpose_words'),
})

/** The canonical keys that an action is given. */
function keysOf(value: string | readonly string[]): string[] {
  const sources = typeof value === 'string' ? [value] : value
  return sources.flatMap((source) => parseBinding(source) ?? [])
}

/** Whether two bindings cannot both be: they are the same, or one is the beginning of the other. */
function clash(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `)
}

export interface KeyConflict {
  readonly action: KeyAction
  readonly key: string
  /** Undefined: the key is Ctrl-C. */
  readonly other: KeyAction | undefined
}

/** The first conflict among the actions that the file itself binds. */
export function keyConflict(
  keys: KeysConfig,
  isWritten: (action: KeyAction) => boolean,
): KeyConflict | undefined {
  const seen: { readonly action: KeyAction; readonly key: string }[] = []
  for (const action of keyActions().filter(isWritten)) {
    for (const key of keysOf(keys[action])) {
      if (clash(key, INTERRUPT_KEY)) return { action, key, other: undefined }
      const other = seen.find((before) => before.action !== action && clash(before.key, key))
      if (other !== undefined) return { action, key, other: other.action }
      seen.push({ action, key })
    }
  }
  return undefined
}

/**
 * Which key does what. A key that differs from an action's default takes that key from the action that has it by
 * default, so that one line is enough to move a key.
 */
export function keyBindings(keys: KeysConfig): ReadonlyMap<string, KeyAction> {
  const isDefault = (action: KeyAction): boolean =>
    keysOf(keys[action]).join() === keysOf(DEFAULT_KEYS[action]).join()
  const bindings = new Map<string, KeyAction>()
  const actions = keyActions()
  for (const action of [
    ...actions.filter((each) => !isDefault(each)),
    ...actions.filter(isDefault),
  ]) {
    for (const key of keysOf(keys[action])) {
      if (![...bindings.keys()].some((taken) => clash(taken, key))) bindings.set(key, action)
    }
  }
  return bindings
}
