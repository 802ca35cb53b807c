/** Which key does what while a picker is open, as data. They are the same whatever `[keys]` says. */
import type { SimpleEdit } from '../composer/editor.ts'
import type { Motion } from './list-window.ts'

export const MOTIONS: Readonly<Record<string, Motion>> = {
  up: 'previous',
  'ctrl-p': 'previous',
  down: 'next',
  'ctrl-n': 'next',
  'ctrl-j': 'next',
  pageup: 'pageUp',
  pagedown: 'pageDown',
  home: 'first',
  end: 'last',
}

/** Edits of the query. */
export const EDITS: Readonly<Record<string, SimpleEdit>> = {
  left: 'left',
  'ctrl-b': 'left',
  right: 'right',
  'ctrl-a': 'lineStart',
  'ctrl-e': 'lineEnd',
  'ctrl-left': 'wordLeft',
  'alt-b': 'wordLeft',
  'ctrl-right': 'wordRight',
  'alt-f': 'wordRight',
  backspace: 'backspace',
  'shift-backspace': 'backspace',
  delete: 'delete',
  'ctrl-d': 'delete',
  'ctrl-k': 'killToEnd',
  'ctrl-u': 'killToStart',
  'ctrl-w': 'killChunkBefore',
  'ctrl-backspace': 'killWordBefore',
  'alt-backspace': 'killWordBefore',
  'alt-d': 'killWord',
  'ctrl-y': 'yank',
  'ctrl-_': 'undo',
  'ctrl-/': 'undo',
}

/** Asks first; pressed again it deletes. */
export const DELETE = 'ctrl-x'
/** T for title. */
export const RENAME = 'ctrl-t'

export const LEAVING: ReadonlySet<string> = new Set(['escape', 'ctrl-c', 'ctrl-g'])

/** Keys that mean the terminal or the connection, whatever is open. */
export const PASSED_ON: ReadonlySet<string> = new Set(['ctrl-l', 'ctrl-r', 'ctrl-z'])
