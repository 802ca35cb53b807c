/** What keys are called in hints: as they are bound, and only those that this terminal can send. */
import type { KeyAction } from '@speak-code/server/config'

/** What the hints tell of. */
const HINTED = [
  'send',
  'newline',
  'stop',
  'leave',
  'reconnect',
  'search',
  'reasoning',
  'stash',
  'editor',
  'complete',
  'previous',
] as const satisfies readonly KeyAction[]

/** The name of each action's key; an action without a key is absent. */
export type KeyNames = Readonly<Partial<Record<KeyAction, string>>>

/** The names of the default keys, in a terminal that cannot tell Shift-Enter from Enter. */
export const DEFAULT_KEY_NAMES: KeyNames = {
  send: 'Enter',
  newline: 'Ctrl-J',
  stop: 'Esc',
  leave: 'Ctrl-D',
  reconnect: 'Ctrl-R',
  search: 'Ctrl-F',
  reasoning: 'Ctrl-T',
  stash: 'Ctrl-S',
  editor: 'Ctrl-G',
  complete: 'Tab',
  previous: '↑',
}

/** Keys that reach us only where the terminal tells keys apart by number (the kitty keyboard protocol). */
const KITTY_ONLY = /^(?:ctrl-enter|shift-enter|ctrl-alt-enter|ctrl-shift-.*)$/

/**
 * The names to offer. `bindings` is key → action, the dearest key of an action first; `kitty`: the terminal has the
 * kitty keyboard, so that breaking the line by Shift-Enter can be offered before all.
 */
export function keyNames(bindings: ReadonlyMap<string, KeyAction>, kitty: boolean): KeyNames {
  const names: Partial<Record<KeyAction, string>> = {}
  for (const action of HINTED) {
    const keys = [...bindings].filter(([, bound]) => bound === action).map(([key]) => key)
    const usable = keys.filter((key) => kitty || !KITTY_ONLY.test(key))
    const best = usable.find((key) => key === 'shift-enter') ?? usable[0]
    if (best !== undefined) names[action] = keyLabel(best)
  }
  return names
}

const LABELS: Readonly<Record<string, string>> = {
  escape: 'Esc',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
}

/** `ctrl-x ctrl-e` → `Ctrl-X Ctrl-E`. */
export function keyLabel(key: string): string {
  return key
    .split(' ')
    .map((one) => {
      // The last hyphen may be the key itself.
      const [, prefix = '', name = ''] = /^((?:[a-z]+-)*)(.+)$/.exec(one) ?? []
      return prefix.replaceAll(/[a-z]+/g, capitalized) + (LABELS[name] ?? capitalized(name))
    })
    .join(' ')
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}
