/** Which key does what, as data. */
import type { EditorAction } from './composer/editor.ts'

type SimpleEdit = Exclude<EditorAction['type'], 'insert' | 'paste' | 'replace' | 'up' | 'down'>

/** Keys of the editor. */
export const EDIT_KEYS: Readonly<Record<string, SimpleEdit>> = {
  'ctrl-a': 'lineStart',
  home: 'lineStart',
  'ctrl-e': 'lineEnd',
  end: 'lineEnd',
  'ctrl-b': 'left',
  left: 'left',
  'ctrl-f': 'right',
  right: 'right',
  'meta-b': 'wordLeft',
  'meta-left': 'wordLeft',
  'ctrl-left': 'wordLeft',
  'meta-f': 'wordRight',
  'meta-right': 'wordRight',
  'ctrl-right': 'wordRight',
  backspace: 'backspace',
  delete: 'delete',
  'ctrl-k': 'killToEnd',
  'ctrl-u': 'killToStart',
  'ctrl-w': 'killChunkBefore',
  'meta-backspace': 'killWordBefore',
  'ctrl-backspace': 'killWordBefore',
  'meta-d': 'killWord',
  'ctrl-y': 'yank',
  'ctrl-_': 'undo',
  'ctrl-/': 'undo',
}

export type ChatKey =
  | 'enter'
  | 'newline'
  | 'stop'
  | 'interrupt'
  | 'endOfInput'
  | 'reconnect'
  | 'redraw'
  | 'reasoning'
  | 'stash'
  | 'suspend'
  | 'previous'
  | 'next'

/** Keys of the chat. */
export const CHAT_KEYS: Readonly<Record<string, ChatKey>> = {
  enter: 'enter',
  'ctrl-j': 'newline',
  'meta-enter': 'newline',
  'shift-enter': 'newline',
  'ctrl-enter': 'newline',
  escape: 'stop',
  'ctrl-c': 'interrupt',
  'ctrl-d': 'endOfInput',
  'ctrl-r': 'reconnect',
  'ctrl-l': 'redraw',
  'ctrl-t': 'reasoning',
  'ctrl-s': 'stash',
  'ctrl-z': 'suspend',
  up: 'previous',
  'ctrl-p': 'previous',
  down: 'next',
  'ctrl-n': 'next',
}
